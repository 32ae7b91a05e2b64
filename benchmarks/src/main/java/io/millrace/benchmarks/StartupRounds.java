package io.millrace.benchmarks;

import io.millrace.benchmarks.Startup.Mode;
import io.millrace.benchmarks.StartupProfile.Module;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Starts modules in fresh JVMs, as often as there is time for: each once in each way; then always
 * the one that was started least often, and soonest, of those whose starts still fit, which a Go
 * guest's soon do not.
 */
final class StartupRounds {

  private static final int FULL_ROUNDS = 100;
  private static final int QUICK_ROUNDS = 2;
  private static final int SECONDS = 56;
  private static final int FULL_SECONDS = 3_600;

  /** Those that are told as a start. The others take it to pieces, which once has to do. */
  private static final Set<Mode> WHOLE = EnumSet.of(Mode.INTERPRETER, Mode.COMPILED, Mode.DISK);

  private final List<Module> modules;
  private final Path directory;
  private final Map<String, List<Double>> samples = new LinkedHashMap<>();
  private final Map<Module, Integer> rounds = new HashMap<>();
  private final Map<Module, Long> wholeNanos = new HashMap<>();
  private final List<Mode> all = List.of(Mode.values());
  private final Turns turns = new Turns(all.size());

  StartupRounds(List<Module> modules, Path directory) {
    this.modules = modules;
    this.directory = directory;
  }

  /** Measures; answers the values by figure. */
  Map<String, List<Double>> run() throws IOException, InterruptedException {
    long end =
        System.nanoTime() + TimeUnit.SECONDS.toNanos(Effort.of(SECONDS, SECONDS, FULL_SECONDS));
    Set<Mode> first = EnumSet.allOf(Mode.class);
    if (Effort.chosen() == Effort.QUICK) {
      first.remove(Mode.INSTANCE);
    }
    for (Module module : modules) {
      round(module, first);
    }
    Set<Mode> more = Effort.chosen() == Effort.FULL ? first : WHOLE;
    for (Optional<Module> next = next(end); next.isPresent(); next = next(end)) {
      round(next.get(), more);
    }
    return samples;
  }

  private Optional<Module> next(long end) {
    int most = Effort.of(QUICK_ROUNDS, FULL_ROUNDS, FULL_ROUNDS);
    long left = end - System.nanoTime();
    return modules.stream()
        .filter(each -> rounds.getOrDefault(each, 0) < most)
        .filter(each -> wholeNanos.getOrDefault(each, 0L) < left)
        .min(
            Comparator.<Module>comparingInt(each -> rounds.getOrDefault(each, 0))
                .thenComparingLong(each -> wholeNanos.getOrDefault(each, 0L)));
  }

  /** The compiled start keeps what the one from the disk takes, so it comes before that. */
  private void round(Module module, Set<Mode> modes) throws IOException, InterruptedException {
    int round = rounds.merge(module, 1, Integer::sum);
    Path store = directory.resolve(module.name() + "-modules-" + round);
    Path alone = directory.resolve(module.name() + "-alone-" + round); // finds nothing compiled
    List<Mode> order = new ArrayList<>();
    for (int turn : turns.next()) {
      order.add(all.get(turn));
    }
    order.retainAll(modes);
    if (order.indexOf(Mode.DISK) < order.indexOf(Mode.COMPILED)) {
      Collections.swap(order, order.indexOf(Mode.DISK), order.indexOf(Mode.COMPILED));
    }
    long nanos = 0;
    for (Mode mode : order) {
      long start = System.nanoTime();
      start(mode, module, mode == Mode.COMPILED_ALONE ? alone : store);
      nanos += WHOLE.contains(mode) ? System.nanoTime() - start : 0;
    }
    wholeNanos.put(module, nanos);
  }

  private void start(Mode mode, Module module, Path store)
      throws IOException, InterruptedException {
    String line =
        ChildJvm.line(
            Startup.class,
            mode.name(),
            module.file().toString(),
            module.function(),
            module.payload(),
            store.toString());
    String prefix = module.name() + "." + mode.word() + ".";
    for (String each : line.split(" ", -1)) {
      String[] parts = each.split("=", 2);
      boolean memory = parts[0].equals("memory");
      String name = prefix + (memory ? "memoryMiB" : parts[0] + "Millis");
      double value = Long.parseLong(parts[1]) / (memory ? 1024.0 * 1024 : 1e6);
      samples.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
    }
  }
}
