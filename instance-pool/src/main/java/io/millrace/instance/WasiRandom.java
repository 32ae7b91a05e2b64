package io.millrace.instance;

import io.millrace.instance.GuestRandom.Seeded;
import io.millrace.memory.LinearMemory;
import java.security.SecureRandom;

/** One instance's random_get. A seeded sequence is a function of seed and position alone. */
final class WasiRandom {

  private static final int CHUNK_BYTES = 4096;

  private static final SecureRandom SECURE = new SecureRandom();

  private final GuestRandom source;
  private long drawnBytes;

  WasiRandom(GuestRandom source) {
    this.source = source;
  }

  static Errno get(WasiContext wasi, LinearMemory memory, long[] args) {
    int address = (int) args[0];
    int length = (int) args[1];
    if (!memory.contains(address, length)) {
      return Errno.FAULT;
    }
    byte[] chunk = new byte[Math.min(length, CHUNK_BYTES)];
    for (int done = 0; done < length; ) {
      // A guest may ask for 2 GiB: its deadline must be able to stop that.
      HostSignal.Interrupted.check("random_get");
      int count = Math.min(chunk.length, length - done);
      wasi.random().fill(chunk, count);
      memory.write(address + done, chunk, 0, count);
      done += count;
    }
    return Errno.SUCCESS;
  }

  private void fill(byte[] chunk, int count) {
    if (source instanceof Seeded seeded) {
      for (int i = 0; i < count; i++) {
        long position = drawnBytes + i;
        chunk[i] = (byte) (word(seeded.seed(), position / Long.BYTES) >>> (8 * (position % 8)));
      }
    } else {
      SECURE.nextBytes(chunk);
    }
    drawnBytes += count;
  }

  /** The generator SplitMix64 (Steele, Lea and Flood 2014), which can be entered anywhere. */
  private static long word(long seed, long index) {
    long z = seed + (index + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Whether a reset has to bring {@link #drawnBytes} back. */
  boolean isRepeatable() {
    return source instanceof Seeded;
  }

  long drawnBytes() {
    return drawnBytes;
  }

  void drawnBytes(long bytes) {
    drawnBytes = bytes;
  }
}
