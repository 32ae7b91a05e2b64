package io.millrace.benchmarks.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.memory.SharedAtomics;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/** Atomics of a shared memory, two actors on one word. */
public class AtomicsStress {

  private static final SharedAtomics ATOMICS = Slots.MEMORY.atomics();

  /** Two bytes of one word, one for each actor. */
  @JCStressTest
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Both bytes have both of their increments.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "One actor wrote the word back as it had read it, and undid its neighbour's byte.")
  @State
  public static class TwoBytesOfOneWord {
    private final int slot = Slots.next();

    /** The low byte. */
    @Actor
    public void low() {
      ATOMICS.getAndAddByte(slot, (byte) 1);
      ATOMICS.getAndAddByte(slot, (byte) 1);
    }

    /** Its neighbour. */
    @Actor
    public void high() {
      ATOMICS.getAndAddByte(slot + 1, (byte) 1);
      ATOMICS.getAndAddByte(slot + 1, (byte) 1);
    }

    /** Both. */
    @Arbiter
    public void arbiter(II_Result result) {
      result.r1 = ATOMICS.getByte(slot);
      result.r2 = ATOMICS.getByte(slot + 1);
    }
  }

  /** A plain byte store beside an atomic exchange of two bytes. */
  @JCStressTest
  @Outcome(id = "7, 9", expect = ACCEPTABLE, desc = "Both stores are there.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "The exchange of two bytes put the other half of the word back over a plain store.")
  @State
  public static class PlainByteBesideAtomicShort {
    private final int slot = Slots.next();

    /** Atomic. */
    @Actor
    public void exchange() {
      ATOMICS.getAndSetShort(slot, (short) 7);
    }

    /** Plain. */
    @Actor
    public void store() {
      Slots.MEMORY.putByte(slot + 2, (byte) 9);
    }

    /** Both. */
    @Arbiter
    public void arbiter(II_Result result) {
      result.r1 = ATOMICS.getShort(slot);
      result.r2 = ATOMICS.getByte(slot + 2);
    }
  }

  /** Two adds to one int. */
  @JCStressTest
  @Outcome(
      id = {"0, 1, 2", "1, 0, 2"},
      expect = ACCEPTABLE,
      desc = "One after the other.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "Both actors added to the same value, and one of the two adds was lost.")
  @State
  public static class AddToInt {
    private final int slot = Slots.next();

    /** One add. */
    @Actor
    public void first(III_Result result) {
      result.r1 = ATOMICS.getAndAddInt(slot, 1);
    }

    /** The other. */
    @Actor
    public void second(III_Result result) {
      result.r2 = ATOMICS.getAndAddInt(slot, 1);
    }

    /** The sum. */
    @Arbiter
    public void arbiter(III_Result result) {
      result.r3 = ATOMICS.getInt(slot);
    }
  }

  /** Two adds to one long that carry into its high half. */
  @JCStressTest
  @Outcome(
      id = {"0, 4294967295, 8589934590", "4294967295, 0, 8589934590"},
      expect = ACCEPTABLE,
      desc = "One after the other.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "An add was lost, or the two halves of the long were added one by one.")
  @State
  public static class AddToLong {
    private final int slot = Slots.next();

    /** One add. */
    @Actor
    public void first(JJJ_Result result) {
      result.r1 = ATOMICS.getAndAddLong(slot, 0xffff_ffffL);
    }

    /** The other. */
    @Actor
    public void second(JJJ_Result result) {
      result.r2 = ATOMICS.getAndAddLong(slot, 0xffff_ffffL);
    }

    /** The sum. */
    @Arbiter
    public void arbiter(JJJ_Result result) {
      result.r3 = ATOMICS.getLong(slot);
    }
  }

  /** Two that want to be the first. */
  @JCStressTest
  @Outcome(
      id = {"0, 1, 1", "2, 0, 2"},
      expect = ACCEPTABLE,
      desc = "One won, and the other saw its value.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "Both actors found the byte free and took it: a lock held twice.")
  @State
  public static class CompareAndExchangeByte {
    private final int slot = Slots.next();

    /** Takes it with 1. */
    @Actor
    public void first(III_Result result) {
      result.r1 = ATOMICS.compareAndExchangeByte(slot, (byte) 0, (byte) 1);
    }

    /** Takes it with 2. */
    @Actor
    public void second(III_Result result) {
      result.r2 = ATOMICS.compareAndExchangeByte(slot, (byte) 0, (byte) 2);
    }

    /** Who has it. */
    @Arbiter
    public void arbiter(III_Result result) {
      result.r3 = ATOMICS.getByte(slot);
    }
  }
}
