package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolRecorder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.BaseSubscriber;

/**
 * A worker's thread dies of something: its invocation is answered, and its slot has another one.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DeadWorkerTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  private final FakeGuests guests = new FakeGuests();
  private final AtomicReference<@Nullable Error> deathly = new AtomicReference<>();

  private ScheduledWorkerPool pool(WorkerPoolRecorder recorder) {
    return WorkerPools.over(guests)
        .workers(1)
        .inboxCapacity(8)
        .keepAlive(LONG)
        .drainTimeout(LONG)
        .grace(LONG)
        .mostAbandoned(1)
        .idle(IdleStrategy.PARK)
        .recorder(recorder)
        .build(deadly());
  }

  /** The JVM's machine, but that a worker's thread dies where the seam says so. */
  private Platform deadly() {
    return HookedPlatform.with(
        (method, arguments) -> {
          if (method.equals("interleave") && deathly.get() != null && isCalledByWorker()) {
            Error death = deathly.getAndSet(null);
            if (death != null) {
              throw death;
            }
          }
        });
  }

  private static boolean isCalledByWorker() {
    return StackWalker.getInstance()
        .walk(frames -> frames.map(StackWalker.StackFrame::getClassName).toList())
        .stream()
        .filter(name -> name.startsWith("io.millrace.scheduler.") && !name.contains("Test"))
        .filter(name -> !name.contains("Proxy") && !name.contains("HookedPlatform"))
        .findFirst()
        .equals(Optional.of("io.millrace.scheduler.TaskRunner"));
  }

  private static CompletableFuture<Reply> invoke(WorkerPool pool, String function) {
    return pool.invoke(Invocation.of(function, "")).toFuture();
  }

  private static void assertAnswered(CompletableFuture<Reply> invocation) {
    assertThat(invocation)
        .failsWithin(LONG)
        .withThrowableOfType(Exception.class)
        .withMessageContaining("the worker's thread died");
  }

  /** No other worker comes: the pool is closed, and nothing waits. */
  @Test
  void whatTheLastOneHasLeftIsGivenOut() {
    ScheduledWorkerPool pool = pool(WorkerPoolRecorder.NONE);
    CompletableFuture<Reply> running = invoke(pool, "gate");
    await().atMost(LONG).until(() -> guests.started.get() == 1);
    InvokeAllSubscription stream =
        new InvokeAllSubscription(pool, new BaseSubscriber<Reply>() {}, true, 1);
    LeftReplies left = pool.slotOf(0).left;
    left.tryAdd(stream);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(pool::close);
    await().atMost(LONG).until(pool::isClosed);
    deathly.set(new LinkageError("the thread dies of this"));
    guests.open();
    assertAnswered(running);
    assertThat(closed).succeedsWithin(LONG);
    assertThat(left.has(stream)).isFalse();
  }

  /** Its thread dies between the answer and the next task. */
  @Test
  void anAnswerThatIsThereStays() {
    try (ScheduledWorkerPool pool = pool(WorkerPoolRecorder.NONE)) {
      BareTask task = new BareTask(1);
      task.admitUnseen();
      assertThat(task.tryBegin(0)).isTrue();
      Reply answer = new Reply.Completed(task.invocation, new byte[0], 0, 0);
      assertThat(task.tryEnd(0, answer, Platform.SYSTEM)).isTrue();
      pool.outcomes().answerDead(task, 0, new WorkerException.WorkerTerminated("died", null));
      assertThat(task.reply()).isSameAs(answer);
    }
  }

  @Test
  void itIsReplacedAndItsInvocationAnswered() {
    try (WorkerPool pool = pool(WorkerPoolRecorder.NONE)) {
      assertThat(invoke(pool, "echo")).succeedsWithin(LONG);
      deathly.set(new LinkageError("the thread dies of this"));
      assertAnswered(invoke(pool, "echo"));
      assertThat(invoke(pool, "echo")).succeedsWithin(LONG);
      assertThat(pool.metrics().diedWorkers()).isEqualTo(1);
    }
    assertThat(guests.closedLeases.get()).isEqualTo(guests.leases.get()).isEqualTo(2);
    assertThat(guests.threads).noneMatch(Thread::isAlive);
  }

  /** As where there is no heap left to make a text of. */
  private static final class Unspeakable extends Error {

    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new OutOfMemoryError("not really");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theSameWhereNothingCanBeSaidOfTheCause(boolean running) {
    try (WorkerPool pool = pool(WorkerPoolRecorder.NONE)) {
      assertThat(invoke(pool, "echo")).succeedsWithin(LONG);
      deathly.set(running ? null : new Unspeakable());
      CompletableFuture<Reply> invocation = invoke(pool, running ? "gate" : "echo");
      if (running) {
        await().until(() -> guests.started.get() == 2);
        deathly.set(new Unspeakable());
        guests.open();
      }
      assertAnswered(invocation);
      assertThat(invoke(pool, "echo")).succeedsWithin(LONG);
      assertThat(pool.metrics().liveWorkers()).isEqualTo(1);
    }
  }

  @Test
  void theSameWhileARecorderDoesNotReturn() {
    CountDownLatch released = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    WorkerPoolRecorder held =
        new WorkerPoolRecorder() {
          @Override
          public void event(WorkerEvent event) {
            if (event instanceof WorkerEvent.WorkerDied) {
              told.countDown();
              FakeGuests.awaitUninterruptibly(released);
            }
          }
        };
    try (WorkerPool pool = pool(held)) {
      deathly.set(new LinkageError("the thread dies of this"));
      assertAnswered(invoke(pool, "echo"));
      assertThat(invoke(pool, "echo")).succeedsWithin(LONG);
      await().until(() -> told.getCount() == 0);
      released.countDown();
    } finally {
      released.countDown();
    }
  }
}
