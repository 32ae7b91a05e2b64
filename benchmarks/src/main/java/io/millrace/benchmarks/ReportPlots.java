package io.millrace.benchmarks;

import io.millrace.scheduler.Overflow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The pictures of a report; one that has nothing to show is left out. */
final class ReportPlots {

  private static final List<String> PARTS =
      List.of("encode", "copyIn", "guest", "copyOut", "decode");
  private static final List<String> LANGUAGES =
      List.of("go", "rust", "c", "assemblyscript", "tinygo");
  private static final List<String> SIZES = List.of("64B", "1KiB", "16KiB", "64KiB", "1MiB");

  private final ReportData data;
  private final List<String> cards = new ArrayList<>();

  ReportPlots(ReportData data) {
    this.data = data;
  }

  List<String> cards() {
    for (PeerCall call : PeerCall.values()) {
      String title = call.title();
      String what = Character.toUpperCase(title.charAt(0)) + title.substring(1);
      peerRates(call, what);
      peerTimes(call, what);
    }
    workers("cpu", "A guest that computes");
    workers("host", "A guest that waits for the host");
    for (String function : List.of("echo", "sum", "sha256")) {
      shares(function);
    }
    starts();
    startParts();
    lazy();
    scaling();
    overload();
    return cards;
  }

  private double figure(String profile, String name) {
    return data.figure(profile, name).orElse(Double.NaN);
  }

  private void card(String title, String note, String plot, String... legend) {
    StringBuilder keys = new StringBuilder();
    for (int i = 0; i < legend.length; i++) {
      keys.append("<span class=\"key k").append(i).append("\">");
      keys.append(Html.escape(legend[i])).append("</span>");
    }
    cards.add(
        "<section class=\"card\"><h2>"
            + Html.escape(title)
            + "</h2><p class=\"note\">"
            + Html.escape(note)
            + "</p>"
            + (legend.length == 0 ? "" : "<p class=\"keys\">" + keys + "</p>")
            + plot
            + "</section>");
  }

  private void peerRates(PeerCall call, String what) {
    BarPlot plot = new BarPlot(what + ": calls a second", true);
    for (PeerKind peer : PeerKind.values()) {
      double value = figure("peers", call.word() + "." + peer.word() + ".perSecond");
      if (Double.isFinite(value)) {
        plot.add(peer.label(), value, "", style(peer));
      }
    }
    if (!plot.isEmpty()) {
      card(what + ": calls a second", "Longer is better; logarithmic.", plot.svg());
    }
  }

  private void peerTimes(PeerCall call, String what) {
    BarPlot plot = new BarPlot(what + ": microseconds of a call", true);
    for (PeerKind peer : PeerKind.values()) {
      String prefix = call.word() + "." + peer.word();
      double p50 = figure("peers", prefix + ".p50Micros");
      double p99 = figure("peers", prefix + ".p99Micros");
      if (Double.isFinite(p50) && Double.isFinite(p99)) {
        plot.add(peer.label(), p50, " µs", "s0");
        plot.add("", p99, " µs", "s1");
      }
    }
    if (!plot.isEmpty()) {
      card(
          what + ": time of a call",
          "From sent to replied. Shorter is better; logarithmic.",
          plot.svg(),
          "median",
          "99th percentile");
    }
  }

  private static String style(PeerKind peer) {
    return peer.isOwn() ? "own" : peer.isLimit() ? "limit" : "other";
  }

