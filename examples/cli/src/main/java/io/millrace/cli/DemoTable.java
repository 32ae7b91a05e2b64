package io.millrace.cli;

import java.util.Locale;
import java.util.Map;

/** The demo's result for human eyes. */
final class DemoTable {

  private DemoTable() {}

  static String of(Summary summary, Map<String, Long> byReason) {
    TextTable table = new TextTable();
    table.title("");
    table.row("invocations", number(summary.invocations()));
    table.row("replies", number(summary.replies()));
    table.row("errors", number(summary.errors()));
    table.row("mismatches", number(summary.mismatches()));
    table.row("throughput", throughput(summary));
    table.row("service time", percentiles(summary.service()));
    table.row("sojourn time", percentiles(summary.sojourn()));
    table.row("compiles", number(summary.compiles()));
    table.row("instances created", number(summary.instancesCreated()));
    table.row("cache hits", number(summary.cacheHits()));
    table.title("").title("verdicts");
    byReason.forEach((reason, count) -> table.row(reason, number(count)));
    return table.text();
  }

  private static String throughput(Summary summary) {
    return String.format(
        Locale.ROOT,
        "%,.0f per second: %d %s, %.2f s",
        summary.perSecond(),
        summary.workers(),
        summary.workers() == 1 ? "worker" : "workers",
        summary.wallMillis() / 1_000.0);
  }

  private static String percentiles(Summary.Percentiles of) {
    return String.format(Locale.ROOT, "p50 %s, p99 %s", time(of.p50Micros()), time(of.p99Micros()));
  }

  private static String time(double micros) {
    return micros < 1_000
        ? String.format(Locale.ROOT, "%.1f us", micros)
        : String.format(Locale.ROOT, "%,.1f ms", micros / 1_000);
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
