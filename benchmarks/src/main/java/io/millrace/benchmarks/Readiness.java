package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleCache;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import reactor.core.publisher.Flux;

/**
 * One start of a pool in a JVM of its own; prints the nanoseconds until the pool was there, until
 * the first reply, until {@value #INSTANCES} calls at once were answered, and the bytes of heap
 * before any call.
 */
final class Readiness {

  static final int INSTANCES = 8;

  private Readiness() {}

  /** {@code DIRECTORY WARM_UP}: how many instances are built before the first call. */
  public static void main(String[] args) {
    ParentWatch.start();
    long plenty = 1L << 30;
    int warmUp = Integer.parseInt(args[1]);
    Invocation call = Invocation.of("sha256", "abc");
    long start = System.nanoTime();
    try (InstancePool guests =
            InstancePool.builder(
                    ModuleSource.resource(Readiness.class, "/io/millrace/guests/go-auth.wasm"))
                .moduleCache(ModuleCache.create(plenty, Path.of(args[0]), plenty))
                .build();
        WorkerPool pool = WorkerPools.over(guests).workers(INSTANCES).build()) {
      if (warmUp > 0) {
        guests.warmUp(warmUp).block();
      }
      long ready = System.nanoTime();
      System.gc();
      long bytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      long first = System.nanoTime();
      pool.invoke(call).block();
      long replied = System.nanoTime();
      pool.invokeAllUnordered(Flux.range(0, INSTANCES).map(i -> call.withKey("key " + i)))
          .blockLast();
      long all = System.nanoTime();
      System.out.println(
          (ready - start) + " " + (replied - first) + " " + (all - replied) + " " + bytes);
      System.out.flush();
    }
    Runtime.getRuntime().halt(0);
  }
}
