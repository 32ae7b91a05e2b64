package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** One run as a document: where and how it was measured, whether it can be trusted, all figures. */
final class ResultsDocument {

  /** Of these profiles there are tables that read better than a list of figures. */
  private static final Set<String> TOLD = Set.of("peers", "article-1000");

  private final ReportData data;
  private final StringBuilder text = new StringBuilder();

  ResultsDocument(ReportData data) {
    this.data = data;
  }

  String text() {
    head();
    text.append(new MarkdownSummary(data).text());
    if (data.has("peers")) {
      peers();
    }
    if (data.has("article-1000")) {
      article();
    }
    for (String profile : data.profiles()) {
      if (!TOLD.contains(profile)) {
        line("\n## %s\n", profile);
        notes(profile);
        figures(profile);
      }
    }
    return text.toString();
  }

  private void head() {
    JsonNode root = data.root();
    JsonNode machine = root.path("machine");
    line("# Results\n");
    line("One run. Written by a program from its JSON; these two commands write it anew:\n");
    line("    %s", root.path("command").asText());
    line("    ./millrace bench results out.json > benchmarks/RESULTS.md\n");
    line("| | |\n|---|---|");
    line("| commit | %s |", root.path("commit").asText());
    line("| effort | %s, %d s |", root.path("effort").asText(), root.path("seconds").asInt());
    line("| machine | %d cores, %s |", machine.path("cores").asInt(), machine.path("os").asText());
    line("| seed | %s |", root.path("seed").asText());
    line("| load before | %.2f |", machine.path("loadBefore").asDouble());
    line("| Java | %s |", machine.path("java").asText());
    line("| flags | `%s` |", words(machine.path("flags"), " "));
    line("| libraries | %s |", words(machine.path("libraries"), ", "));
    line("\nFigures are medians of rounds that ran in turn. What a run says of itself stands");
    line("beside them: where it is not valid, and which figures are uncertain, that is right in");
    line("who is ahead but not in by how much.");
  }

  private void peers() {
    line("\n## peers\n");
    line("The C guest: an empty call (`echo`, no payload), and SHA-256 of 1 KiB.\n");
    line(
        "| peer | call | calls/s | p50 us | p99 us | under way | Millrace by it | its p99 by it |");
    line("|---|---|---|---|---|---|---|---|");
    for (PeerCall call : PeerCall.values()) {
      for (PeerKind peer : PeerKind.values()) {
        String prefix = call.word() + "." + peer.word() + ".";
        if (data.figure("peers", prefix + "perSecond").isPresent()) {
          line(
              "| %s | %s | %s | %s | %s | %s | %s | %s |",
              peer.title() + (peer == PeerKind.LOCK ? " (limit)" : ""),
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
            number(100 * data.figure("article-1000", prefix + "littleError").orElse(Double.NaN)));
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
    data.root()
        .path("profiles")
        .path(profile)
        .path("figures")
        .fieldNames()
        .forEachRemaining(name -> line("| %s | %s |", name, figure(profile, name)));
  }

  /** Empty where it was not measured. */
  private String figure(String profile, String name) {
    if (data.figure(profile, name).isEmpty()) {
      return "";
    }
    double value = data.figure(profile, name).getAsDouble();
    return number(value) + (data.isUncertain(profile, name) ? " (uncertain)" : "");
  }

  /** Small shares with as many digits as they need. */
  private static String number(double value) {
    return value != 0 && Math.abs(value) < 0.1
        ? String.format(Locale.ROOT, "%.2g", value)
        : Svg.number(value);
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
