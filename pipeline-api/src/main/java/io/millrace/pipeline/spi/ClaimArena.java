package io.millrace.pipeline.spi;

import io.millrace.memory.ArenaExhaustedException;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.SizeClassArena;
import io.millrace.memory.Slice;
import io.millrace.pipeline.WorkerException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room for claims in a memory that guests share: one block of theirs, lent slice by slice. Safe for
 * use by several threads; a lock for each claim, held for well below a microsecond.
 *
 * <p>A slice counts for the next power of two, 64 bytes at least. Blocks that were split stay
 * split, so sizes that vary a lot may find no room although enough bytes are free; when all have
 * come back the block is one piece again.
 *
 * <p>What was taken back from a claimant who may still write to it is in quarantine: it is not lent
 * again until the claimant says that it has ended ({@link #free}). So a forgotten claim costs its
 * bytes for good; there are never more of them than the arena has.
 */
public final class ClaimArena {

  private static final int ALIGNMENT_BYTES = 8;

  private final LinearMemory memory;
  private final int base;
  private final int capacityBytes;
  private final int largestBytes;
  private final AtomicLong quarantinedBytes = new AtomicLong();
  private SizeClassArena arena; // guarded by this

  /**
   * Over a block that nobody else uses.
   *
   * @param payloadLimitBytes no claim is larger than this
   * @throws IndexOutOfBoundsException when the block does not lie within the memory
   */
  public ClaimArena(LinearMemory memory, int base, int capacityBytes, int payloadLimitBytes) {
    this.memory = memory;
    this.base = base;
    this.capacityBytes = capacityBytes;
    this.arena = new SizeClassArena(memory, base, capacityBytes);
    int first = -base & (SizeClassArena.GRANULE_BYTES - 1);
    this.largestBytes =
        Math.min(payloadLimitBytes, Integer.highestOneBit(Math.max(0, capacityBytes - first)));
  }

  /**
   * Lends a slice. The bytes hold whatever was there before.
   *
   * @throws WorkerException.PayloadTooLarge when there can never be so much room
   * @throws WorkerException.PoolExhausted when others have it now
   */
  public synchronized Slice take(int bytes) {
    if (bytes > largestBytes) {
      throw new WorkerException.PayloadTooLarge("claim", bytes, largestBytes);
    }
    try {
      return arena.allocate(bytes, ALIGNMENT_BYTES);
    } catch (ArenaExhaustedException full) {
      if (arena.liveSlices() > 0) {
        String what = "bytes for claims, but for pieces too small for " + bytes + ",";
        throw new WorkerException.PoolExhausted(what, capacityBytes, remedy());
      }
    }
    arena = new SizeClassArena(memory, base, capacityBytes); // nothing is lent: in one piece again
    return arena.allocate(bytes, ALIGNMENT_BYTES);
  }

  private String remedy() {
    return "commit or close claims and try again, or make the arena larger ("
        + quarantinedBytes
        + " are kept, since claims for them were open at their deadlines and never closed)";
  }

  /** Keeps a slice that its claimant may still write to. */
  public void quarantine(Slice slice) {
    quarantinedBytes.addAndGet(slice.length());
  }

  /** The claimant writes no more: lends it to others from now on. Once for each. */
  public void free(Slice quarantined) {
    quarantinedBytes.addAndGet(-quarantined.length());
    quarantined.tryRelease();
  }

  /** Bytes in quarantine now. */
  public long quarantinedBytes() {
    return quarantinedBytes.get();
  }

  /** Bytes that are lent or in quarantine, rounding included. An estimate while others work. */
  public synchronized int usedBytes() {
    return arena.usedBytes();
  }
}
