package io.millrace.instance;

import org.jspecify.annotations.Nullable;

/**
 * Gets what guests write to their standard output and error. Called on the worker's thread, when
 * the invocation has ended and before its caller hears of it: at most twice, once for each stream
 * that was written to. May be called by several workers at a time. What it throws is logged and
 * harms nothing; while it runs its worker serves nobody.
 */
@FunctionalInterface
public interface GuestOutput {

  /** The name that stands for a function while an instance starts. */
  String START = "(start)";

  /** Takes what one invocation wrote to one stream. */
  void written(Written output);

  /** The two streams. */
  enum Stream {
    /** Descriptor 1. */
    STDOUT,
    /** Descriptor 2. */
    STDERR
  }

  /**
   * What one invocation wrote to one stream.
   *
   * @param function which was invoked, or {@link #START}
   * @param tenant on whose behalf; {@code null} for the anonymous tenant, and at the start
   * @param stream where it was written to
   * @param text read as UTF-8, fit for a log: one line, in which control characters, line
   *     separators, invisible format characters and backslashes are escaped as in Java sources
   * @param droppedBytes how much more was written, beyond the policy's limit
   */
  record Written(
      String function, @Nullable String tenant, Stream stream, String text, long droppedBytes) {}
}
