package io.millrace.memory;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A private linear memory that remembers which 4 KiB were stored to since its snapshot, and can go
 * back to that snapshot at the cost of copying those.
 *
 * <p>A store marks the page of its first byte only, and only when the store before it marked
 * another. One that begins in the last bytes of a page may spill up to 7 bytes into the next:
 * {@link #restore} brings those back with each marked page.
 *
 * <p>One thread at a time.
 */
public final class TrackedLinearMemory extends FlatLinearMemory {

  /** Bytes under one mark. */
  public static final int TRACKED_PAGE_BYTES = 4096;

  private static final int TRACKED_PAGE_SHIFT = 12;

  /** How far a store may reach beyond the page that it marks. */
  private static final int SPILL_BYTES = Long.BYTES - 1;

  private static final int NONE = -1;

  private byte[] dirty;

  /** The page that was marked last, which needs no mark again; {@link #NONE} after a clean-up. */
  private int lastMarked = NONE;

  /** The array of the snapshot's size, kept while growth has put a larger one in its place. */
  private byte[] home;

  /**
   * Makes a zeroed memory of {@code limits.initialPages()} pages, whose snapshot is that.
   *
   * @throws OutOfMemoryError naming the heap's limit, when they do not fit
   */
  public TrackedLinearMemory(PageLimits limits) {
    super(limits);
    home = bytes;
    dirty = new byte[sizeBytes() >>> TRACKED_PAGE_SHIFT];
  }

  /**
   * Makes a memory that equals {@code snapshot}.
   *
   * @throws IllegalArgumentException when the snapshot is larger than {@code limits} allow
   * @throws OutOfMemoryError naming the heap's limit, when it does not fit
   */
  public TrackedLinearMemory(PageLimits limits, Snapshot snapshot) {
    super(limits, snapshot);
    home = bytes;
    dirty = new byte[sizeBytes() >>> TRACKED_PAGE_SHIFT];
  }

  @Override
  public Snapshot snapshot() {
    Snapshot taken = super.snapshot(); // may find no room: then the marks are still wanted
    clearMarks();
    home = bytes;
    return taken;
  }

  /** {@inheritDoc} Costs a copy of the marked pages and a look at each mark, one byte for 4 KiB. */
  @Override
  public int restore() {
    int pages = home.length >>> TRACKED_PAGE_SHIFT;
    int copied = 0;
    for (int page = nextDirty(0, pages); page < pages; page = nextDirty(page + 1, pages)) {
      int from = page << TRACKED_PAGE_SHIFT;
      int to = Math.min(home.length, from + TRACKED_PAGE_BYTES + SPILL_BYTES);
      snapshot.copyTo(home, from, to);
      copied++;
    }
    if (bytes != home) {
      // Pages not marked have not changed since the snapshot, and so the old array still has them.
      dirty = new byte[pages]; // may find no room: then the marks are still wanted
      bytes = home;
      lastMarked = NONE;
    } else if (copied > 0) {
      clearMarks();
    }
    return copied;
  }

  /** Pages of 4 KiB that were stored to since the snapshot, those of later growth included. */
  public int dirtyPages() {
    int count = 0;
    for (byte mark : dirty) {
      count += mark;
    }
    return count;
  }

  @Override
  public int grow(int deltaPages) {
    byte[] ungrown = bytes;
    int before = super.grow(deltaPages);
    if (before >= 0 && deltaPages != 0) {
      try {
        dirty = Arrays.copyOf(dirty, sizeBytes() >>> TRACKED_PAGE_SHIFT);
      } catch (OutOfMemoryError noRoomForTheMarks) {
        bytes = ungrown;
        return -1;
      }
    }
    return before;
  }

  @Override
  public void putByte(int address, byte value) {
    bytes[address] = value;
    mark(address);
  }

  @Override
  public void putShort(int address, short value) {
    SHORT.set(bytes, address, value);
    mark(address);
  }

  @Override
  public void putInt(int address, int value) {
    INT.set(bytes, address, value);
    mark(address);
  }

  @Override
  public void putLong(int address, long value) {
    LONG.set(bytes, address, value);
    mark(address);
  }

  @Override
  public void putFloat(int address, float value) {
    FLOAT.set(bytes, address, value);
    mark(address);
  }

  @Override
  public void putDouble(int address, double value) {
    DOUBLE.set(bytes, address, value);
    mark(address);
  }

  @Override
  public void write(int address, byte[] source, int sourceOffset, int length) {
    LinearMemory.check(sourceOffset, length, source.length);
    LinearMemory.check(address, length, bytes.length);
    System.arraycopy(source, sourceOffset, bytes, address, length);
    markRange(address, length);
  }

  @Override
  public void fill(int address, int length, byte value) {
    LinearMemory.check(address, length, bytes.length);
    Arrays.fill(bytes, address, address + length, value);
    markRange(address, length);
  }

  @Override
  public void copy(int target, int source, int length) {
    LinearMemory.check(source, length, bytes.length);
    LinearMemory.check(target, length, bytes.length);
    System.arraycopy(bytes, source, bytes, target, length);
    markRange(target, length);
  }

  /**
   * A view that may be written to: its pages count as touched now, since nobody sees the writes. Do
   * not keep it over a restore.
   */
  @Override
  public ByteBuffer view(int address, int length) {
    ByteBuffer view = super.view(address, length);
    markRange(address, length);
    return view;
  }

  /**
   * After the store, whose bounds check has then vouched for the address. Guests store to one page
   * many times in a row, and to ask for that is cheaper than a second store with a bounds check.
   */
  private void mark(int address) {
    int page = address >>> TRACKED_PAGE_SHIFT;
    if (page != lastMarked) {
      dirty[page] = 1;
      lastMarked = page;
    }
  }

  private void clearMarks() {
    Arrays.fill(dirty, (byte) 0);
    lastMarked = NONE;
  }

  private void markRange(int address, int length) {
    if (length > 0) {
      int first = address >>> TRACKED_PAGE_SHIFT;
      int last = (address + length - 1) >>> TRACKED_PAGE_SHIFT;
      Arrays.fill(dirty, first, last + 1, (byte) 1);
    }
  }

  /** The first marked page from {@code page} on, eight marks at a look; {@code pages} if none. */
  private int nextDirty(int page, int pages) {
    int at = page;
    while (at < pages) {
      if (at + Long.BYTES <= pages && (long) LONG.get(dirty, at) == 0) {
        at += Long.BYTES;
      } else if (dirty[at] != 0) {
        return at;
      } else {
        at++;
      }
    }
    return pages;
  }
}
