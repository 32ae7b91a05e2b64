package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPoolRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** On a simulated machine, so that seconds of load cost nothing. */
class SizingTest {

  private static final int MOST = 4;
  private static final long SECOND = 1_000_000_000L;
  private static final Duration HOUR = Duration.ofHours(1);

  private final List<Integer> live = new ArrayList<>();
  private int open;

  private static ScheduledWorkerPool pool(SimulatedMachine machine, Sizing sizing) {
    SimulatedGuests guests = new SimulatedGuests(machine, invocation -> {});
    guests.allMayBeStopped = true;
    WorkerPoolConfig config =
        new WorkerPoolConfig(
            0,
            MOST,
            64,
            sizing,
            HOUR,
            HOUR,
            HOUR,
            1,
            DispatchPolicy.ANY_FREE,
            Overflow.WAIT,
            IdleStrategy.PARK,
            WorkerPoolRecorder.NONE,
            Map.of());
    return new ScheduledWorkerPool(guests, config, machine);
  }

  /** To park may end early. */
  private void pause(SimulatedMachine machine, int seconds) {
    long start = machine.nanoTime();
    while (machine.nanoTime() - start < seconds * SECOND) {
      machine.park(this, start + seconds * SECOND - machine.nanoTime());
    }
  }

  /** Sends all at once and waits for the replies; answers the most workers that there were. */
  private int burst(SimulatedMachine machine, ScheduledWorkerPool pool, String function, int n) {
    Thread self = Thread.currentThread();
    open = n;
    live.clear();
    for (int i = 0; i < n; i++) {
      pool.invoke(Invocation.of(function, "i" + i))
          .onErrorResume(noGuestThisTime -> Mono.empty())
          .doFinally(
              end -> {
                live.add(pool.metrics().liveWorkers());
                open--;
                machine.unpark(self);
              })
          .subscribe();
    }
    while (open > 0) {
      machine.park(this, Platform.FOR_EVER);
    }
    return live.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aPoolThatGoesByItsLoadShrinksToWhatItSuggestsAndGrowsWithIt(long seed) {
    SimulatedMachine machine = new SimulatedMachine(seed);
    ScheduledWorkerPool pool = pool(machine, Sizing.BY_LOAD);
    List<Integer> seen = new ArrayList<>();
    boolean ended =
        machine.run(
            () -> {
              seen.add(burst(machine, pool, "echo", 32));
              pause(machine, 3);
              seen.add(pool.metrics().liveWorkers());
              seen.add(burst(machine, pool, "echo", 8));
              keysFindTheirWorkers(pool, machine);
              seen.add(burst(machine, pool, "stubborn", 40)); // half a second each
              seen.add(pool.load().suggestedWorkers());
              pool.close();
            });
    assertThat(ended).as(machine.stuck()).isTrue();
    int suggested = Math.min(MOST, seen.get(4));
    assertThat(seen.get(0)).as("before anything was measured").isGreaterThan(1);
    assertThat(seen.subList(1, 3)).as("hardly any load").containsExactly(1, 1);
    assertThat(suggested).isEqualTo(Math.min(MOST, Runtime.getRuntime().availableProcessors()));
    assertThat(seen.get(3)).as("all that can be used").isEqualTo(suggested);
  }

  /** Also those whose worker is beyond the limit; it goes when it was not used for an hour. */
  private void keysFindTheirWorkers(ScheduledWorkerPool pool, SimulatedMachine machine) {
    for (int key = 0; key < 2 * MOST; key++) {
      pool.invoke(Invocation.of("echo", "").withKey("key " + key))
          .onErrorResume(noGuestThisTime -> Mono.empty())
          .doFinally(end -> open--)
          .subscribe();
      open++;
    }
    pause(machine, 1);
    assertThat(open).as("unanswered").isZero();
    pause(machine, 2 * 3_600);
    assertThat(pool.metrics().liveWorkers()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aPoolThatGoesByItsBacklogKeepsThemForTheKeepAliveTime(long seed) {
    SimulatedMachine machine = new SimulatedMachine(seed);
    ScheduledWorkerPool pool = pool(machine, Sizing.BY_BACKLOG);
    List<Integer> seen = new ArrayList<>();
    boolean ended =
        machine.run(
            () -> {
              seen.add(burst(machine, pool, "stubborn", 8));
              pause(machine, 60);
              seen.add(pool.metrics().liveWorkers());
              pool.close();
            });
    assertThat(ended).as(machine.stuck()).isTrue();
    assertThat(seen).containsExactly(MOST, MOST);
  }
}
