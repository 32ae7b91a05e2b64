package io.millrace.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * Which change of a figure is a good one, as far as its name tells.
 *
 * @see Glossary
 */
enum FigureMeaning {
  /** Whatever the others are not: rates, speed-ups. */
  HIGHER_IS_BETTER,
  LOWER_IS_BETTER,
  /** Of what ought not to be: one is one too many, so noise is no excuse for it. */
  COUNT,
  /** Says how a run was, and nothing of how good that is. */
  NEITHER;

  /** By how the names end; the first that fits counts. */
  private static final List<String> COUNTS =
      List.of(
          "unanswered",
          "overbound",
          "neighbourshit",
          "abandonedworkers",
          "stolen",
          "outoforder",
          "differences",
          "payloadbytescopied",
          ".rejected",
          ".failed");

  private static final List<String> NEITHERS =
      List.of(
          "inflight",
          "queuelength",
          "utilisation",
          "percent",
          ".starts",
          ".sent",
          ".completed",
          "rejectedcalls",
          "expired",
          "neighbours",
          "runaways",
          "notstarted",
          "others",
          "resets",
          "collections",
          "rawspeedup");

  private static final List<String> LOWER =
      List.of(
          "micros",
          "nanos",
          "millis",
          "heapmib", // not a size at the end: inPlaceVsCopied.1MiB is a ratio of rates
          "heapgrowthmib",
          "memorymib",
          "bytes",
          "bytesperinvocation",
          "error",
          "errorworst",
          "rejectedshare",
          "cpushare",
          "ratio",
          "ratio.byinvoke",
          // a time by another one's time
          "diskvscompile",
          "tieredfirstreplyvsparse",
          "gostartvsnormal",
          "gorestorevsinit",
          "cresetvsnewinstance",
          "restore.vsnewinstance");

  static FigureMeaning of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (COUNTS.stream().anyMatch(lower::endsWith)) {
      return COUNT;
    }
    if (NEITHERS.stream().anyMatch(lower::endsWith)) {
      return NEITHER;
    }
    return LOWER.stream().anyMatch(lower::endsWith) ? LOWER_IS_BETTER : HIGHER_IS_BETTER;
  }
}
