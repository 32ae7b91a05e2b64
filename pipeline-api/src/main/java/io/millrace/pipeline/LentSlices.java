package io.millrace.pipeline;

import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.memory.Slices;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Slices of a memory that guests share, carried without a copy. Made by {@link Payload#shared} and
 * {@link Payload#transferred}, and by a {@link SharedClaim}; the methods are the pool's to call.
 *
 * <pre>
 *   given --accept()--> taken --release()--> released        transferred
 *   none  --fill()----> taken --release()--> released        claimed: there is none before
 *   given --------------------------------------------       shared: stays the caller's
 * </pre>
 */
public final class LentSlices implements Payload {

  private final List<Slice> given;
  private final boolean transferred;
  private volatile @Nullable List<Slice> taken;
  private volatile @Nullable Object owner;

  LentSlices(List<Slice> slices, boolean transferred) {
    this.given = List.copyOf(slices);
    this.transferred = transferred;
    if (given.isEmpty()) {
      throw new IllegalArgumentException("there is no slice in the list: name one at least");
    }
  }

  /** Of a claim, which fills it. */
  LentSlices() {
    this.given = List.of();
    this.transferred = false;
  }

  /** The claim is committed: this is what the function gets, and {@code owner} releases it. */
  void fill(Slice committed, Object owner) {
    taken = List.of(committed);
    this.owner = owner;
  }

  /**
   * The invocation has room: the sender's handles die, if the slices are transferred. They are
   * {@code owner}'s from now on: one payload may stand in several invocations, of which one wins.
   *
   * @param function of the invocation, for the message
   * @param reachable whether all guests can use a slice where it lies
   * @throws WorkerException.SliceMisuse when one is not live, or no guest reaches it; all work as
   *     before
   */
  public void accept(String function, Object owner, Predicate<Slice> reachable) {
    if (transferred) {
      requireReachable(function, given, reachable);
      try {
        taken = Slices.transferAll(given);
        this.owner = owner;
      } catch (SliceStateException misuse) {
        throw new WorkerException.SliceMisuse(misuse);
      }
    }
  }

  /**
   * Nothing, where a guest can use all of the slices where they lie.
   *
   * @throws WorkerException.SliceMisuse where not
   */
  public void requireReachable(String function, Predicate<Slice> reachable) {
    requireReachable(function, slices(), reachable);
  }

  private static void requireReachable(
      String function, List<Slice> slices, Predicate<Slice> reachable) {
    for (Slice each : slices) {
      if (!reachable.test(each)) {
        throw new WorkerException.SliceMisuse(
            function
                + ": the slice is not of the memory that the guests share: allocate it in "
                + "InstancePool.sharedArena");
      }
    }
  }

  /** The handles that the invocation may use. */
  public List<Slice> slices() {
    List<Slice> mine = taken;
    return mine == null ? given : mine;
  }

  /**
   * The guest has returned, or the invocation will not begin: they go back to their arena. Harmless
   * when repeated, and by another than the owner.
   */
  public void release(Object formerOwner) {
    List<Slice> mine = taken;
    if (owner == formerOwner && mine != null) {
      mine.forEach(Slice::tryRelease);
    }
  }

  @Override
  public String toString() {
    if (given.isEmpty()) {
      return "a claimed slice";
    }
    return given.size() + (transferred ? " transferred" : " shared") + " slices";
  }
}
