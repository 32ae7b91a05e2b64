package io.millrace.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Tells how far a run is: a bar that is drawn over itself where someone looks, else a line for each
 * quarter. One thread at a time.
 */
final class Progress {

  private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int BAR_WIDTH = 30;

  private final PrintStream err;
  private final boolean interactive;
  private final long total;
  private final long startNanos = System.nanoTime();
  private long drawnNanos = startNanos - REDRAW_NANOS;
  private long quarters;

  Progress(PrintStream err, boolean interactive, long total) {
    this.err = err;
    this.interactive = interactive;
    this.total = total;
  }

  void at(long done) {
    if (interactive) {
      long now = System.nanoTime();
      if (now - drawnNanos >= REDRAW_NANOS || done == total) {
        drawnNanos = now;
        draw(done, now);
      }
    } else if (done * 4 / total > quarters) {
      quarters = done * 4 / total;
      err.println(String.format(Locale.ROOT, "millrace: %,d of %,d", done, total));
    }
  }

  private void draw(long done, long now) {
    int filled = (int) (done * BAR_WIDTH / total);
    double perSecond = done * 1e9 / Math.max(1, now - startNanos);
    String bar = "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled);
    String text =
        String.format(
            Locale.ROOT, "[%s] %,d of %,d  %,.0f per second", bar, done, total, perSecond);
    // carriage return, text, erase to the end of the line
    err.print("\r" + text + "\u001b[K" + (done == total ? "\n" : ""));
    err.flush();
  }

  /** Leaves the bar's line, so that what is said next does not overwrite it. */
  void interrupt() {
    if (interactive) {
      err.print("\r\u001b[K");
    }
  }
}
