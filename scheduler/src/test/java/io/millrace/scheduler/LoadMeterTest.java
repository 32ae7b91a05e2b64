package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.pipeline.WorkerPoolLoad;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadMeterTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  private final Slot[] slots = {
    new Slot(0, new FairQueue(Map.of(), false)), new Slot(1, new FairQueue(Map.of(), false))
  };
  private final LoadMeter meter = new LoadMeter(slots, 64);

  @BeforeEach
  void begin() {
    meter.begin(0);
  }

  private void run(int slot, int runs, long serviceNanos, long sojournNanos) {
    for (int i = 0; i < runs; i++) {
      slots[slot].tally.countRun(true, serviceNanos);
      slots[slot].times.ran(serviceNanos, sojournNanos);
    }
  }

  private WorkerPoolLoad look(long nanos, long arrived) {
    return meter.look(new LoadMeter.Counts(nanos, arrived, meter.busyNanos()), 0, slots.length);
  }

  @Test
  void knownArrivalsAndServiceGiveTheKnownSuggestion() {
    run(0, 450, 2 * MILLI, 5 * MILLI);
    run(1, 450, 2 * MILLI, 5 * MILLI);
    // 4,500 a second arrive, of 2 ms each: 9 Erlang, and 9 + sqrt(9) workers.
    WorkerPoolLoad load = look(SECOND, 4_500);
    assertThat(load.arrivalsPerSecond()).isEqualTo(4_500);
    assertThat(load.offeredLoad()).isCloseTo(9, Percentage.withPercentage(1));
    assertThat(load.utilisation()).isCloseTo(0.9, within(0.001));
    assertThat(load.suggestedWorkers()).isBetween(12, 13);
    assertThat(load.service().count()).isEqualTo(900);
    assertThat(load.service().p99Nanos()).isCloseTo(2 * MILLI, Percentage.withPercentage(1));
    assertThat(load.sojourn().p50Nanos()).isCloseTo(5 * MILLI, Percentage.withPercentage(1));
  }

  @Test
  void noMoreWorkersThanCoresAndNoFewerThanOneAreSuggested() {
    assertThat(LoadMeter.suggestion(0, 4)).isEqualTo(1);
    assertThat(LoadMeter.suggestion(1, 4)).isEqualTo(2);
    assertThat(LoadMeter.suggestion(4, 64)).isEqualTo(6);
    assertThat(LoadMeter.suggestion(400, 64)).isEqualTo(64);
  }

  @Test
  void sampledShortRunsStandForAllOfThem() {
    for (int i = 0; i < 50_000; i++) {
      run(0, 1, 200, 1_000);
      run(0, 1, 600, 1_000); // alternating: a sample at fixed distance would see one of them only
    }
    WorkerPoolLoad.Times service = look(SECOND, 100_000).service();
    assertThat(service.count()).isBetween(100_000L - 63, 100_000L);
    assertThat(service.meanNanos()).isCloseTo(400, Percentage.withPercentage(5));
    assertThat(service.maxNanos()).isCloseTo(600, Percentage.withPercentage(1));
  }

  @Test
  void everyLongRunIsCounted() {
    run(0, 1_000, 200, 1_000);
    run(0, 1, 70 * MILLI, 90 * MILLI);
    assertThat(look(SECOND, 1_001).service().maxNanos())
        .isCloseTo(70 * MILLI, Percentage.withPercentage(1));
  }

  @Test
  void whatWasTwoWindowsAgoIsForgotten() {
    run(0, 100, 10 * MILLI, 10 * MILLI);
    assertThat(look(11 * SECOND, 100).service().count()).isEqualTo(100);
    assertThat(look(15 * SECOND, 100).service().count()).as("still").isEqualTo(100);
    look(22 * SECOND, 100);
    WorkerPoolLoad load = look(23 * SECOND, 100);
    assertThat(load.service().count()).isZero();
    assertThat(load.arrivalsPerSecond()).isZero();
    assertThat(load.utilisation()).isZero();
    assertThat(load.suggestedWorkers()).isEqualTo(1);
  }

  @Test
  void whatCameBeforeALongPauseCountsForOneLook() {
    run(0, 100, 10 * MILLI, 10 * MILLI);
    look(SECOND, 100);
    look(3_600 * SECOND, 100);
    run(0, 6_000, MILLI, MILLI);
    WorkerPoolLoad load = look(3_601 * SECOND, 6_100);
    assertThat(load.arrivalsPerSecond()).isEqualTo(6_000);
    assertThat(load.suggestedWorkers()).isGreaterThan(6);
  }
}
