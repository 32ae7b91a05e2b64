package io.millrace.instance;

import io.millrace.memory.LinearMemory;

/**
 * The buffers that a guest names for reading or writing: pairs of address and length, 8 bytes each.
 * Read once and checked in full, before anything is done with them.
 */
final class IoVectors {

  /** What POSIX calls IOV_MAX; a longer list is refused before it is walked. */
  private static final int HIGHEST_COUNT = 1024;

  private final int[] addresses;
  private final int[] lengths;
  private final int totalBytes;

  private IoVectors(int[] addresses, int[] lengths, int totalBytes) {
    this.addresses = addresses;
    this.lengths = lengths;
    this.totalBytes = totalBytes;
  }

  static IoVectors read(LinearMemory memory, int list, int wanted) {
    if (Integer.compareUnsigned(wanted, HIGHEST_COUNT) > 0) {
      throw Errno.INVAL.refusal();
    }
    int[] addresses = new int[wanted];
    int[] lengths = new int[wanted];
    long total = 0;
    for (int i = 0; i < wanted; i++) {
      addresses[i] = memory.getInt(list + 8 * i);
      lengths[i] = memory.getInt(list + 8 * i + 4);
      total += Integer.toUnsignedLong(lengths[i]);
    }
    if (total > Integer.MAX_VALUE) {
      throw Errno.INVAL.refusal();
    }
    for (int i = 0; i < wanted; i++) {
      LinearMemory.check(addresses[i], lengths[i], memory.sizeBytes());
    }
    return new IoVectors(addresses, lengths, (int) total);
  }

  int totalBytes() {
    return totalBytes;
  }

  /** Copies the buffers' bytes out, in order. */
  void gather(LinearMemory memory, WasiOutput output) {
    for (int i = 0; i < addresses.length; i++) {
      output.write(memory, addresses[i], lengths[i]);
    }
  }

  /** Fills the buffers in order, and answers how many bytes that took. */
  int scatter(LinearMemory memory, byte[] source, long offset) {
    int next = (int) Math.min(offset, source.length);
    int start = next;
    for (int i = 0; i < addresses.length; i++) {
      int count = Math.min(lengths[i], source.length - next);
      memory.write(addresses[i], source, next, count);
      next += count;
    }
    return next - start;
  }
}
