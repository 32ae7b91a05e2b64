package io.millrace.pipeline.spi;

import io.millrace.memory.ArenaExhaustedException;
import io.millrace.memory.BuddyArena;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.Slice;
import io.millrace.pipeline.WorkerException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room for claims in a memory that guests share: one block of theirs, lent slice by slice. Safe for
 * use by several threads; a lock for each claim, held for well below a microsecond.
 *
 * <p>A slice counts for the next power of two, 64 bytes at least: a block. Free blocks merge again
 * as {@link BuddyArena} says, so one that never comes back keeps no more apart than what lies
 * around it.
 *
 * <p>What was taken back from a claimant who may still write to it is in quarantine: it is not lent
 * again until the claimant says that it has ended ({@link #free}). So a forgotten claim costs its
 * block for good; there are never more of them than the arena has.
 */
public final class ClaimArena {

  /** The bytes that a block may need beyond what is to be lent, since it may begin anywhere. */
  public static final int MARGIN_BYTES = BuddyArena.GRANULE_BYTES;

  private static final int ALIGNMENT_BYTES = 8;

  private final BuddyArena arena;
  private final int largestBytes;
  private final AtomicLong quarantinedBytes = new AtomicLong();

  /**
   * Over a block that nobody else uses.
   *
   * @param payloadLimitBytes no claim is larger than this
   * @throws IndexOutOfBoundsException when the block does not lie within the memory
   */
  public ClaimArena(LinearMemory memory, int base, int capacityBytes, int payloadLimitBytes) {
    this.arena = new BuddyArena(memory, base, capacityBytes);
    this.largestBytes = Math.min(payloadLimitBytes, arena.largestBlockBytes());
  }

  /**
   * Lends a slice. The bytes hold whatever was there before.
   *
   * @throws WorkerException.PayloadTooLarge when there can never be so much room
   * @throws WorkerException.PoolExhausted when others have it now
   */
  public Slice take(int bytes) {
    if (bytes > largestBytes) {
      throw new WorkerException.PayloadTooLarge("claim", bytes, largestBytes);
    }
    try {
      return arena.allocate(bytes, ALIGNMENT_BYTES);
    } catch (ArenaExhaustedException full) {
      String what = "bytes for claims, but for pieces too small for " + bytes + ",";
      throw new WorkerException.PoolExhausted(what, arena.capacityBytes(), remedy());
    }
  }

  private String remedy() {
    return "commit or close claims and try again, or make the arena larger ("
        + quarantinedBytes
        + " are kept, since claims for them were open at their deadlines and never closed)";
  }

  /** Keeps a slice that its claimant may still write to: as it was lent, and not a part of it. */
  public void quarantine(Slice slice) {
    quarantinedBytes.addAndGet(BuddyArena.blockBytes(slice.length()));
  }

  /** The claimant writes no more: lends it to others from now on. Once for each. */
  public void free(Slice quarantined) {
    quarantinedBytes.addAndGet(-BuddyArena.blockBytes(quarantined.length()));
    quarantined.tryRelease();
  }

  /** Bytes in quarantine now: of whole blocks, for these are what is lost. */
  public long quarantinedBytes() {
    return quarantinedBytes.get();
  }

  /** Bytes that are lent or in quarantine, rounding included. An estimate while others work. */
  public int usedBytes() {
    return arena.usedBytes();
  }
}
