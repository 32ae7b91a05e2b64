package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;

class AsEndedTest extends ReplyOrderContract {

  @Override
  ReplyOrder order(
      AtomicReferenceArray<StreamTask> arrivals, ScheduledWorkerPool pool, DrainState drain) {
    return new AsEnded(arrivals, pool, drain);
  }

  @Test
  void whichReplyEndsFirstComesFirst() {
    StreamTask first = running(0);
    StreamTask second = running(1);
    assertThat(answer(second)).isTrue();
    assertThat(order.next(2)).isSameAs(second);
    assertThat(order.next(2)).isNull();
    assertThat(answer(first)).isTrue();
    assertThat(order.next(2)).isSameAs(first);
  }

  @Test
  void repliesThatComeAsTheDrainSaysHowManyItWaitsForAreNotLeftBehind() {
    runsAreShort();
    StreamTask first = running(0);
    StreamTask second = running(1);
    StreamTask third = running(2);
    between.add(
        () -> {
          answer(first);
          answer(second);
          answer(third);
        });
    assertThat(order.next(UNDER_WAY)).isSameAs(first);
  }

  @Test
  void ofTwoWorkersThatBringWhatIsDueOneDrains() {
    StreamTask first = running(0);
    StreamTask second = running(1);
    assertThat(order.next(2)).isNull();
    assertThat(answer(first)).isTrue();
    assertThat(answer(second)).as("the first one comes, and takes it along").isFalse();
    assertThat(order.next(2)).isSameAs(first);
    assertThat(order.next(2)).isSameAs(second);
  }

  @Test
  void aWorkerWhoseReplyIsDueComesAlsoWhenTheWatchdogLetsAnyDrainMeanwhile() {
    runsAreShort();
    StreamTask first = running(0);
    StreamTask second = running(1);
    StreamTask third = running(2);
    assertThat(order.next(UNDER_WAY)).isNull();
    ReplyOrder.Look look = order.look(ReplyOrder.Look.NOTHING);
    answer(first);
    answer(second);
    Runnable asItHasSeenWhichIsAwaited = () -> order.look(look);
    between.add(() -> between.add(asItHasSeenWhichIsAwaited)); // the first is as it is left
    assertThat(answer(third)).isTrue();
  }
}
