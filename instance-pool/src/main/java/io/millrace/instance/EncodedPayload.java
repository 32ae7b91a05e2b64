package io.millrace.instance;

import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.EscapedSliceException;

/** Runs a payload's codec, which is somebody else's code. */
final class EncodedPayload {

  /** Where it may write. */
  interface Space {

    /** A slice of so many bytes; any slice before it is dead. */
    Slice of(int bytes);
  }

  private EncodedPayload() {}

  /**
   * Has {@code payload} written to {@code space}; answers how many bytes it has.
   *
   * @throws WorkerException.PayloadTooLarge when it wants more than {@code limitBytes}
   * @throws WorkerException.CodecFailed when the codec fails
   * @throws WorkerException.SliceMisuse when it uses a slice that it has no more
   */
  static <T> int write(String function, Payload.Encoded<T> payload, int limitBytes, Space space) {
    int hint = checked(function, () -> payload.codec().sizeHintBytes(payload.value()));
    int wanted = Math.min(limitBytes, Math.max(0, hint)); // a guess refuses nothing
    int written = write(function, payload, space.of(wanted));
    if (written < 0) {
      wanted = within(limitBytes, -(long) written);
      written = write(function, payload, space.of(wanted));
    }
    if (written < 0 || written > wanted) {
      String what =
          written < 0 ? "asks for another " + -(long) written : "says it wrote " + written;
      throw failed(function, new IllegalStateException(what + " bytes, where it has " + wanted));
    }
    return written;
  }

  private static <T> int write(String function, Payload.Encoded<T> payload, Slice target) {
    return checked(function, () -> payload.codec().encode(payload.value(), target));
  }

  private interface Step {
    int run();
  }

  private static int checked(String function, Step step) {
    try {
      return step.run();
    } catch (EscapedSliceException escaped) {
      throw escaped;
    } catch (SliceStateException misuse) {
      throw new WorkerException.SliceMisuse(misuse);
    } catch (Throwable thrown) { // also a stack overflow: it is the codec's
      throw failed(function, thrown);
    }
  }

  private static WorkerException.CodecFailed failed(String function, Throwable cause) {
    return new WorkerException.CodecFailed(function, "encode", cause);
  }

  private static int within(int limitBytes, long wanted) {
    if (wanted > limitBytes) {
      throw new WorkerException.PayloadTooLarge("payload", wanted, limitBytes);
    }
    return (int) wanted;
  }
}
