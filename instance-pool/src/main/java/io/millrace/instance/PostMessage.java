package io.millrace.instance;

import io.millrace.pipeline.spi.Receiver;

/**
 * How a guest sends messages while it runs: {@code millrace.post_message(ptr, len) -> errno}.
 *
 * <p>Answers 0 when the message was taken; {@code notsup} when nobody wants messages from this
 * invocation, {@code fault} when the bytes do not lie within memory. While there is no demand for
 * it the call blocks; the invocation's deadline runs on.
 */
final class PostMessage {

  static final String MODULE = "millrace";
  static final String NAME = "post_message";
  static final String SIGNATURE = "(i32, i32) -> i32";

  private PostMessage() {}

  static long call(HostCall call, long[] args) throws InterruptedException {
    int pointer = (int) args[0];
    int length = (int) args[1];
    Receiver receiver = call.wasi().receiver();
    if (receiver == null) {
      return Errno.NOTSUP.number();
    }
    if (!call.memory().contains(pointer, length)) {
      return Errno.FAULT.number();
    }
    boolean taken = LentWindow.lend(call.memory(), pointer, length, receiver::message);
    return (taken ? Errno.SUCCESS : Errno.NOTSUP).number();
  }
}
