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
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads that end one handle: exactly one of them wins, and the other is told so. */
public class SliceOwnerStress {

  /** A slice, and room for one more. */
  abstract static class Lent extends ArenaState {
    final Slice slice;

    Lent() {
      this(false);
    }

    Lent(boolean leakDetection) {
      super(2, leakDetection);
      slice = arena.allocate(BLOCK_BYTES, 8);
    }
  }

  /** Won by, won by, slices lent, bytes lent. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 0, 0", "0, 1, 0, 0"},
      expect = ACCEPTABLE,
      desc = "One release gave the block back.")
  @Outcome(expect = FORBIDDEN, desc = "The block was given back twice, or not at all.")
  @State
  public static class ReleaseAgainstRelease extends Lent {

    /** One. */
    @Actor
    public void first(IIII_Result result) {
      result.r1 = one(slice.tryRelease());
    }

    /** The other. */
    @Actor
    public void second(IIII_Result result) {
      result.r2 = one(slice.tryRelease());
    }

    /** What is lent. */
    @Arbiter
    public void arbiter(IIII_Result result) {
      result.r3 = arena.liveSlices();
      result.r4 = arena.usedBytes();
    }
  }

  /** Who releases also allocates: the block that one of them got. */
  @JCStressTest
  @Outcome(
      id = {"0, 1", "1, 0"},
      expect = ACCEPTABLE,
      desc = "Two owners, two blocks.")
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = FORBIDDEN,
      desc = "A block that was released twice has two owners, who read each other's bytes.")
  @Outcome(expect = FORBIDDEN, desc = "There was room for both, and one was refused.")
  @State
  public static class ReleasedTwiceAndLentAgain extends Lent {

    /** One. */
    @Actor
    public void first(II_Result result) {
      slice.tryRelease();
      result.r1 = blockOf(lend(1));
    }

    /** The other. */
    @Actor
    public void second(II_Result result) {
      slice.tryRelease();
      result.r2 = blockOf(lend(1));
    }
  }

  /** Won by, won by, live handles, slices lent. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 1, 1", "0, 1, 1, 1"},
      expect = ACCEPTABLE,
      desc = "One receiver, and the sender's handle is dead.")
  @Outcome(expect = FORBIDDEN, desc = "Two receivers own the same bytes, or nobody does.")
  @State
  public static class TransferAgainstTransfer extends Lent {
    private @Nullable Slice mine;
    private @Nullable Slice yours;

    /** One. */
    @Actor
    public void first(IIII_Result result) {
      mine = transfer(slice);
      result.r1 = live(mine);
    }

    /** The other. */
    @Actor
    public void second(IIII_Result result) {
      yours = transfer(slice);
      result.r2 = live(yours);
    }

    /** How many handles work. */
    @Arbiter
    public void arbiter(IIII_Result result) {
      result.r3 = live(slice, mine, yours);
      result.r4 = arena.liveSlices();
    }
  }

  /** Transferred, released, live handles, bytes lent. */
  @JCStressTest
  @Outcome(id = "1, 0, 1, 64", expect = ACCEPTABLE, desc = "The receiver has it.")
  @Outcome(id = "0, 1, 0, 0", expect = ACCEPTABLE, desc = "The arena has it.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "A receiver owns bytes that the arena lends to the next one, or nobody has them.")
  @State
  public static class TransferAgainstRelease extends Lent {
    private @Nullable Slice receiver;

    /** Transfers. */
    @Actor
    public void transferrer(IIII_Result result) {
      receiver = transfer(slice);
      result.r1 = one(receiver != null);
    }

    /** Releases. */
    @Actor
    public void releaser(IIII_Result result) {
      result.r2 = one(slice.tryRelease());
    }

    /** What is lent. */
    @Arbiter
    public void arbiter(IIII_Result result) {
      result.r3 = live(slice, receiver);
      result.r4 = arena.usedBytes();
    }
  }

  /** Transferred, leaks seen meanwhile, leaks when the receiver has released. */
  @JCStressTest
  @Outcome(
      id = "1, 1, 0",
      expect = ACCEPTABLE,
      desc = "The bytes always had one owner on the list.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "A slice on its way from hand to hand was listed twice or not at all, or for ever.")
  @State
  public static class LeaksAgainstTransfer extends Lent {
    private @Nullable Slice receiver;

    /** Detects leaks. */
    public LeaksAgainstTransfer() {
      super(true);
    }

    /** Transfers. */
    @Actor
    public void transferrer(III_Result result) {
      receiver = transfer(slice);
      result.r1 = one(receiver != null);
    }

    /** Looks. */
    @Actor
    public void looker(III_Result result) {
      result.r2 = arena.leaks().size();
    }

    /** The end. */
    @Arbiter
    public void arbiter(III_Result result) {
      if (receiver != null) {
        receiver.tryRelease();
      }
      result.r3 = arena.leaks().size();
    }
  }
}
