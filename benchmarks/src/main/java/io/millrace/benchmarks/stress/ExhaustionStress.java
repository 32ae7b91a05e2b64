package io.millrace.benchmarks.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.memory.Slice;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A size-class arena says that it has no room only when at some moment it had none. */
public class ExhaustionStress {

  /** Block, block, bytes lent. */
  @JCStressTest
  @Outcome(
      id = {"0, -1, 64", "-1, 0, 64"},
      expect = ACCEPTABLE,
      desc = "One has it, the other was refused.")
  @Outcome(expect = FORBIDDEN, desc = "Both have the last block, or nobody has.")
  @State
  public static class LastBlock extends ArenaState {

    /** One block, free. */
    public LastBlock() {
      super(1);
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

  /** Block, block, bytes lent. */
  @JCStressTest
  @Outcome(
      id = {"0, 1, 128", "1, 0, 128"},
      expect = ACCEPTABLE,
      desc = "Each has a half.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "One was refused while the other had both halves in hand, on its way to split them.")
  @State
  public static class TwoHalvesOfOneBlock extends ArenaState {

    /** One free block of twice the size. */
    public TwoHalvesOfOneBlock() {
      super(2);
      free(2);
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

  /** Whether the small one was lent, whether the large one was, bytes lent. */
  @JCStressTest
  @Outcome(id = "1, 1, 192", expect = ACCEPTABLE, desc = "Each has what it wanted.")
  @Outcome(id = "1, 0, 64", expect = ACCEPTABLE, desc = "The small one came from the large block.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "The small one was refused, though a small or a large block was free all the time.")
  @State
  public static class SmallAgainstReleaseAndLarge extends ArenaState {
    private final Slice lent;

    /** A large block, free, and a small one, which is lent. */
    public SmallAgainstReleaseAndLarge() {
      super(3);
      Slice large = arena.allocate(2 * BLOCK_BYTES, 8);
      lent = arena.allocate(BLOCK_BYTES, 8);
      large.tryRelease();
    }

    /** Wants a small one. */
    @Actor
    public void allocator(III_Result result) {
      result.r1 = live(lend(1));
    }

    /** Gives the small one back, and takes the large one. */
    @Actor
    public void exchanger(III_Result result) {
      lent.tryRelease();
      result.r2 = live(lend(2));
    }

    /** What is lent. */
    @Arbiter
    public void arbiter(III_Result result) {
      result.r3 = arena.usedBytes();
    }
  }
}
