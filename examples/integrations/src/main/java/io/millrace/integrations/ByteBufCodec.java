package io.millrace.integrations;

import io.millrace.memory.Slice;
import io.millrace.pipeline.Codec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Netty's buffers, copied into the guest's memory without an array between, from wherever they lie.
 *
 * <p>Reading one does not move its indices and does not release it: it has to live until the reply,
 * and its owner releases it then. A reply is a buffer of the allocator's; whoever gets it releases
 * it.
 */
public final class ByteBufCodec implements Codec<ByteBuf> {

  private final ByteBufAllocator allocator;

  /** For replies in buffers of {@code allocator}. */
  public ByteBufCodec(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  @Override
  public int sizeHintBytes(ByteBuf value) {
    return value.readableBytes();
  }

  @Override
  public int encode(ByteBuf value, Slice target) {
    int bytes = value.readableBytes();
    if (bytes > target.length()) {
      return -bytes;
    }
    value.retain(); // its owner may be told of a deadline in this very moment, and release it
    try {
      value.getBytes(value.readerIndex(), target.view().limit(bytes));
      return bytes;
    } finally {
      value.release();
    }
  }

  @Override
  public ByteBuf decode(Slice source) {
    ByteBuf buffer = allocator.buffer(source.length());
    try {
      return buffer.writeBytes(source.readOnlyView());
    } catch (Throwable failed) {
      buffer.release();
      throw failed;
    }
  }
}
