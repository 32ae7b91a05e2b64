package io.millrace.memory;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * An arena for many threads, made for shared memory. Ranges are blocks of 64, 128, 256 ... bytes; a
 * released block goes to the free list of its size and is lent again from there.
 *
 * <pre>
 *   allocate: free list of its size -> else fresh bytes behind the mark -> else split a larger free block
 *   release:  push to the free list of its size
 * </pre>
 *
 * <p>Lock-free, but that who finds nothing waits for splits under way before it says so: an arena
 * is exhausted when at one moment nothing free could serve, and not because two threads met. A
 * block that was split stays split: free bytes in small blocks do not serve a large request, so an
 * arena whose sizes drift may be exhausted while bytes are free. Addresses are multiples of 64 at
 * least.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>heads[class]</td><td>compare-and-set; its tag (high 32 bits) counts changes, so that a head
 *       that left and came back is not taken for unchanged (ABA)</td></tr>
 *   <tr><td>next[granule]</td><td>written by the pusher before its compare-and-set; read by poppers, whose
 *       own compare-and-set fails if it was stale</td></tr>
 *   <tr><td>splitting</td><td>added to before a block is taken apart, taken from when its parts are
 *       listed; read between two looks at the heads, whose tags tell that nothing changed</td></tr>
 *   <tr><td>mark, used, live</td><td>compare-and-set or add</td></tr>
 * </table>
 */
public final class SizeClassArena extends SliceArena {

  /** The smallest block, the alignment of all blocks, and the length of a cache line. */
  public static final int GRANULE_BYTES = 64;

  private static final int GRANULE_SHIFT = 6;

  private final int firstGranule;
  private final int granules;
  private final AtomicLongArray heads;
  private final AtomicIntegerArray next;
  private final AtomicInteger mark = new AtomicInteger();
  private final AtomicInteger splitting = new AtomicInteger();
  private final AtomicInteger used = new AtomicInteger();
  private final AtomicInteger highWater = new AtomicInteger();
  private final AtomicInteger live = new AtomicInteger();

  /**
   * Makes an arena over {@code capacityBytes} bytes at {@code base}, without leak detection.
   *
   * @throws IndexOutOfBoundsException when the block does not lie within the memory
   */
  public SizeClassArena(LinearMemory memory, int base, int capacityBytes) {
    this(memory, base, capacityBytes, false);
  }

  /**
   * Makes an arena over {@code capacityBytes} bytes at {@code base}.
   *
   * @param leakDetection whether {@link #leaks} tells where slices were allocated
   * @throws IndexOutOfBoundsException when the block does not lie within the memory
   */
  public SizeClassArena(LinearMemory memory, int base, int capacityBytes, boolean leakDetection) {
    super(memory, base, capacityBytes, leakDetection);
    firstGranule = (base + GRANULE_BYTES - 1) >>> GRANULE_SHIFT;
    granules = Math.max(0, ((base + capacityBytes) >>> GRANULE_SHIFT) - firstGranule);
    heads = new AtomicLongArray(Integer.SIZE - GRANULE_SHIFT);
    next = new AtomicIntegerArray(granules);
  }

  @Override
  public int usedBytes() {
    return used.get() << GRANULE_SHIFT;
  }

  @Override
  public int highWaterBytes() {
    return highWater.get() << GRANULE_SHIFT;
  }

  @Override
  public int liveSlices() {
    return live.get();
  }

  @Override
  int take(int lengthBytes, int alignment) {
    if (alignment > GRANULE_BYTES) {
      throw new IllegalArgumentException(
          "alignment is " + alignment + ": blocks are aligned to " + GRANULE_BYTES + " bytes");
    }
    int wanted = sizeClass(lengthBytes);
    int granule = find(wanted);
    while (granule < 0) {
      if (nothingFits(wanted)) {
        throw new ArenaExhaustedException(
            (long) GRANULE_BYTES << wanted,
            (long) (granules - used.get()) << GRANULE_SHIFT,
            capacityBytes());
      }
      Thread.onSpinWait();
      granule = find(wanted);
    }
    live.incrementAndGet();
    int now = used.addAndGet(1 << wanted);
    if (now > highWater.get()) {
      highWater.accumulateAndGet(now, Math::max);
    }
    return (firstGranule + granule) << GRANULE_SHIFT;
  }

