package io.millrace.instance;

import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.EscapedSliceException;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;

/** Runs a payload's codec, which is somebody else's code. */
final class EncodedPayload {

  private EncodedPayload() {}

  /**
   * Has {@code payload} written; answers how many bytes it has.
   *
   * @param space a slice of so many bytes, where it may write; any slice before it is dead
   * @throws WorkerException.PayloadTooLarge when it wants more than {@code limitBytes}
   * @throws WorkerException.CodecFailed when the codec fails
   * @throws WorkerException.SliceMisuse when it uses a slice that it has no more
   */
  static <T> int write(
      String function, Payload.Encoded<T> payload, int limitBytes, IntFunction<Slice> space) {
    int hint = checked(function, () -> payload.codec().sizeHintBytes(payload.value()));
    // A guess over the limit refuses nothing, and makes the guest's arena no larger: the codec is
    // given no room, and says what it wants.
    int wanted = hint > limitBytes ? 0 : Math.max(0, hint);
    int written = write(function, payload, space.apply(wanted));
    if (written < 0) {
      wanted = within(limitBytes, -(long) written);
      written = write(function, payload, space.apply(wanted));
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

  private static int checked(String function, IntSupplier step) {
    try {
      return step.getAsInt();
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
