package io.millrace.benchmarks.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.memory.BuddyArena;
import io.millrace.memory.Slice;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads at a buddy arena, as claims of several threads are: no byte has two owners, and what
 * is released merges whoever is first.
 */
public class BuddyStress {

  /** A pair of buddies of one granule each. */
  abstract static class Pair extends ArenaState {

    Pair() {
      super(new BuddyArena(Slots.MEMORY, Slots.next(2), 2 * BLOCK_BYTES));
    }
  }

  /** Block, block, bytes lent. */
  @JCStressTest
  @Outcome(
      id = {"0, 1, 128", "1, 0, 128"},
      expect = ACCEPTABLE,
      desc = "Each has one half.")
  @Outcome(expect = FORBIDDEN, desc = "Both have the same bytes, or the count is wrong.")
  @State
  public static class TwoHalves extends Pair {

    /** One. */
    @Actor
    public void first(III_Result result) {
      result.r1 = blockOf(lend(1));
    }

    /** The other. */
    @Actor
    public void second(III_Result result) {
      result.r2 = blockOf(lend(1));
    }

    /** What is lent. */
    @Arbiter
    public void arbiter(III_Result result) {
      result.r3 = arena.usedBytes();
    }
  }

  /** Bytes lent, slices lent, whether the whole can be lent again. */
  @JCStressTest
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "The halves have merged.")
  @Outcome(expect = FORBIDDEN, desc = "They stayed apart, or a count is wrong.")
  @State
  public static class TwoReleases extends Pair {
    private final Slice mine = arena.allocate(BLOCK_BYTES, 8);
    private final Slice yours = arena.allocate(BLOCK_BYTES, 8);

    /** One. */
    @Actor
    public void first() {
      mine.tryRelease();
    }

    /** Its buddy. */
    @Actor
    public void second() {
      yours.tryRelease();
    }

    /** Counts, and lends all. */
    @Arbiter
    public void arbiter(III_Result result) {
      result.r1 = arena.usedBytes();
      result.r2 = arena.liveSlices();
      result.r3 = live(lend(2));
    }
  }

  /** What the next owner of the whole finds, its old handle, slices lent, bytes lent. */
  @JCStressTest
  @Outcome(id = "-1, 0, 0, 0", expect = ACCEPTABLE, desc = "The halves had not merged yet.")
  @Outcome(id = "42, 0, 1, 128", expect = ACCEPTABLE, desc = "The whole came from the release.")
  @Outcome(expect = FORBIDDEN, desc = "A byte had two owners, or what was stored there was lost.")
  @State
  public static class AllocateAgainstMerge extends Pair {
    private final Slice slice = arena.allocate(BLOCK_BYTES, 8);

    /** Stores and releases. */
    @Actor
    public void releaser() {
      slice.putInt(0, 42);
      slice.tryRelease();
    }

    /** Wants both halves, of which one was free all the time. */
    @Actor
    public void allocator(IIII_Result result) {
      Slice whole = lend(2);
      result.r1 = whole == null ? -1 : load(whole);
      result.r2 = whole == null ? 0 : live(slice);
    }

    /** What is lent. */
    @Arbiter
    public void arbiter(IIII_Result result) {
      result.r3 = arena.liveSlices();
      result.r4 = arena.usedBytes();
    }
  }
}
