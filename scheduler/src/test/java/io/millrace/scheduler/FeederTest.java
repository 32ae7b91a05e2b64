package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FeederTest {

  @Test
  void whereMuchWaitsABatchIsTwoHundredMicrosecondsOfWork() {
    assertThat(Feeder.batch(8_000, 1_000, 2)).isEqualTo(25);
  }

  @Test
  void whereLittleWaitsItIsAnEighthOfAWorkersShare() {
    assertThat(Feeder.batch(8_000, 240, 2)).isEqualTo(15);
  }

  @Test
  void butNotLessThanFiftyMicrosecondsOfWork() {
    assertThat(Feeder.batch(8_000, 10, 2)).isEqualTo(6);
  }

  @Test
  void ofRunsThatTakeNothingItIsAsManyAsASlotHolds() {
    assertThat(Feeder.batch(200, 10, 2)).isEqualTo(Slot.BATCH);
    assertThat(Feeder.batch(1, Integer.MAX_VALUE, 1)).isEqualTo(Slot.BATCH);
  }

  @Test
  void ofLongRunsItIsOne() {
    assertThat(Feeder.batch(10_000_000, 1_000, 2)).isEqualTo(1);
    assertThat(Feeder.batch(10_000_000, 0, 0)).isEqualTo(1);
  }

  @Test
  void whatIsOneWorkersAloneComesInLongBatches() {
    assertThat(Feeder.longest(8_000)).isEqualTo(25);
    assertThat(Feeder.longest(10_000_000)).isEqualTo(1);
  }
}
