package io.millrace.instance;

import io.millrace.pipeline.WorkerException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks into a module without running it. Any thread; blocks while it reads and compiles. */
public final class ModuleInspector {

  /** HotSpot does not compile methods of more bytecode than this (-XX:HugeMethodLimit). */
  public static final int HUGE_METHOD_BYTES = 8000;

  private ModuleInspector() {}

  /**
   * What the module brings and wants, and the ABI that its exports speak for. A valid module is
   * never refused for its imports or its ABI.
   *
   * @throws WorkerException.ModuleRejected when it cannot be read, is not valid, or is over a
   *     default of {@link ModuleLimits}
   */
  public static ModuleReport inspect(ModuleSource source) {
    return report(source, null);
  }

  /** As {@link #inspect(ModuleSource)}, with an ABI that is given instead of found. */
  public static ModuleReport inspect(ModuleSource source, AbiDescriptor abi) {
    return report(source, abi);
  }

  /**
   * The functions that HotSpot leaves interpreted unless it is started with {@code
   * -XX:-DontCompileHugeMethods}, largest first. Costs a compile of the whole module.
   *
   * @throws WorkerException.ModuleRejected when it cannot be read, is not valid, or has a function
   *     too large for a Java method
   */
  public static List<ModuleReport.LargeFunction> largeFunctions(ModuleSource source) {
    return ModuleCompiler.largeFunctions(scan(source), HUGE_METHOD_BYTES);
  }

  private static ModuleReport report(ModuleSource source, @Nullable AbiDescriptor abi) {
    ScannedModule scanned = scan(source);
    ModuleCompiler.parse(scanned); // what the scan has let through may still not be valid
    return ModuleReports.of(scanned, ModuleKey.sha256(scanned.bytes()), MemoryKind.FLAT, abi);
  }

  private static ScannedModule scan(ModuleSource source) {
    return ModuleScan.scan(source.name(), source.read(), ModuleLimits.defaults());
  }
}
