package io.millrace.cli;

import io.millrace.pipeline.WorkerException;

/** A record that never enters the pool; the message says why. */
final class RefusedRecord extends Exception {

  private static final long serialVersionUID = 1L;

  RefusedRecord(String message) {
    super(message);
  }

  private RefusedRecord(WorkerException cause) {
    super(cause.getMessage(), cause);
  }

  /** The words that the pool would use. */
  static RefusedRecord tooLarge(long lengthBytes, int limitBytes) {
    return new RefusedRecord(
        new WorkerException.PayloadTooLarge("payload", lengthBytes, limitBytes));
  }
}
