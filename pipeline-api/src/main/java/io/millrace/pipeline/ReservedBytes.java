package io.millrace.pipeline;

import io.millrace.memory.Slice;

/**
 * Room that a claim fills.
 *
 * @param bytes how many
 */
record ReservedBytes(int bytes) {

  ReservedBytes {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes is " + bytes + ": it must be 0 or more");
    }
  }

  static ReservedBytes of(Invocation template) {
    if (template.payload() instanceof Payload.Encoded<?> encoded
        && encoded.value() instanceof ReservedBytes reserved) {
      return reserved;
    }
    throw new IllegalArgumentException(
        "a claim of "
            + template.function()
            + " wants Payload.reserved(bytes), and not "
            + template.payload());
  }

  /** For an invocation that reserves room and that nobody claims. */
  enum Unclaimed implements Codec<ReservedBytes> {
    INSTANCE;

    @Override
    public int sizeHintBytes(ReservedBytes value) {
      return 0;
    }

    @Override
    public int encode(ReservedBytes value, Slice target) {
      throw new IllegalStateException("reserved room has no bytes: use WorkerPool.claim");
    }

    @Override
    public ReservedBytes decode(Slice source) {
      throw new UnsupportedOperationException("reserved room is written only");
    }
  }
}