  private void workers(String guest, String title) {
    double[] rates = byWorkers(guest, "perSecond");
    if (Arrays.stream(rates).noneMatch(Double::isFinite)) {
      return;
    }
    List<String> steps = Arrays.stream(ArticleProfile.WORKERS).mapToObj(Integer::toString).toList();
    double[] ideal =
        Arrays.stream(ArticleProfile.WORKERS)
            .mapToDouble(workers -> rates[0] * (guest.equals("cpu") ? cores(workers) : workers))
            .toArray();
    card(
        title + ": calls a second",
        "The same calls by 1 to 8 workers, 16 in flight.",
        new LinePlot(title, "workers", false, steps).add("s0", rates).add("s1", ideal).svg(),
        "measured",
        guest.equals("cpu") ? "one worker's rate by cores" : "one worker's rate by workers");
    card(
        title + ": times",
        "Service is the guest running; sojourn is from sent to replied. µs, logarithmic.",
        new LinePlot(title, "workers", true, steps)
            .add("s0", byWorkers(guest, "service.p50Micros"))
            .add("s1", byWorkers(guest, "service.p99Micros"))
            .add("s2", byWorkers(guest, "sojourn.p50Micros"))
            .add("s3", byWorkers(guest, "sojourn.p99Micros"))
            .svg(),
        "service p50",
        "service p99",
        "sojourn p50",
        "sojourn p99");
  }

  private int cores(int workers) {
    return Math.min(workers, Math.max(1, data.root().path("machine").path("cores").asInt()));
  }

  private double[] byWorkers(String guest, String what) {
    return Arrays.stream(ArticleProfile.WORKERS)
        .mapToDouble(n -> figure("article-1000", guest + "." + n + "workers." + what))
        .toArray();
  }

  private void shares(String function) {
    StackPlot plot = new StackPlot("shares of a call of " + function, PARTS);
    for (String size : SIZES) {
      String prefix = function + "." + size + ".";
      double[] values =
          PARTS.stream().mapToDouble(p -> figure("bottleneck", prefix + p + ".percent")).toArray();
      if (Arrays.stream(values).allMatch(Double::isFinite)) {
        plot.add(size, Svg.quantity(figure("bottleneck", prefix + "micros"), " µs"), values);
      }
    }
    if (!plot.isEmpty()) {
      card(
          "Where a call of " + function + " spends its time",
          "Each bar is a whole call; its time stands beside it.",
          plot.svg(),
          PARTS.toArray(String[]::new));
    }
  }

  private void starts() {
    BarPlot plot = new BarPlot("first replies", true);
    List<String> modes =
        List.of(
            "interpreter.firstReply",
            "compiled.firstReply",
            "disk.firstReply",
            "compiled.secondInstance");
    for (String language : LANGUAGES) {
      for (int i = 0; i < modes.size(); i++) {
        double value = figure("startup", language + "." + modes.get(i) + "Millis");
        if (Double.isFinite(value)) {
          plot.add(i == 0 ? language : "", value, " ms", "s" + i);
        }
      }
    }
    if (!plot.isEmpty()) {
      card(
          "First reply in a fresh JVM",
          "Median, by the language of the guest. Logarithmic; shorter is better.",
          plot.svg(),
          "interpreted",
          "compiled",
          "compiled before, from disk",
          "second instance, from the snapshot");
    }
  }

  /** Instance and initialisation apart where they were measured so. */
  private void startParts() {
    boolean apart =
        LANGUAGES.stream()
            .anyMatch(each -> data.figure("startup", each + ".parts.initMillis").isPresent());
    List<String> parts =
        apart
            ? List.of("read", "scan", "parse", "compile", "instantiate", "init", "firstReply")
            : List.of("read", "scan", "parse", "compile", "instantiateAndInit", "firstReply");
    StackPlot plot = new StackPlot("parts of a start", parts);
    for (String language : LANGUAGES) {
      double[] values =
          parts.stream()
              .mapToDouble(part -> figure("startup", language + ".parts." + part + "Millis"))
              .toArray();
      if (Arrays.stream(values).allMatch(Double::isFinite)) {
        plot.add(language, Svg.quantity(Arrays.stream(values).sum(), " ms"), values);
      }
    }
    if (!plot.isEmpty()) {
      card(
          "What a compiled start is made of",
          "Step by step in a fresh JVM; the sum stands beside it.",
          plot.svg(),
          parts.stream().map(ReportPlots::words).toArray(String[]::new));
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
      double ready = figure("lazy", mode + ".readyMillis");
      if (Double.isFinite(ready)) {
        plot.add(mode, ready, " ms", "s0");
        plot.add("", figure("lazy", mode + ".firstReplyMillis"), " ms", "s1");
        plot.add("", figure("lazy", mode + ".allWorkersMillis"), " ms", "s2");
        heap.add(mode, figure("lazy", mode + ".heapMiB"), " MiB", "s3");
      }
    }
    if (!plot.isEmpty()) {
      card(
          "When instances are built",
          "Eight before the first call, one, or none; a Go guest, its classes on the disk.",
          plot.svg(),
          "until ready",
          "first reply after that",
          "then one of each worker");
      card(
          "What instances take before the first call",
          "Heap once the pool is ready: eight instances, one, or none.",
          heap.svg());
    }
  }

