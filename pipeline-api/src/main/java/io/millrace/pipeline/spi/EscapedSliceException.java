package io.millrace.pipeline.spi;

/**
 * A payload's slice is in the hands of somebody who may go on writing to it. Whoever provides the
 * guest must not use its memory again.
 */
public final class EscapedSliceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Says who has it. */
  public EscapedSliceException(String message) {
    super(message, null, false, false);
  }
}
