package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;

/** Two threads' steps one by one: a hook stands where another thread can come between. */
abstract class ReplyOrderContract {

  private static final int RUNNER = 0;
  private static final int PLACES = 64;

  /** A quarter of these is two replies further on. */
  static final int UNDER_WAY = 8;

  final List<Runnable> between = new ArrayList<>();
  private final ScheduledWorkerPool pool =
      new ScheduledWorkerPool(new FakeGuests(), WorkerPoolConfig.DEFAULT, hooked());
  private final InvokeAllSubscription stream =
      new InvokeAllSubscription(pool, new BaseSubscriber<Reply>() {}, true, Integer.MAX_VALUE);
  private final AtomicReferenceArray<StreamTask> arrivals = new AtomicReferenceArray<>(PLACES);
  final ReplyOrder order = order(arrivals, pool, new DrainState());

  abstract ReplyOrder order(
      AtomicReferenceArray<StreamTask> arrivals, ScheduledWorkerPool pool, DrainState drain);

  private Platform hooked() {
    return HookedPlatform.with(
        (method, arguments) -> {
          if (method.equals("interleave")) {
            List<Runnable> steps = List.copyOf(between);
            between.clear();
            steps.forEach(Runnable::run);
          }
        });
  }

  final StreamTask running(int place) {
    StreamTask task = new StreamTask(Invocation.of("echo", ""), stream);
    task.place(place);
    arrivals.set(place, task);
    assertThat(order.submitted(task, place)).isTrue();
    task.admitUnseen();
    task.tryBegin(RUNNER);
    return task;
  }

  final boolean answer(StreamTask task) {
    Reply reply = new Reply.Completed(task.invocation, new byte[0], 0, 0);
    assertThat(task.tryEnd(RUNNER, reply, Platform.SYSTEM)).isTrue();
    return order.answered(task);
  }

  final void runsAreShort() {
    for (int i = 0; i < 100; i++) {
      pool.slotOf(RUNNER).tally.countRun(true, 200);
    }
  }

  @Test
  void aReplyThatComesAsTheDrainSaysWhatItWaitsForIsNotLeftBehind() {
    StreamTask first = running(0);
    assertThat(answer(first)).as("drains, since it is the first").isTrue();
    assertThat(order.next(1)).isSameAs(first);
    StreamTask second = running(1);
    between.add(() -> assertThat(answer(second)).as("leaves it to the drain").isFalse());
    assertThat(order.next(2)).isSameAs(second);
  }

  @Test
  void whileRunsAreShortALaterReplyDrains() {
    runsAreShort();
    StreamTask first = running(0);
    StreamTask second = running(1);
    StreamTask third = running(2);
    assertThat(order.next(UNDER_WAY)).isNull();
    assertThat(answer(first)).isFalse();
    assertThat(answer(second)).isFalse();
    assertThat(answer(third)).isTrue();
    assertThat(order.next(UNDER_WAY)).isSameAs(first);
  }

  @Test
  void whenTheStreamDoesNotGoOnAnyReplyDrainsAndThenNoneIsWaitedFor() {
    runsAreShort();
    StreamTask first = running(0);
    running(1);
    assertThat(order.next(4)).isNull();
    ReplyOrder.Look look = order.look(ReplyOrder.Look.NOTHING);
    assertThat(look.waitsAhead()).isTrue();
    look = order.look(look);
    assertThat(look.isHeldUp()).isFalse();
    assertThat(order.look(look).isHeldUp()).as("none came since").isTrue();
    assertThat(answer(first)).as("any reply drains").isTrue();
  }

  @Test
  void whileFewAreUnderWayEachReplyDrains() {
    runsAreShort();
    StreamTask first = running(0);
    running(1);
    running(2);
    assertThat(order.next(3)).isNull();
    assertThat(answer(first)).as("the workers would run dry otherwise").isTrue();
    assertThat(order.next(3)).isSameAs(first);
  }
}