  private void scaling() {
    BarPlot plot = new BarPlot("share of the limit", false);
    String[][] rows = {
      {"scaling", "overhead.sha256.oneWorker", "SHA-256, one worker"},
      {"scaling", "overhead.sha256.allCores", "SHA-256, all cores"},
      {"scaling", "scaling.efficiency", "scaling efficiency"},
      {"memory", "sha256.flatVsStock", "SHA-256, our memory"},
    };
    for (String[] row : rows) {
      double value = figure(row[0], row[1]);
      if (Double.isFinite(value)) {
        plot.add(row[2], value, "×", "own");
      }
    }
    if (!plot.isEmpty()) {
      card(
          "Scaling",
          "Through the pool by bare loops over the same guest; the last one by the engine's memory.",
          plot.svg());
    }
  }

  private void overload() {
    List<String> steps = Arrays.stream(LoadProfile.OFFERED).mapToObj(Double::toString).toList();
    double capacity = figure("load", "load.capacity.perSecond");
    if (Double.isFinite(capacity)) {
      double[] offered = Arrays.stream(LoadProfile.OFFERED).map(x -> x * capacity).toArray();
      card(
          "Calls that come whatever happens: done",
          "An open loop over a guest of 1 ms, two workers, 64 may wait. Calls a second.",
          new LinePlot("done", "offered, by the capacity", false, steps)
              .add("s0", offers("perSecond"))
              .add("s1", Arrays.stream(offered).map(x -> Math.min(x, 2 * capacity)).toArray())
              .svg(),
          "done",
          "offered (cut at twice the capacity)");
      card(
          "Calls that come whatever happens: time",
          "From the moment at which a call was meant to be sent to its reply. µs, logarithmic.",
          new LinePlot("time", "offered, by the capacity", true, steps)
              .add("s0", offers("sojourn.p50Micros"))
              .add("s1", offers("sojourn.p99Micros"))
              .svg(),
          "median",
          "99th percentile");
    }
    BarPlot plot = new BarPlot("overload", false);
    for (Overflow policy : Overflow.values()) {
      String prefix = "overload." + policy.name().toLowerCase(Locale.ROOT) + ".";
      double sent = figure("overload", prefix + "sent");
      if (Double.isFinite(sent)) {
        plot.add(policy.name().toLowerCase(Locale.ROOT).replace('_', ' '), sent, "", "s1");
        plot.add("", figure("overload", prefix + "completed"), "", "s0");
      }
    }
    if (!plot.isEmpty()) {
      card(
          "Ten times the capacity, by overflow policy",
          "Every call that was sent is answered: with a reply, or that there was no room.",
          plot.svg(),
          "completed",
          "sent");
    }
  }

  private double[] offers(String what) {
    return Arrays.stream(LoadProfile.OFFERED)
        .mapToObj(x -> "load.x" + x + "." + what)
        .mapToDouble(name -> figure("load", name))
        .toArray();
  }
}
