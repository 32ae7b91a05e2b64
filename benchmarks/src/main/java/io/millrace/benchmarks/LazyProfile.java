package io.millrace.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * When instances are built: all before the first call (eager), one (a minimum that is warmed up),
 * or none (lazy). A Go guest in fresh JVMs, its compiled classes on the disk: the time until the
 * pool is there, until the first reply after that, until as many calls at once as there are workers
 * are answered, and the heap that is taken before anybody calls.
 */
final class LazyProfile implements Profile {

  private static final Map<String, Integer> WARM_UPS = new LinkedHashMap<>();

  static {
    WARM_UPS.put("eager", Readiness.INSTANCES);
    WARM_UPS.put("minimum", 1);
    WARM_UPS.put("lazy", 0);
  }

  @Override
  public String name() {
    return "lazy";
  }

  @Override
  public String description() {
    return "instances built before the first call: all, one, none; time to ready, replies, memory";
  }

  @Override
  public int quickSeconds() {
    return 12;
  }

  @Override
  public void run(Figures figures) throws Exception {
    int rounds = Effort.of(2, 5, 20);
    if (Effort.chosen() == Effort.QUICK) {
      figures.note("two starts of each in --quick");
    }
    Map<String, List<double[]>> all = new LinkedHashMap<>();
    try (TempDirectory directory = TempDirectory.create("millrace-lazy")) {
      start(directory.path(), 0); // fills it
      List<Map.Entry<String, Integer>> modes = List.copyOf(WARM_UPS.entrySet());
      Turns turns = new Turns(modes.size());
      for (int round = 0; round < rounds; round++) {
        for (int turn : turns.next()) {
          Map.Entry<String, Integer> each = modes.get(turn);
          all.computeIfAbsent(each.getKey(), any -> new ArrayList<>())
              .add(start(directory.path(), each.getValue()));
        }
      }
    }
    WARM_UPS.forEach( // in their order, and not in that of the first turn
        (name, any) -> {
          List<double[]> starts = all.getOrDefault(name, List.of());
          figures.put(name + ".readyMillis", column(starts, 0, 1e6));
          figures.put(name + ".firstReplyMillis", column(starts, 1, 1e6));
          figures.put(name + ".allWorkersMillis", column(starts, 2, 1e6));
          figures.put(name + ".heapMiB", column(starts, 3, 1024 * 1024));
        });
  }

  private static double[] start(Path directory, int warmUp) throws Exception {
    String line = ChildJvm.line(Readiness.class, directory.toString(), Integer.toString(warmUp));
    return List.of(line.split(" ", -1)).stream().mapToDouble(Double::parseDouble).toArray();
  }

  private static double[] column(List<double[]> starts, int column, double unit) {
    return starts.stream().mapToDouble(each -> each[column] / unit).toArray();
  }
}