  @Override
  void give(int offset, int lengthBytes) {
    int freed = sizeClass(lengthBytes);
    live.decrementAndGet();
    // Counted before the block can be lent again, so that used never exceeds what there is.
    used.addAndGet(-(1 << freed));
    push(freed, (offset >>> GRANULE_SHIFT) - firstGranule);
  }

  /** 0 for up to 64 bytes, 1 for up to 128, and so on. */
  private static int sizeClass(int lengthBytes) {
    int needed = Math.max(1, (int) (((long) lengthBytes + GRANULE_BYTES - 1) >>> GRANULE_SHIFT));
    return Integer.SIZE - Integer.numberOfLeadingZeros(needed - 1);
  }

  private int find(int wanted) {
    int granule = pop(wanted);
    if (granule < 0) {
      granule = fresh(wanted);
    }
    return granule >= 0 ? granule : split(wanted);
  }

  /**
   * Whether there was one moment at which no free block could serve. Looking at one list after the
   * other is no proof: a block may come to a list that was looked at, while the one in a list that
   * was not yet is taken; and a block may be in the hands of a thread that is splitting it.
   */
  private boolean nothingFits(int wanted) {
    long before = emptyLists(wanted);
    return before >= 0 && splitting.get() == 0 && emptyLists(wanted) == before;
  }

  /** The changes that the lists from {@code wanted} on have seen, or -1 when one has a block. */
  private long emptyLists(int wanted) {
    long changes = 0;
    for (int each = wanted; each < heads.length(); each++) {
      long head = heads.get(each);
      if ((int) head != 0) {
        return -1;
      }
      changes += head >>> Integer.SIZE;
    }
    return changes;
  }

  private int fresh(int wanted) {
    int size = 1 << wanted;
    while (true) {
      int from = mark.get();
      if (size > granules - from) {
        return -1;
      }
      if (mark.compareAndSet(from, from + size)) {
        return from;
      }
    }
  }

  /** Takes the front of the smallest larger block. */
  private int split(int wanted) {
    for (int larger = wanted + 1; larger < heads.length(); larger++) {
      // Who finds nothing must not touch the counter, or two of them would wait for each other.
      if ((int) heads.get(larger) != 0) {
        splitting.incrementAndGet();
        int granule = pop(larger);
        if (granule >= 0) {
          listRest(granule, wanted, larger);
        }
        splitting.decrementAndGet();
        if (granule >= 0) {
          return granule;
        }
      }
    }
    return -1;
  }

  /** What is left when the front of a block is taken goes to the lists of its sizes. */
  private void listRest(int granule, int taken, int whole) {
    for (int rest = taken; rest < whole; rest++) {
      push(rest, granule + (1 << rest));
    }
  }

  private void push(int sizeClass, int granule) {
    while (true) {
      long head = heads.get(sizeClass);
      next.set(granule, (int) head);
      if (heads.compareAndSet(sizeClass, head, changed(head, granule + 1))) {
        return;
      }
    }
  }

  private int pop(int sizeClass) {
    while (true) {
      long head = heads.get(sizeClass);
      int first = (int) head - 1;
      if (first < 0) {
        return -1;
      }
      if (heads.compareAndSet(sizeClass, head, changed(head, next.get(first)))) {
        return first;
      }
    }
  }

  /**
   * The head's next value: its tag counted up, and {@code link} (a granule plus one; 0 for none).
   */
  private static long changed(long head, int link) {
    return ((head >>> Integer.SIZE) + 1) << Integer.SIZE | Integer.toUnsignedLong(link);
  }
}
