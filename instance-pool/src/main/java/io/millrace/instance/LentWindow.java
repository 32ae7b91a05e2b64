package io.millrace.instance;

import io.millrace.memory.BumpArena;
import io.millrace.memory.LinearMemory;
import io.millrace.memory.Slice;

/** Lends a range that a guest has named to somebody else's code, for one call. */
final class LentWindow {

  private LentWindow() {}

  /** What is done with the slice, which is dead afterwards. */
  interface Use<T, X extends Exception> {
    T with(Slice slice) throws X;
  }

  /** Runs {@code use} over a range that was found to lie within the memory. */
  static <T, X extends Exception> T lend(
      LinearMemory memory, int pointer, int length, Use<T, X> use) throws X {
    BumpArena window = new BumpArena(memory, pointer, length);
    try {
      return use.with(window.allocate(length, 1));
    } finally {
      window.reset(); // whoever keeps the slice shall find out
    }
  }
}
