package io.millrace.memory;

import java.util.Arrays;

/**
 * An arena for many threads whose free blocks merge again: however its sizes drift, what is free
 * serves the largest request that it can. For slices that live long, or may never come back; where
 * each allocation counts, {@link SizeClassArena} is the faster one, and never takes a lock.
 *
 * <p>Ranges are blocks of 64, 128, 256 ... bytes, taken by halving larger ones. A block that is
 * released merges with its buddy, the other half, if that is free, and so on. A block stays lent
 * for as long as its slice does, and keeps only those free blocks apart that lie around it.
 *
 * <p>The blocks are nodes of a binary tree of which each says what the largest free block beneath
 * it is; two bytes of heap for each 64 bytes of a block whose length is a power of two. Allocation
 * and release go from the root to a block or back: as many steps as there are sizes, 25 at most,
 * under one lock.
 *
 * <pre>
 *   node 1                 256 bytes     largest = 128: of its halves one is lent from
 *   nodes 2, 3          128     128      largest = 64, 128
 *   nodes 4, 5, 6, 7   64 64   64 64     largest = none (lent), 64, 64, 64
 * </pre>
 */
public final class BuddyArena extends SliceArena {

  /** The smallest block, and the alignment of all blocks. */
  public static final int GRANULE_BYTES = 64;

  private static final int GRANULE_SHIFT = 6;

  private final int firstGranule;
  private final int granules;

  /** Levels of the tree, the leaves being level 0. */
  private final int top;

  /** Of each node the level of the largest free block beneath it plus one; 0 for none. */
  private final byte[] largest; // guarded by this

  private volatile int used; // written under the lock, as the next two
  private volatile int highWater;
  private volatile int live;

  /**
   * Makes an arena over {@code capacityBytes} bytes at {@code base}, without leak detection.
   *
   * @throws IndexOutOfBoundsException when the block does not lie within the memory
   */
  public BuddyArena(LinearMemory memory, int base, int capacityBytes) {
    super(memory, base, capacityBytes, false);
    firstGranule = (base + GRANULE_BYTES - 1) >>> GRANULE_SHIFT;
    granules = Math.max(0, ((base + capacityBytes) >>> GRANULE_SHIFT) - firstGranule);
    top = level(Math.max(1, granules));
    largest = new byte[2 << top];
    int leaves = 1 << top;
    Arrays.fill(largest, leaves, leaves + granules, (byte) 1); // the others are nobody's to lend
    for (int node = leaves - 1; node > 0; node--) {
      int depth = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(node);
      largest[node] = ofHalves(node, top - depth);
    }
  }

  /** Bytes of the block that a slice of {@code lengthBytes} takes. */
  public static long blockBytes(int lengthBytes) {
    return (long) GRANULE_BYTES << level(granules(lengthBytes));
  }

  /** Bytes of the largest slice that can be lent while nothing else is. */
  public int largestBlockBytes() {
    return Integer.highestOneBit(granules) << GRANULE_SHIFT;
  }

  @Override
  public int usedBytes() {
    return used << GRANULE_SHIFT;
  }

  @Override
  public int highWaterBytes() {
    return highWater << GRANULE_SHIFT;
  }

  @Override
  public int liveSlices() {
    return live;
  }

  @Override
  synchronized int take(int lengthBytes, int alignment) {
    if (alignment > GRANULE_BYTES) {
      throw new IllegalArgumentException(
          "alignment is " + alignment + ": blocks are aligned to " + GRANULE_BYTES + " bytes");
    }
    int wanted = level(granules(lengthBytes));
    if (largest[1] <= wanted) {
      throw new ArenaExhaustedException(
          (long) GRANULE_BYTES << wanted,
          (long) (granules - used) << GRANULE_SHIFT,
          capacityBytes());
    }
    int node = 1;
    for (int at = top; at > wanted; at--) {
      node = tighterHalf(node, wanted);
    }
    largest[node] = 0;
    updateAbove(node, wanted);
    live++;
    used += 1 << wanted;
    highWater = Math.max(highWater, used);
    return (firstGranule + ((node << wanted) - (1 << top))) << GRANULE_SHIFT;
  }

  @Override
  synchronized void give(int offset, int lengthBytes) {
    int freed = level(granules(lengthBytes));
    int granule = (offset >>> GRANULE_SHIFT) - firstGranule;
    int node = ((1 << top) + granule) >> freed;
    largest[node] = (byte) (freed + 1);
    updateAbove(node, freed);
    live--;
    used -= 1 << freed;
  }

  /** Of the two halves that one with the smaller block that serves, so that large ones last. */
  private int tighterHalf(int node, int wanted) {
    int left = 2 * node;
    int right = left + 1;
    if (largest[left] <= wanted) {
      return right;
    }
    return largest[right] <= wanted || largest[left] <= largest[right] ? left : right;
  }

  private void updateAbove(int changed, int level) {
    int at = level;
    for (int node = changed / 2; node > 0; node /= 2) {
      at++;
      largest[node] = ofHalves(node, at);
    }
  }

  /** What a node of {@code level} has free: all of it, or what the better half has. */
  private byte ofHalves(int node, int level) {
    byte left = largest[2 * node];
    byte right = largest[2 * node + 1];
    return left == level && right == level ? (byte) (level + 1) : (byte) Math.max(left, right);
  }

  private static int granules(int lengthBytes) {
    return Math.max(1, (int) (((long) lengthBytes + GRANULE_BYTES - 1) >>> GRANULE_SHIFT));
  }

  /** 0 for one granule, 1 for two, 2 for up to four, and so on. */
  private static int level(int granules) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(granules - 1);
  }
}
