package io.millrace.cli;

import io.millrace.pipeline.Payload;
import java.util.Arrays;

/** A record that grows while it is read, up to a limit; past that its length is counted only. */
final class GrowingRecord {

  private final int limitBytes;
  private byte[] bytes = new byte[0];
  private long length;

  GrowingRecord(int limitBytes) {
    this.limitBytes = limitBytes;
  }

  void append(byte[] source, int from, int to) {
    int count = to - from;
    if (length + count > limitBytes) {
      bytes = new byte[0]; // it fails anyway: give the memory back at once
    } else {
      if (bytes.length < length + count) {
        long doubled = Math.max(length + count, 2L * bytes.length);
        bytes = Arrays.copyOf(bytes, (int) Math.min(limitBytes, doubled));
      }
      System.arraycopy(source, from, bytes, (int) length, count);
    }
    length += count;
  }

  Payload.Copied payload() throws RefusedRecord {
    if (length > limitBytes) {
      throw RefusedRecord.tooLarge(length, limitBytes);
    }
    return Payload.copied(bytes, 0, (int) length);
  }
}
