package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.Stall.Look;
import org.junit.jupiter.api.Test;

class StallTest {

  private final Stall stall = new Stall();

  @Test
  void aStreamThatGoesOnDoesNotStand() {
    for (int round = 1; round < 5; round++) {
      assertThat(stall.look(round, round)).isEqualTo(Look.GOES_ON);
    }
    assertThat(stall.isEager()).isFalse();
  }

  @Test
  void oneThatStandsDrainsEachReplyAndIsThenDrainedOnce() {
    assertThat(stall.look(1, 7)).isEqualTo(Look.GOES_ON);
    assertThat(stall.isEager()).isFalse();
    assertThat(stall.look(2, 7)).isEqualTo(Look.STANDS);
    assertThat(stall.isEager()).isTrue();
    assertThat(stall.look(3, 7)).isEqualTo(Look.HELD_UP);
    assertThat(stall.look(4, 7)).isEqualTo(Look.RESTS);
    assertThat(stall.look(5, 8)).isEqualTo(Look.GOES_ON);
  }

  @Test
  void whatWasNotLeftMeanwhileHasNotStood() {
    stall.look(1, 7);
    assertThat(stall.look(3, 7)).isEqualTo(Look.GOES_ON);
    assertThat(stall.look(4, 7)).isEqualTo(Look.STANDS);
  }

  @Test
  void afterManyRepliesThatWereDrainedOneByOneTheyAreLeftForLaterAgain() {
    stall.look(1, 0);
    stall.look(2, 0);
    for (int i = 0; i < 63; i++) {
      stall.drained();
    }
    assertThat(stall.isEager()).isTrue();
    stall.drained();
    assertThat(stall.isEager()).isFalse();
  }
}
