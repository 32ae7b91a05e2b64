package io.millrace.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Where the figures were measured.
 *
 * @param processor its model; empty where the system does not say
 * @param cores that the JVM may use
 * @param memoryMiB of the machine, or of the container that it is
 * @param maxHeapMiB of the JVM
 * @param os name, version and architecture
 * @param java vendor and version of the virtual machine
 * @param flags that the JVM was started with
 * @param loadBefore runnable threads of the machine on average over the minute before; negative
 *     where the system does not say
 * @param governor of the first processor's speed; empty where the system does not say
 * @param libraries on the class path, with their versions
 */
record MachineFacts(
    String processor,
    int cores,
    long memoryMiB,
    long maxHeapMiB,
    String os,
    String java,
    List<String> flags,
    double loadBefore,
    String governor,
    List<String> libraries) {

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final Path GOVERNOR =
      Path.of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");

  static MachineFacts now() {
    Runtime runtime = Runtime.getRuntime();
    return new MachineFacts(
        readProcessor(),
        runtime.availableProcessors(),
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize() >> 20,
        runtime.maxMemory() >> 20,
        String.join(" ", property("os.name"), property("os.version"), property("os.arch")),
        String.join(" ", property("java.vm.vendor"), property("java.vm.version")),
        ManagementFactory.getRuntimeMXBean().getInputArguments(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        readGovernor(),
        onClassPath());
  }

  /** As Linux has it; other systems name it in their environment, or not at all. */
  private static String readProcessor() {
    try {
      if (Files.isReadable(PROCESSORS)) {
        return processor(Files.readString(PROCESSORS));
      }
    } catch (IOException unreadable) {
      // then it is not known
    }
    return Objects.requireNonNullElse(System.getenv("PROCESSOR_IDENTIFIER"), "");
  }

  /** The first one's model, from the text of {@code /proc/cpuinfo}. */
  static String processor(String cpuinfo) {
    return cpuinfo
        .lines()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  private static String readGovernor() {
    try {
      return Files.isReadable(GOVERNOR) ? Files.readString(GOVERNOR).strip() : "";
    } catch (IOException unreadable) {
      return "";
    }
  }

  private static List<String> onClassPath() {
    return Arrays.stream(property("java.class.path").split(File.pathSeparator, -1))
        .map(each -> Path.of(each).getFileName())
        .filter(Objects::nonNull)
        .map(Path::toString)
        .filter(each -> each.endsWith(".jar") && !each.contains("SNAPSHOT"))
        .map(each -> each.substring(0, each.length() - ".jar".length()))
        .sorted()
        .toList();
  }

  private static String property(String name) {
    return System.getProperty(name, "?");
  }
}
