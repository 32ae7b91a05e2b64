package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** One run as a document: where and how it was measured, whether it can be trusted, all figures. */
final class ResultsDocument {

  /** Of these profiles there are tables that read better than a list of figures. */
  private static final Set<String> TOLD = Set.of("peers", "article-1000", "startup");

  /** A jar's name: the version begins with the first number that stands by itself. */
  private static final Pattern VERSIONED = Pattern.compile("(.+?)-(\\d.*)");

  private static final Pattern JSON = Pattern.compile("--json[ =](\\S+)");

  private final ReportData data;
  private final StringBuilder text = new StringBuilder();

  ResultsDocument(ReportData data) {
    this.data = data;
  }

  String text() {
    head();
    text.append(new MarkdownSummary(data).text());
    where();
    if (data.has("peers")) {
      peers();
    }
    if (data.has("article-1000")) {
      article();
    }
    if (data.has("startup")) {
      line("\n## startup\n");
      new StartupTable(data).rows().forEach(row -> line("%s", row));
      notes("startup");
    }
    for (String profile : data.profiles()) {
      if (!TOLD.contains(profile)) {
        line("\n## %s\n", profile);
        notes(profile);
        figures(profile);
      }
    }
    glossary();
    libraries();
    return text.toString();
  }

  private void head() {
    line("# Results\n");
    line("One run. Written by a program from its JSON; these two commands write it anew:\n");
    String command = data.root().path("command").asText();
    Matcher json = JSON.matcher(command);
    line("    %s", command);
    line(
        "    ./millrace bench results %s > benchmarks/RESULTS.md\n",
        json.find() ? json.group(1) : "out.json");
    line("Figures are medians of rounds that ran in turn, in an order that was drawn. Ahead and");
    line("behind are said where a sign test over the pairs has a confidence of 95 %%; what is");
    line("uncertain is right in that, but not in by how much; what is open may be chance.");
  }

  private void where() {
    JsonNode root = data.root();
    JsonNode machine = root.path("machine");
    line("\n## Where and how\n");
    line("| | |\n|---|---|");
    line("| command | `%s` |", root.path("command").asText());
    line("| commit | %s |", root.path("commit").asText());
    line("| effort | %s, %d s |", root.path("effort").asText(), root.path("seconds").asInt());
    line("| seed | %s |", root.path("seed").asText());
    line("| processor | %s |", machine.path("processor").asText());
    line(
        "| cores, memory | %d, %d MiB (at most %d MiB heap) |",
        machine.path("cores").asInt(),
        machine.path("memoryMiB").asLong(),
        machine.path("maxHeapMiB").asLong());
    line("| system | %s |", machine.path("os").asText());
    line("| load before | %.2f |", machine.path("loadBefore").asDouble());
    line("| Java | %s |", machine.path("java").asText());
    line("| flags | `%s` |", words(machine.path("flags"), " "));
  }

  private void glossary() {
    line("\n## What the figures mean\n");
    line("By the names that they have in the JSON; `<...>` is what differs.");
    for (String profile : data.profiles()) {
      List<Glossary.Term> terms = Glossary.of(profile, data.figures(profile));
      if (!terms.isEmpty()) {
        line("\n### %s\n\n| figure | meaning |\n|---|---|", profile);
        terms.forEach(term -> line("| `%s` | %s |", term.family(), term.meaning()));
      }
    }
  }

  /** One on each line, its version apart. */
  private void libraries() {
    line("\n## Libraries\n\n| library | version |\n|---|---|");
    for (JsonNode each : data.root().path("machine").path("libraries")) {
      Matcher parts = VERSIONED.matcher(each.asText());
      line(
          "| %s | %s |",
          parts.matches() ? parts.group(1) : each.asText(), parts.matches() ? parts.group(2) : "");
    }
  }

  private void peers() {
    line("\n## peers\n");
    line("A C guest that makes nothing of 1 KiB (`empty`), and one that makes its SHA-256.\n");
    line(
        "| peer | call | calls/s | p50 us | p99 us | under way | Millrace's calls/s by its"
            + " | Millrace's p99 by its |");
    line("|---|---|---|---|---|---|---|---|");
    for (PeerCall call : PeerCall.values()) {
      for (PeerKind peer : PeerKind.values()) {
        String prefix = call.word() + "." + peer.word() + ".";
        if (data.figure("peers", prefix + "perSecond").isPresent()) {
          line(
              "| %s | %s | %s | %s | %s | %s | %s | %s |",
              peer.title(),
              call.word(),
              figure("peers", prefix + "perSecond"),
              figure("peers", prefix + "p50Micros"),
              figure("peers", prefix + "p99Micros"),
              figure("peers", prefix + "inFlight"),
              figure("peers", call.word() + "." + PeerRounds.standing(peer)),
              figure("peers", call.word() + ".vs." + peer.word() + ".p99Ratio"));
        }
      }
    }
    line("");
    line(
        "The limits: %s ns for a copy of 1 KiB, %s million messages a second through a queue of one"
            + " producer and one consumer, %s ns there and back.",
        figure("peers", "limit.memcpy1KiB.nanos"),
        figure("peers", "limit.spsc.millionsPerSecond"),
        figure("peers", "limit.spsc.roundTripNanos"));
    notes("peers");
  }

  private void article() {
    line("\n## article-1000\n");
    line("A guest that computes (SHA-256 of 64 KiB), and one that waits for the host (1 ms).\n");
    line(
        "| guest | workers | calls/s | speed-up | service p50 / p99 us | sojourn p50 / p99 us"
            + " | utilisation | off Little's law |");
    line("|---|---|---|---|---|---|---|---|");
    for (String guest : List.of("cpu", "host")) {
      for (int workers : ArticleProfile.WORKERS) {
        String prefix = guest + "." + workers + "workers.";
        line(
            "| %s | %d | %s | %s | %s / %s | %s / %s | %s | %s %% |",
            guest.equals("cpu") ? "computes" : "waits",
            workers,
            figure("article-1000", prefix + "perSecond"),
            figure("article-1000", guest + ".speedUp." + workers + "workers"),
            figure("article-1000", prefix + "service.p50Micros"),
            figure("article-1000", prefix + "service.p99Micros"),
            figure("article-1000", prefix + "sojourn.p50Micros"),
            figure("article-1000", prefix + "sojourn.p99Micros"),
            figure("article-1000", prefix + "utilisation"),
            Svg.number(
                100 * data.figure("article-1000", prefix + "littleError").orElse(Double.NaN)));
      }
    }
    notes("article-1000");
  }

  private void notes(String profile) {
    for (JsonNode note : data.root().path("profiles").path(profile).path("notes")) {
      line("\n%s\n", note.asText());
    }
  }

  private void figures(String profile) {
    line("| figure | |\n|---|---|");
    for (String name : data.figures(profile)) {
      line("| %s | %s |", name, figure(profile, name));
    }
  }

  /** Empty where it was not measured. */
  private String figure(String profile, String name) {
    if (data.figure(profile, name).isEmpty()) {
      return "";
    }
    double value = data.figure(profile, name).getAsDouble();
    return Svg.number(value) + (data.isUncertain(profile, name) ? " (uncertain)" : "");
  }

  private static String words(JsonNode list, String between) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(between));
  }

  private void line(String format, Object... args) {
    text.append(String.format(Locale.ROOT, format, args)).append('\n');
  }
}
