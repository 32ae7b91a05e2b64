package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FairQueueTest {

  private static final class PlainTask extends Task {

    PlainTask(Invocation invocation) {
      super(invocation);
      admitUnseen();
    }

    @Override
    boolean deliver() {
      return false;
    }
  }

  private final FairQueue queue = new FairQueue(Map.of("heavy", 3), true);

  private Task add(String tenant, int priority) {
    Task task = new PlainTask(Invocation.of("f", tenant).withTenant(tenant).withPriority(priority));
    queue.add(task);
    return task;
  }

  private List<String> tenants(int count, long costNanos) {
    List<String> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Task task = Objects.requireNonNull(queue.poll());
      Objects.requireNonNull(task.lane()).took(1, costNanos);
      order.add(Objects.requireNonNull(task.invocation.tenant()));
    }
    return order;
  }

  @Test
  void oneTenantIsServedInOrder() {
    List<Task> sent = List.of(add("a", 0), add("a", 0), add("a", 0));
    assertThat(List.of(poll(), poll(), poll())).isEqualTo(sent);
    assertThat(queue.poll()).isNull();
  }

  private Task poll() {
    return Objects.requireNonNull(queue.poll());
  }

  @Test
  void aFloodDoesNotDelayAnotherTenant() {
    for (int i = 0; i < 1_000; i++) {
      add("flood", 0);
    }
    tenants(100, 1_000);
    add("quiet", 0);
    assertThat(tenants(2, 1_000)).contains("quiet");
  }

  @Test
  void tenantsShareByWeight() {
    for (int i = 0; i < 1_000; i++) {
      add("heavy", 0);
      add("light", 0);
    }
    tenants(100, 3_000); // costs are learnt
    List<String> order = tenants(400, 3_000);
    assertThat(Collections.frequency(order, "heavy")).isBetween(290, 310);
  }

  @Test
  void sharesAreOfTimeAndNotOfInvocations() {
    for (int i = 0; i < 2_000; i++) {
      add("slow", 0);
      add("quick", 0);
    }
    int slow = 0;
    for (int i = 0; i < 1_100; i++) {
      Task task = poll();
      boolean isSlow = "slow".equals(task.invocation.tenant());
      Objects.requireNonNull(task.lane()).took(1, isSlow ? 10_000 : 1_000);
      slow += isSlow ? 1 : 0;
    }
    assertThat(slow).as("one in eleven takes half of the time").isBetween(90, 115);
  }

  @Test
  void whoComesBackIsNeitherAheadNorBehind() {
    add("a", 0);
    tenants(1, 1_000);
    for (int i = 0; i < 100; i++) {
      add("b", 0);
    }
    tenants(90, 1_000);
    for (int i = 0; i < 100; i++) {
      add("a", 0);
    }
    assertThat(Collections.frequency(tenants(10, 1_000), "a")).as("not all ten").isBetween(4, 6);
  }

  @Test
  void priorityOrdersWithinATenantAndNotBetweenTenants() {
    Task low = add("a", -1);
    Task normal = add("a", 0);
    Task high = add("a", 5);
    Task other = add("b", -9);
    List<Task> order = new ArrayList<>(List.of(poll(), poll(), poll(), poll()));
    assertThat(order.indexOf(other)).isLessThanOrEqualTo(1);
    order.remove(other);
    assertThat(order).containsExactly(high, normal, low);
  }

  @Test
  void theOldestOfTheLongestAndOfItsLowestPriorityIsDropped() {
    add("b", 0);
    Task first = add("a", 0);
    Task low = add("a", -1);
    add("a", 0);
    assertThat(queue.pollOldest()).isSameAs(low);
    assertThat(queue.pollOldest()).isSameAs(first);
    assertThat(queue.size()).isEqualTo(2);
  }

  @Test
  void whatWasAbandonedIsPassedOverAndCanBeClearedOut() {
    List<Task> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(add(i % 2 == 0 ? "a" : "b", i % 3));
    }
    for (int i = 0; i < 8; i++) {
      assertThat(all.get(i).tryAbandon()).isTrue();
    }
    queue.removeIf(Task::isDone, task -> {});
    assertThat(queue.size()).isEqualTo(2);
    all.get(8).tryAbandon();
    assertThat(queue.poll()).isSameAs(all.get(9));
    assertThat(queue.poll()).isNull();
    assertThat(queue.size()).isZero();
  }

  @Test
  void manyTenantsThatCameOnceAreForgottenAndNoneIsLost() {
    for (int i = 0; i < 5_000; i++) {
      add("tenant " + i, 0);
      assertThat(poll().invocation.tenant()).isEqualTo("tenant " + i);
    }
    Task first = add("tenant 0", 0);
    assertThat(queue.poll()).isSameAs(first);
  }

  @Test
  void weightsCountForTheShortestRuns() {
    for (int i = 0; i < 400; i++) {
      add("heavy", 0);
      add("light", 0);
    }
    assertThat(Collections.frequency(tenants(400, 1), "heavy")).isBetween(290, 310);
  }

  @Test
  void whoWasAwayForVeryLongComesBackLevel() {
    add("away", 0);
    tenants(1, 1);
    for (int i = 0; i < 200; i++) {
      add("busy", 0);
      add("busy", 0);
      tenants(2, Long.MAX_VALUE / Lane.PARTS / 50); // all together beyond what a long can hold
    }
    add("busy", 0);
    add("away", 0);
    add("away", 0);
    add("busy", 0);
    assertThat(tenants(2, 1)).contains("busy", "away");
  }
}
