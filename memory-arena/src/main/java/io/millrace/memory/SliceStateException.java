package io.millrace.memory;

/**
 * A slice was used after its release, after its transfer or after its arena's reset. The access did
 * not happen.
 */
public final class SliceStateException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  SliceStateException(String message) {
    super(message);
  }
}
