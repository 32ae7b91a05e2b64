package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/** How long it takes until the first reply, and of what that time is made. */
final class StartPlots {

  /** In the order in which they are told. */
  static final List<String> LANGUAGES = List.of("go", "rust", "c", "assemblyscript", "tinygo");

  /** Of a compiled start, instance and initialisation apart. */
  static final List<String> PARTS =
      List.of("read", "scan", "parse", "compile", "instantiate", "init", "firstReply");

  private static final List<String> MEMORY_MODES = List.of("interpreter", "compiled", "disk");

  private final ReportData data;
  private final PlotCards cards;

  StartPlots(ReportData data, PlotCards cards) {
    this.data = data;
    this.cards = cards;
  }

  void draw() {
    firstReplies();
    memory();
    startParts();
    lazy();
  }

  private void firstReplies() {
    BarPlot plot = new BarPlot("first replies", true);
    DoubleSummaryStatistics starts = new DoubleSummaryStatistics();
    List<String> modes =
        List.of(
            "interpreter.firstReply",
            "compiled.firstReply",
            "disk.firstReply",
            "compiled.secondInstance");
    for (String language : LANGUAGES) {
      for (int i = 0; i < modes.size(); i++) {
        String name = language + "." + modes.get(i);
        double value = data.figureOrNan("startup", name + "Millis");
        if (Double.isFinite(value)) {
          double low = data.figureOrNan("startup", name + ".minMillis");
          double high = data.figureOrNan("startup", name + ".maxMillis");
          plot.add(i == 0 ? language : "", value, " ms", "s" + i, low, high);
          data.figure("startup", name + ".starts").ifPresent(starts);
        }
      }
    }
    if (!plot.isEmpty()) {
      cards.add(
          "First reply in a fresh JVM",
          "Median of "
              + starts(starts)
              + ", and a line from the least to the greatest. Logarithmic; shorter is better.",
          plot.svg(),
          "interpreted",
          "compiled",
          "compiled before, from disk",
          "second instance, from the snapshot");
    }
  }

  /** How many there were of each way of each language, from the fewest to the most. */
  private static String starts(DoubleSummaryStatistics of) {
    long least = (long) of.getMin();
    long most = (long) of.getMax();
    return of.getCount() == 0
        ? "some starts"
        : least == most ? least + " starts" : least + " to " + most + " starts";
  }

  private void memory() {
    BarPlot plot = new BarPlot("memory after the first reply", false);
    for (String language : LANGUAGES) {
      for (int i = 0; i < MEMORY_MODES.size(); i++) {
        String name = language + "." + MEMORY_MODES.get(i) + ".memoryMiB";
        double value = data.figureOrNan("startup", name);
        if (Double.isFinite(value)) {
          plot.add(i == 0 ? language : "", value, " MiB", "s" + i);
        }
      }
    }
    if (!plot.isEmpty()) {
      cards.add(
          "Memory after the first reply",
          "Heap after a collection, and what classes take. Shorter is better.",
          plot.svg(),
          "interpreted",
          "compiled",
          "compiled before, from disk");
    }
  }

  /** Instance and initialisation apart where they were measured so. */
  private void startParts() {
    boolean apart =
        LANGUAGES.stream()
            .anyMatch(each -> data.figure("startup", each + ".parts.initMillis").isPresent());
    List<String> parts =
        apart
            ? PARTS
            : List.of("read", "scan", "parse", "compile", "instantiateAndInit", "firstReply");
    StackPlot plot = new StackPlot("parts of a start", parts);
    for (String language : LANGUAGES) {
      double[] values =
          parts.stream()
              .mapToDouble(
                  part -> data.figureOrNan("startup", language + ".parts." + part + "Millis"))
              .toArray();
      if (Arrays.stream(values).allMatch(Double::isFinite)) {
        plot.add(language, Svg.quantity(Arrays.stream(values).sum(), " ms"), values);
      }
    }
    if (!plot.isEmpty()) {
      cards.add(
          "What a compiled start is made of",
          "Step by step in a fresh JVM; the sum stands beside it.",
          plot.svg(),
          parts.stream().map(StartPlots::words).toArray(String[]::new));
    }
  }

  private static String words(String part) {
    return switch (part) {
      case "instantiateAndInit" -> "instantiate, init";
      case "firstReply" -> "first reply";
      default -> part;
    };
  }

  private void lazy() {
    BarPlot plot = new BarPlot("eager, minimum, lazy", false);
    BarPlot heap = new BarPlot("heap: eager, minimum, lazy", false);
    for (String mode : List.of("eager", "minimum", "lazy")) {
      double ready = data.figureOrNan("lazy", mode + ".readyMillis");
      if (Double.isFinite(ready)) {
        plot.add(mode, ready, " ms", "s0");
        plot.add("", data.figureOrNan("lazy", mode + ".firstReplyMillis"), " ms", "s1");
        plot.add("", data.figureOrNan("lazy", mode + ".allWorkersMillis"), " ms", "s2");
        heap.add(mode, data.figureOrNan("lazy", mode + ".heapMiB"), " MiB", "s3");
      }
    }
    if (!plot.isEmpty()) {
      cards.add(
          "When instances are built",
          "Eight before the first call, one, or none; a Go guest, its classes on the disk.",
          plot.svg(),
          "until ready",
          "first reply after that",
          "then one of each worker");
      cards.add(
          "What instances take before the first call",
          "Heap once the pool is ready: eight instances, one, or none.",
          heap.svg());
    }
  }
}
