package io.millrace.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * Where the figures were measured.
 *
 * @param cores that the JVM may use
 * @param maxHeapMiB of the JVM
 * @param os name, version and architecture
 * @param java vendor and version of the virtual machine
 * @param flags that the JVM was started with
 * @param loadBefore runnable threads of the machine on average over the minute before; negative
 *     where the system does not say
 */
record MachineFacts(
    int cores, long maxHeapMiB, String os, String java, List<String> flags, double loadBefore) {

  static MachineFacts now() {
    Runtime runtime = Runtime.getRuntime();
    return new MachineFacts(
        runtime.availableProcessors(),
        runtime.maxMemory() >> 20,
        String.join(" ", property("os.name"), property("os.version"), property("os.arch")),
        String.join(" ", property("java.vm.vendor"), property("java.vm.version")),
        ManagementFactory.getRuntimeMXBean().getInputArguments(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static String property(String name) {
    return System.getProperty(name, "?");
  }
}
