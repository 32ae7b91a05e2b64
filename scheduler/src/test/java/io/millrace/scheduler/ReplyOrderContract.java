package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;

/** What comes out of a stream, in one thread. */
abstract class ReplyOrderContract {

  static final int RUNNER = 0;
  static final int OTHER_RUNNER = 1;
  private static final int PLACES = 64;

  final ScheduledWorkerPool pool =
      (ScheduledWorkerPool) WorkerPools.over(new FakeGuests()).workers(2).build();
  final InvokeAllSubscription stream =
      new InvokeAllSubscription(pool, new BaseSubscriber<Reply>() {}, true, Integer.MAX_VALUE);
  final Stall stall = new Stall();
  private final AtomicReferenceArray<StreamTask> arrivals = new AtomicReferenceArray<>(PLACES);
  final ReplyOrder order = order(arrivals, new DrainState());

  abstract ReplyOrder order(AtomicReferenceArray<StreamTask> arrivals, DrainState drain);

  final StreamTask running(int place) {
    return running(place, RUNNER);
  }

  final StreamTask running(int place, int runner) {
    StreamTask task = new StreamTask(Invocation.of("echo", ""), stream);
    task.place(place);
    arrivals.set(place, task);
    assertThat(order.submitted(task, place)).isTrue();
    task.admitUnseen();
    task.tryBegin(runner);
    return task;
  }

  final void answer(StreamTask task) {
    Reply reply = new Reply.Completed(task.invocation, new byte[0], 0, 0);
    assertThat(task.tryEnd(task.runner(), reply, Platform.SYSTEM)).isTrue();
    order.answered(task);
  }

  @Test
  void whatHasNoReplyDoesNotComeOut() {
    assertThat(order.next()).isNull();
    StreamTask task = running(0);
    assertThat(order.next()).isNull();
    answer(task);
    assertThat(order.next()).isSameAs(task);
    assertThat(order.next()).as("each once").isNull();
  }

  @Test
  void whatHasNotComeOutCanBeFound() {
    answer(running(0));
    StreamTask second = running(1);
    StreamTask third = running(2);
    order.next();
    List<StreamTask> found = new ArrayList<>();
    order.forEach(found::add);
    assertThat(found).containsExactlyInAnyOrder(second, third);
  }
}
