package io.millrace.benchmarks.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.memory.BumpArena;
import io.millrace.memory.Slice;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A use of a slice against its end. Without an agreement of the two threads a use may still happen;
 * it never half happens, and it is refused from the moment that the user can know.
 */
public class SliceUseStress {

  /** A slice that holds 42, and the only block. */
  abstract static class Filled extends ArenaState {
    final Slice slice;

    Filled() {
      super(1);
      slice = arena.allocate(BLOCK_BYTES, 8);
      slice.putInt(0, 42);
    }
  }

  /** Stored, what the memory holds then. */
  @JCStressTest
  @Outcome(id = "1, 7", expect = ACCEPTABLE, desc = "The store was let through.")
  @Outcome(id = "0, 42", expect = ACCEPTABLE, desc = "The store was refused and changed nothing.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "A refused store was made all the same, or one that was let through was not.")
  @State
  public static class StoreAgainstRelease extends Filled {

    /** Stores. */
    @Actor
    public void user(II_Result result) {
      result.r1 = store(slice, 7);
    }

    /** Releases. */
    @Actor
    public void releaser() {
      slice.tryRelease();
    }

    /** Looks. */
    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = Slots.MEMORY.getInt(slice.offset());
    }
  }

  /** Stored, what the receiver sees in the end, whether the sender's handle works then. */
  @JCStressTest
  @Outcome(id = "1, 7, 0", expect = ACCEPTABLE, desc = "The store was let through.")
  @Outcome(id = "0, 42, 0", expect = ACCEPTABLE, desc = "It was refused and changed nothing.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "A refused store was made, one that was let through was not, or the sender goes on.")
  @State
  public static class StoreAgainstTransfer extends Filled {
    private @Nullable Slice receiver;

    /** Stores. */
    @Actor
    public void user(III_Result result) {
      result.r1 = store(slice, 7);
    }

    /** Transfers. */
    @Actor
    public void transferrer() {
      receiver = transfer(slice);
    }

    /** Looks. */
    @Arbiter
    public void arbiter(III_Result result) {
      result.r2 = receiver == null ? -1 : load(receiver);
      result.r3 = live(slice);
    }
  }

  /** Told, what the sender loads, what the receiver loads. */
  @JCStressTest
  @Outcome(id = "1, -1, 42", expect = ACCEPTABLE, desc = "Was told, and was refused.")
  @Outcome(
      id = {"0, 42, 0", "0, -1, 0"},
      expect = ACCEPTABLE,
      desc = "Was not told yet.")
  @Outcome(
      id = "1, 42, 42",
      expect = FORBIDDEN,
      desc = "The sender's handle works for somebody who has the receiver's already.")
  @Outcome(expect = FORBIDDEN, desc = "The receiver's handle does not work, or shows other bytes.")
  @State
  public static class TransferTellUse extends Filled {
    private volatile @Nullable Slice handedOver;

    /** Transfers and tells. */
    @Actor
    public void transferrer() {
      handedOver = transfer(slice);
    }

    /** Is told, and uses both. */
    @Actor
    public void user(III_Result result) {
      Slice receiver = handedOver;
      result.r1 = one(receiver != null);
      result.r2 = load(slice);
      result.r3 = receiver == null ? 0 : load(receiver);
    }
  }

  /** Told, what an old slice shows. The told thread is the arena's owner from then on. */
  @JCStressTest
  @Outcome(id = "1, -1", expect = ACCEPTABLE, desc = "Was told, and was refused.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Was not told, so the arena is not its own.")
  @Outcome(
      id = "1, 7",
      expect = FORBIDDEN,
      desc = "A slice from before the reset shows what the next invocation wrote.")
  @Outcome(expect = FORBIDDEN, desc = "A slice from before the reset works.")
  @State
  public static class ResetTellUse {
    private final BumpArena arena = new BumpArena(Slots.MEMORY, Slots.next(), Slots.SLOT_BYTES);
    private final Slice old = arena.allocate(Slots.SLOT_BYTES, 8);
    private volatile boolean told;

    /** Resets, lends anew, and hands the arena over. */
    @Actor
    public void resetter() {
      arena.reset();
      arena.allocate(Slots.SLOT_BYTES, 8).putInt(0, 7);
      told = true;
    }

    /** Is told, and uses the old slice. */
    @Actor
    public void user(II_Result result) {
      if (told) {
        result.r1 = 1;
        result.r2 = ArenaState.load(old);
      }
    }
  }
}
