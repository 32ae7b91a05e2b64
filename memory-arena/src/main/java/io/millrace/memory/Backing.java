package io.millrace.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Makes what the memories keep their bytes in, or says which limit of the JVM is in the way. */
final class Backing {

  private Backing() {}

  /**
   * A zeroed array of so many pages.
   *
   * @throws OutOfMemoryError naming the heap's limit
   */
  static byte[] heap(int pages) {
    int bytes = pages * PageLimits.PAGE_BYTES;
    if (!fitsHeap(bytes)) {
      throw shortOfHeap(pages, null);
    }
    try {
      return new byte[bytes];
    } catch (OutOfMemoryError noRoom) {
      throw shortOfHeap(pages, noRoom);
    }
  }

  /**
   * Whether so many bytes could ever be had. The JVM's own refusal ends a process that runs with
   * -XX:+ExitOnOutOfMemoryError; what cannot succeed is therefore not tried.
   */
  static boolean fitsHeap(long bytes) {
    return bytes <= Runtime.getRuntime().maxMemory();
  }

  /**
   * A zeroed direct buffer of so many pages, little-endian, which starts at a multiple of 8.
   *
   * @throws OutOfMemoryError naming the limit of direct memory
   */
  static ByteBuffer direct(int pages) {
    int bytes = pages * PageLimits.PAGE_BYTES;
    // Atomics need 8-byte alignment, which allocateDirect does not promise: hence 8 spare bytes.
    int wanted = bytes + Long.BYTES;
    try {
      return ByteBuffer.allocateDirect(wanted)
          .alignedSlice(Long.BYTES)
          .slice(0, bytes)
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (OutOfMemoryError noRoom) {
      throw error(
          "shared memory of at most "
              + pages
              + " pages reserves "
              + wanted
              + " bytes of direct memory at its start: "
              + noRoom.getMessage()
              + "; raise -XX:MaxDirectMemorySize or lower maximumPages",
          noRoom);
    }
  }

  private static OutOfMemoryError shortOfHeap(int pages, @Nullable OutOfMemoryError cause) {
    return error(
        "memory of "
            + pages
            + " pages, "
            + (long) pages * PageLimits.PAGE_BYTES
            + " bytes, does not fit the heap, whose limit is "
            + Runtime.getRuntime().maxMemory()
            + " bytes: raise -Xmx or lower the number of pages",
        cause);
  }

  private static OutOfMemoryError error(String message, @Nullable OutOfMemoryError cause) {
    OutOfMemoryError error = new OutOfMemoryError(message);
    error.initCause(cause);
    return error;
  }
}
