package io.millrace.cli;

import java.io.IOException;
import java.io.InputStream;

/**
 * An input read in large chunks, of which records are ranges: so a record costs no array and no
 * copy. A chunk is never written to again where records may lie, so it lives as long as they do.
 *
 * <pre>
 *   bytes   | records handed out | not taken yet | free |
 *           0                    start           end    bytes.length
 * </pre>
 */
final class ChunkedInput {

  /** Costs a system call and a zeroed array each; larger ones gain nothing that can be measured. */
  static final int CHUNK_BYTES = 256 * 1024;

  /** A chunk with less room than this is left as it is: tiny reads would cost more. */
  private static final int LEAST_ROOM_BYTES = 8 * 1024;

  private final InputStream in;
  byte[] bytes = new byte[CHUNK_BYTES];
  int start;
  int end;

  ChunkedInput(InputStream in) {
    this.in = in;
  }

  /** Bytes read and not taken yet. */
  int available() {
    return end - start;
  }

  /** Whether {@link #fill} has room; if not, what is available is most of a chunk. */
  boolean canFill() {
    return bytes.length - end >= LEAST_ROOM_BYTES || available() <= CHUNK_BYTES / 2;
  }

  /**
   * Reads what there is, at least one byte. May move what is available to another chunk.
   *
   * @return false at the end of the input
   */
  boolean fill() throws IOException {
    if (bytes.length - end < LEAST_ROOM_BYTES) {
      startChunk();
    }
    int count = in.read(bytes, end, bytes.length - end);
    if (count < 0) {
      return false;
    }
    end += count;
    return true;
  }

  /** Goes on in a new chunk, with what is available at its head. */
  void startChunk() {
    byte[] next = new byte[CHUNK_BYTES];
    int rest = available();
    System.arraycopy(bytes, start, next, 0, rest);
    bytes = next;
    start = 0;
    end = rest;
  }

  /** Reads over everything in the chunk; only for a chunk that no record lies in. */
  boolean refill() throws IOException {
    start = 0;
    end = 0;
    return fill();
  }

  /** Takes up to {@code count} bytes into {@code target}, straight from the input where it can. */
  int readInto(byte[] target, int offset, int count) throws IOException {
    int copied = Math.min(count, available());
    System.arraycopy(bytes, start, target, offset, copied);
    start += copied;
    return copied + in.readNBytes(target, offset + copied, count - copied);
  }
}
