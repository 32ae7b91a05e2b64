package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModuleFootprintTest {

  private static final int COPIES = 4;

  /** The cache is bounded by this figure, and so it has to be near to what modules really take. */
  @Test
  void theFootprintOfAModuleIsNearToWhatItTakes() throws Exception {
    ModuleSource source = Guests.auth();
    ScannedModule scanned = ModuleScan.scan(source.name(), source.read(), ModuleLimits.defaults());
    StoredModule stored = ModuleCompiler.compile(ModuleCompiler.parse(scanned));
    List<CompiledModule> loaded = new ArrayList<>();
    loaded.add(ModuleCompiler.load("first", stored)); // with all that the engine loads for itself

    try {
      long before = usedBytes();
      for (int i = 0; i < COPIES; i++) {
        loaded.add(ModuleCompiler.load("copy " + i, stored));
      }
      long taken = usedBytes() - before;
      assertThat((double) taken / COPIES / stored.footprintBytes()).isBetween(0.5, 1.5);
    } finally {
      Reference.reachabilityFence(loaded);
    }
  }

  private static long usedBytes() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(50);
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getName().equals("Metaspace"))
            .mapToLong(pool -> pool.getUsage().getUsed())
            .sum();
  }
}
