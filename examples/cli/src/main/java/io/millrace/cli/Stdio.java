package io.millrace.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Where the command reads and writes.
 *
 * @param in records
 * @param out records, tables and help; not buffered
 * @param err one line for each failure, and progress
 * @param interactive whether someone looks at {@code err} while it is written
 */
record Stdio(InputStream in, OutputStream out, PrintStream err, boolean interactive) {

  /**
   * Set by the launcher, which can ask whether stderr is a terminal. Java cannot: System.console()
   * asks about the other two, and from Java 22 on there always is one.
   */
  private static final String TERMINAL_PROPERTY = "millrace.terminal";

  /** The process's own streams: the raw ones, as System.in and System.out lock and copy. */
  static Stdio ofProcess() {
    return new Stdio(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        utf8(new FileOutputStream(FileDescriptor.err)),
        Boolean.getBoolean(TERMINAL_PROPERTY));
  }

  static Stdio of(InputStream in, OutputStream out, OutputStream err) {
    return new Stdio(in, out, utf8(err), false);
  }

  /** {@link #out} as text, flushed at each line's end. */
  PrintWriter text() {
    return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
  }

  private static PrintStream utf8(OutputStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }
}
