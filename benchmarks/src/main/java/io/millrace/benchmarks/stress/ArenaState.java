package io.millrace.benchmarks.stress;

import io.millrace.memory.ArenaExhaustedException;
import io.millrace.memory.SizeClassArena;
import io.millrace.memory.Slice;
import io.millrace.memory.SliceArena;
import io.millrace.memory.SliceStateException;
import org.jspecify.annotations.Nullable;

/** An arena of up to four blocks for each state of a test, and how results are told as numbers. */
abstract class ArenaState {

  static final int BLOCK_BYTES = SizeClassArena.GRANULE_BYTES;

  final SliceArena arena;

  ArenaState(int blocks) {
    this(blocks, false);
  }

  ArenaState(int blocks, boolean leakDetection) {
    this(new SizeClassArena(Slots.MEMORY, Slots.next(4), blocks * BLOCK_BYTES, leakDetection));
  }

  /** Over an arena of another kind, whose smallest block is as large. */
  ArenaState(SliceArena arena) {
    this.arena = arena;
  }

  /** A slice of so many blocks, or null when the arena says that it has no room. */
  final @Nullable Slice lend(int blocks) {
    try {
      return arena.allocate(blocks * BLOCK_BYTES, 8);
    } catch (ArenaExhaustedException full) {
      return null;
    }
  }

  /** A slice of so many blocks, given back at once. */
  final void free(int blocks) {
    arena.allocate(blocks * BLOCK_BYTES, 8).tryRelease();
  }

  /** The number of the slice's first block, -1 for null. */
  final int blockOf(@Nullable Slice slice) {
    return slice == null ? -1 : (slice.offset() - arena.base()) / BLOCK_BYTES;
  }

  /** The receiver's handle, or null when the sender was told that it is too late. */
  static @Nullable Slice transfer(Slice slice) {
    try {
      return slice.transfer();
    } catch (SliceStateException lost) {
      return null;
    }
  }

  /** The int at 0, or -1 when the slice refuses. */
  static int load(Slice slice) {
    try {
      return slice.getInt(0);
    } catch (SliceStateException refused) {
      return -1;
    }
  }

  /** 1 when the int was stored at 0, 0 when the slice refuses. */
  static int store(Slice slice, int value) {
    try {
      slice.putInt(0, value);
      return 1;
    } catch (SliceStateException refused) {
      return 0;
    }
  }

  /** How many of the handles are live. */
  static int live(@Nullable Slice... handles) {
    int live = 0;
    for (Slice handle : handles) {
      if (handle != null && handle.isLive()) {
        live++;
      }
    }
    return live;
  }

  static int one(boolean yes) {
    return yes ? 1 : 0;
  }
}
