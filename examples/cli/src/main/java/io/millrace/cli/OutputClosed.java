package io.millrace.cli;

import java.io.IOException;

/** Nobody reads the output any more ({@code | head} does that): no reason to complain. */
final class OutputClosed extends RuntimeException {

  private static final long serialVersionUID = 1L;

  OutputClosed(IOException cause) {
    super(cause);
  }

  /** The JDK has no type for it: the message is the operating system's. */
  static boolean says(IOException failure) {
    String message = failure.getMessage();
    return message != null
        && (message.contains("Broken pipe") || message.contains("pipe is being closed"));
  }
}
