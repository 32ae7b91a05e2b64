package io.millrace.instance;

import io.millrace.pipeline.spi.Receiver;

/**
 * How a guest sends messages while it runs: {@code millrace.post_message(ptr, len) -> errno}.
 *
 * <p>Answers 0 when the message was taken; {@code notsup} when nobody wants messages from this
 * invocation, or no more since one could not be read; {@code msgsize} for one that is longer than
 * payloads may be, {@code fault} when the bytes do not lie within memory. While there is no demand
 * for it the call blocks; the invocation's deadline runs on.
 *
 * <p>A receiver that throws is not the guest's fault: the guest goes on, and the invocation fails
 * when it has ended.
 */
final class PostMessage {

  static final String MODULE = "millrace";
  static final String NAME = "post_message";
  static final String SIGNATURE = "(i32, i32) -> i32";

  private PostMessage() {}

  static long call(HostCall call, long[] args) throws InterruptedException {
    int pointer = (int) args[0];
    int length = (int) args[1];
    WasiContext wasi = call.wasi();
    Receiver receiver = wasi.receiver();
    if (receiver == null) {
      return Errno.NOTSUP.number();
    }
    if (Integer.toUnsignedLong(length) > wasi.payloadLimitBytes()) {
      return Errno.MSGSIZE.number();
    }
    if (!call.memory().contains(pointer, length)) {
      return Errno.FAULT.number();
    }
    boolean taken = false;
    try {
      taken = LentWindow.lend(call.memory(), pointer, length, receiver::message);
    } catch (InterruptedException stop) {
      throw stop;
    } catch (Throwable thrown) { // also a stack overflow: it is the codec's
      wasi.messageFailed(thrown);
    }
    return (taken ? Errno.SUCCESS : Errno.NOTSUP).number();
  }
}
