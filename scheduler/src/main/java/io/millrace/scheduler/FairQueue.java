package io.millrace.scheduler;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Weighted fair queueing among tenants (start-time fair queueing): the next task is of the tenant
 * that has been served least, measured in the time that its guests take, divided by its weight. A
 * tenant that had nothing waiting comes back level with the others, neither ahead nor behind.
 *
 * <p>Dispatch only. With one tenant each step costs a comparison; with n, log n.
 */
final class FairQueue {

  /** With more than this many tenants known, those with nothing waiting are forgotten. */
  private static final int MOST_IDLE = 1024;

  /**
   * After so much service those with nothing waiting are forgotten, too: they would be compared by
   * a difference that overflows in the end. Some 18 minutes of one worker.
   */
  private static final long EPOCH = 1_000_000_000_000L * Lane.PARTS;

  private final Map<String, Integer> weights;
  private final boolean byPriority;
  private final Map<@Nullable String, Lane> lanes = new HashMap<>();
  private final PriorityQueue<Lane> active =
      new PriorityQueue<>((one, other) -> Long.signum(one.served() - other.served()));

  /** The lane of the last task that was added, and whose it is: mostly the next one's too. */
  private @Nullable Lane lastLane;

  private @Nullable String lastTenant;
  private long served;
  private long epochServed;
  private int size;

  /**
   * @param weights of the tenants that do not have weight 1
   * @param byPriority whether a tenant's tasks are ordered by priority before arrival
   */
  FairQueue(Map<String, Integer> weights, boolean byPriority) {
    this.weights = weights;
    this.byPriority = byPriority;
  }

  void add(Task task) {
    Lane lane = lane(task.invocation.tenant());
    lane.add(task, byPriority);
    size++;
    task.queuedIn(lane);
    if (lane.size() == 1) {
      lane.resumeAt(served);
      active.add(lane);
    }
  }

  private Lane lane(@Nullable String tenant) {
    Lane last = lastLane;
    if (last != null && Objects.equals(tenant, lastTenant)) {
      return last;
    }
    Lane lane = lanes.get(tenant);
    if (lane == null) {
      if (lanes.size() >= MOST_IDLE + active.size()) {
        forgetIdle();
      }
      lane = new Lane(tenant == null ? 1 : weights.getOrDefault(tenant, 1));
      lanes.put(tenant, lane);
    }
    lastLane = lane;
    lastTenant = tenant;
    return lane;
  }

  private void forgetIdle() {
    lanes.values().removeIf(each -> each.size() == 0);
    lastLane = null;
  }

  /** The next that still waits; what was abandoned meanwhile is left out and not charged. */
  @Nullable Task poll() {
    for (Lane lane = active.peek(); lane != null; lane = active.peek()) {
      Task task = lane.poll();
      size -= task == null ? 0 : 1;
      if (task != null && !task.isDone()) {
        served = lane.served();
        if (served - epochServed > EPOCH) {
          epochServed = served;
          forgetIdle();
        }
        lane.charge();
        requeue(lane);
        return task;
      }
      if (lane.size() == 0) {
        active.poll();
      }
    }
    return null;
  }

  /** Its place among the active lanes may have changed: it is the first one. */
  private void requeue(Lane first) {
    if (first.size() == 0) {
      active.poll();
    } else if (active.size() > 1) {
      active.poll();
      active.add(first);
    }
  }

  /** The oldest of the lane in which most wait: whoever floods pays. */
  @Nullable Task pollOldest() {
    Lane longest = null;
    for (Lane lane : active) {
      if (longest == null || lane.size() > longest.size()) {
        longest = lane;
      }
    }
    if (longest == null) {
      return null;
    }
    Task task = longest.pollLeast();
    size -= task == null ? 0 : 1;
    if (longest.size() == 0) {
      active.remove(longest);
    }
    return task;
  }

  /** Removes what the test says; hands it over. */
  void removeIf(Predicate<Task> unwanted, Consumer<Task> removed) {
    size = 0;
    for (Lane lane : active) {
      lane.removeIf(unwanted, removed);
      size += lane.size();
    }
    active.removeIf(lane -> lane.size() == 0);
  }

  /** Also what was abandoned and not yet passed over. */
  int size() {
    return size;
  }
}
