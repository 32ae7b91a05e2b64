package io.millrace.cli;

import org.jspecify.annotations.Nullable;

/** The user asked for something that cannot be; the message says what to do instead. */
final class UsageError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UsageError(String message) {
    this(message, null);
  }

  UsageError(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
