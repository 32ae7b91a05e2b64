package io.millrace.memory;

import java.util.Arrays;

/**
 * A state of a linear memory, immutable: its size and its bytes. Safe for use by several threads,
 * so that any number of memories can start from one.
 *
 * <p>Zeros at the end are not kept: a Go guest of 8 MiB has used two or three of them when it is
 * ready.
 */
public final class Snapshot {

  private final int sizeBytes;
  private final byte[] head;

  private Snapshot(int sizeBytes, byte[] head) {
    this.sizeBytes = sizeBytes;
    this.head = head;
  }

  static Snapshot zeroed(int sizeBytes) {
    return new Snapshot(sizeBytes, new byte[0]);
  }

  static Snapshot of(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return new Snapshot(bytes.length, Arrays.copyOf(bytes, end));
  }

  /** The memory's size. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** Bytes of heap that the snapshot keeps. */
  public int keptBytes() {
    return head.length;
  }

  byte[] newArray(PageLimits limits) {
    if (sizeBytes / PageLimits.PAGE_BYTES > limits.maximumPages()) {
      throw new IllegalArgumentException(
          "snapshot of "
              + sizeBytes / PageLimits.PAGE_BYTES
              + " pages is over the limit of "
              + limits.maximumPages());
    }
    byte[] bytes = Backing.heap(sizeBytes / PageLimits.PAGE_BYTES);
    System.arraycopy(head, 0, bytes, 0, head.length);
    return bytes;
  }

  /** Brings the range {@code from..to} of {@code target} back. */
  void copyTo(byte[] target, int from, int to) {
    int kept = Math.min(to, head.length);
    if (from < kept) {
      System.arraycopy(head, from, target, from, kept - from);
    }
    int zeros = Math.max(from, head.length);
    if (zeros < to) {
      Arrays.fill(target, zeros, to, (byte) 0);
    }
  }

  boolean equalsArray(byte[] bytes) {
    if (bytes.length != sizeBytes || !Arrays.equals(bytes, 0, head.length, head, 0, head.length)) {
      return false;
    }
    // A range that equals itself shifted by one is constant: the comparison runs at vector speed.
    int from = head.length;
    return from == bytes.length
        || (bytes[from] == 0
            && Arrays.equals(bytes, from, bytes.length - 1, bytes, from + 1, bytes.length));
  }
}
