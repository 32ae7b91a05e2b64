package io.millrace.benchmarks;

/** Text within a page. */
final class Html {

  private Html() {}

  /** Whatever it holds, it stays text. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
