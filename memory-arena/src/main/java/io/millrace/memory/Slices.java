package io.millrace.memory;

import java.util.ArrayList;
import java.util.List;

/** What is done with several slices at once. */
public final class Slices {

  private Slices() {}

  /**
   * Hands all of them over, as {@link Slice#transfer} does one; or none of them, when one is not
   * live, or stands in the list twice. (A browser's transfer list: HTML standard,
   * StructuredSerializeWithTransfer, steps 1 to 5.)
   *
   * @return the handles that work from now on, in the same order
   * @throws SliceStateException when one cannot be handed over; all others work as before
   */
  public static List<Slice> transferAll(List<Slice> wanted) {
    List<Slice> slices = List.copyOf(wanted);
    int pledged = 0;
    try {
      for (Slice each : slices) {
        if (!each.tryPledge()) {
          throw slices.subList(0, pledged).stream().anyMatch(before -> before == each)
              ? new SliceStateException("a slice stands in a transfer list twice: name it once")
              : each.stateException();
        }
        pledged++;
      }
    } catch (SliceStateException refused) {
      slices.subList(0, pledged).forEach(Slice::redeem);
      throw refused;
    }
    List<Slice> receivers = new ArrayList<>(slices.size());
    slices.forEach(each -> receivers.add(each.handOver()));
    return receivers;
  }

  /**
   * Nothing, where all of them are live. Allocates nothing then.
   *
   * @throws SliceStateException that says why the first of the others is not
   */
  public static void requireLive(List<Slice> slices) {
    for (Slice each : slices) {
      if (!each.isLive()) {
        throw each.stateException();
      }
    }
  }
}
