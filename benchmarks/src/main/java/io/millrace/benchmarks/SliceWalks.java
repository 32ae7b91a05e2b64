package io.millrace.benchmarks;

import io.millrace.memory.Slice;

/** Walks over a slice, an access at a time, each by one of its accessors. */
final class SliceWalks {

  /** Of the slice; which is all that a walk sees. */
  static final int BYTES = 4096;

  private SliceWalks() {}

  /** Each walk once. */
  static void all(Slice slice) {
    putBytes(slice);
    putInts(slice);
    putLongs(slice);
    if (getBytes(slice) + getInts(slice) + getLongs(slice) == 42) {
      throw new AssertionError("the sums of what was stored are others");
    }
  }

  static int getBytes(Slice slice) {
    int sum = 0;
    for (int at = 0; at < BYTES; at++) {
      sum += slice.getByte(at);
    }
    return sum;
  }

  static int getInts(Slice slice) {
    int sum = 0;
    for (int at = 0; at < BYTES; at += Integer.BYTES) {
      sum += slice.getInt(at);
    }
    return sum;
  }

  static long getLongs(Slice slice) {
    long sum = 0;
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      sum += slice.getLong(at);
    }
    return sum;
  }

  static void putBytes(Slice slice) {
    for (int at = 0; at < BYTES; at++) {
      slice.putByte(at, (byte) at);
    }
  }

  static void putInts(Slice slice) {
    for (int at = 0; at < BYTES; at += Integer.BYTES) {
      slice.putInt(at, at);
    }
  }

  static void putLongs(Slice slice) {
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      slice.putLong(at, at);
    }
  }
}
