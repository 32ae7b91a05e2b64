package io.millrace.benchmarks.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.memory.Slice;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads at a size-class arena: no byte has two owners, and no block is lost. */
public class AllocationStress {

  /** Block, block, bytes lent. */
  @JCStressTest
  @Outcome(
      id = {"0, 1, 128", "1, 0, 128"},
      expect = ACCEPTABLE,
      desc = "Two blocks.")
  @Outcome(expect = FORBIDDEN, desc = "Both have the same fresh bytes, or the count is wrong.")
  @State
  public static class TwoFreshBlocks extends ArenaState {

    /** Two blocks, none lent yet. */
    public TwoFreshBlocks() {
      super(2);
    }

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

  /** Block, block, third block, free ones beyond that. */
  @JCStressTest
  @Outcome(
      id = {"0, 2, 1, -1", "0, 1, 2, -1", "1, 2, 0, -1", "2, 1, 0, -1"},
      expect = ACCEPTABLE,
      desc = "Three owners, three blocks.")
  @Outcome(
      expect = FORBIDDEN,
      desc =
          "A head that left the list and came back was taken for unchanged: one block, two owners.")
  @State
  public static class FreeListHeadThatComesBack extends ArenaState {
    private @Nullable Slice kept;

    /** Three free blocks in a list: 0, 1, 2. */
    public FreeListHeadThatComesBack() {
      super(3);
      Slice first = arena.allocate(BLOCK_BYTES, 8);
      Slice second = arena.allocate(BLOCK_BYTES, 8);
      free(1);
      second.tryRelease();
      first.tryRelease();
    }

    /** Takes one. */
    @Actor
    public void taker(IIII_Result result) {
      result.r1 = blockOf(lend(1));
    }

    /** Takes two, and gives the first of them back. */
    @Actor
    public void shuffler(IIII_Result result) {
      Slice head = lend(1);
      kept = lend(1);
      if (head != null) {
        head.tryRelease();
      }
      result.r2 = blockOf(kept);
    }

    /** Takes what is left. */
    @Arbiter
    public void arbiter(IIII_Result result) {
      result.r3 = blockOf(lend(1));
      result.r4 = blockOf(lend(1));
    }
  }

  /** What the next owner finds, whether the handle before works then, slices lent, bytes lent. */
  @JCStressTest
  @Outcome(id = "-1, 0, 0, 0", expect = ACCEPTABLE, desc = "There was no room yet.")
  @Outcome(id = "42, 0, 1, 64", expect = ACCEPTABLE, desc = "The block came from the release.")
  @Outcome(
      id = "42, 1, 1, 64",
      expect = FORBIDDEN,
      desc = "The block was lent again while the handle before still worked.")
  @Outcome(expect = FORBIDDEN, desc = "The next owner's block is not what the one before left.")
  @State
  public static class AllocateAgainstRelease extends ArenaState {
    private final Slice slice;

    /** One block, which is lent. */
    public AllocateAgainstRelease() {
      super(1);
      slice = arena.allocate(BLOCK_BYTES, 8);
    }

    /** Stores and releases. */
    @Actor
    public void releaser() {
      slice.putInt(0, 42);
      slice.tryRelease();
    }

    /** Allocates. */
    @Actor
    public void allocator(IIII_Result result) {
      Slice next = lend(1);
      result.r1 = next == null ? -1 : load(next);
      result.r2 = next == null ? 0 : live(slice);
    }

    /** What is lent. */
    @Arbiter
    public void arbiter(IIII_Result result) {
      result.r3 = arena.liveSlices();
      result.r4 = arena.usedBytes();
    }
  }

  /** Bytes lent, slices lent, blocks lent again. */
  @JCStressTest
  @Outcome(id = "0, 0, 2", expect = ACCEPTABLE, desc = "All is there again.")
  @Outcome(expect = FORBIDDEN, desc = "A block was lost on its way back, or a count is wrong.")
  @State
  public static class TwoReleases extends ArenaState {
    private final Slice mine;
    private final Slice yours;

    /** Two blocks, both lent. */
    public TwoReleases() {
      super(2);
      mine = arena.allocate(BLOCK_BYTES, 8);
      yours = arena.allocate(BLOCK_BYTES, 8);
    }

    /** One. */
    @Actor
    public void first() {
      mine.tryRelease();
    }

    /** The other. */
    @Actor
    public void second() {
      yours.tryRelease();
    }

    /** Counts, and lends all. */
    @Arbiter
    public void arbiter(III_Result result) {
      result.r1 = arena.usedBytes();
      result.r2 = arena.liveSlices();
      result.r3 = live(lend(1), lend(1));
    }
  }
}
