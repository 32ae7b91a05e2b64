package io.millrace.pipeline;

import io.millrace.memory.Slice;

/**
 * Writes values straight into a guest's memory, and reads them straight out of it.
 *
 * <p>Both happen on the worker's thread, within the invocation's deadline and in place of a copy:
 * so a codec should not block, least of all to await another invocation, which may be waiting for
 * this very worker; and it must not keep the slice. A slice that was kept throws {@link
 * io.millrace.memory.SliceStateException} when it is used later; <strong>a view of it that was kept
 * does not</strong>: it goes on reading and writing the guest's memory, while that serves others.
 * So a codec has to be trusted as the rest of the host is. What a codec throws fails its own
 * invocation, with {@link WorkerException.CodecFailed}, and nothing else. A codec is used by
 * several threads at a time.
 *
 * <pre>{@code
 * Codec<Long> codec = new Codec<>() {
 *   public int sizeHintBytes(Long value) {
 *     return 8;
 *   }
 *   public int encode(Long value, Slice target) {
 *     target.putLong(0, value);
 *     return 8;
 *   }
 *   public Long decode(Slice source) {
 *     return source.getLong(0);
 *   }
 * };
 * Long same = pool.function("echo", codec, codec).invoke(42L).block();
 * }</pre>
 *
 * @param <T> the values
 */
public interface Codec<T> {

  /**
   * How many bytes {@link #encode} is going to need, or a guess. The slice that it gets first has
   * at least as many; where the guess is over the pool's payload limit it may have none, so that
   * {@link #encode} says how many it wants.
   */
  int sizeHintBytes(T value);

  /**
   * Writes {@code value} to the start of {@code target}, in little-endian order where the guest is
   * to read numbers. The target's address is a multiple of 8.
   *
   * @return how many bytes were written; or, when the target is too small, minus the number of
   *     bytes that it wants: then it is called once more with as many
   */
  int encode(T value, Slice target);

  /** Makes a value of the whole of {@code source}, whose address may be odd. Never null. */
  T decode(Slice source);
}
