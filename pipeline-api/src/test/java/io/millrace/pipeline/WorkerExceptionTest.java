package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WorkerExceptionTest {

  static Stream<Arguments> everyKind() {
    return Stream.of(
        Arguments.of(new WorkerException.InboxFull(8), true, false),
        Arguments.of(new WorkerException.Dropped(8), true, false),
        Arguments.of(new WorkerException.Shed("f", Duration.ofMillis(5)), true, false),
        Arguments.of(new WorkerException.PoolClosed("pool"), false, false),
        Arguments.of(
            new WorkerException.DeadlineExceeded("f", Duration.ofMillis(5), false), true, false),
        Arguments.of(
            new WorkerException.DeadlineExceeded("f", Duration.ofMillis(5), true), false, false),
        Arguments.of(
            WorkerException.DeadlineExceeded.ofClaim("f", Duration.ofMillis(5)), true, false),
        Arguments.of(new WorkerException.WorkerTerminated("gone", null), false, true),
        Arguments.of(
            new WorkerException.GuestTrap("f", new IllegalStateException("unreachable")),
            false,
            true),
        Arguments.of(new WorkerException.GuestExit("f", 3), false, true),
        Arguments.of(
            new WorkerException.HostFunctionFailed("f", "env.log", new IllegalStateException()),
            false,
            true),
        Arguments.of(new WorkerException.InstanceBusy("f"), true, true),
        Arguments.of(new WorkerException.GuestFailed("f", "no such key"), false, false),
        Arguments.of(new WorkerException.PoolExhausted("instances", 4, "raise it"), true, false),
        Arguments.of(new WorkerException.ModuleRejected("bad", null), false, true),
        Arguments.of(new WorkerException.CapabilityDenied("env.x"), false, true),
        Arguments.of(new WorkerException.AbiMismatch("f"), false, true),
        Arguments.of(new WorkerException.PayloadTooLarge("payload", 9, 8), false, true),
        Arguments.of(
            new WorkerException.CodecFailed("f", "encode", new IllegalStateException("mine")),
            false,
            true),
        Arguments.of(new WorkerException.SliceMisuse("of another memory"), false, true));
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void tellsWhetherToTryAgainAndSparesTheStackOnHotPaths(
      WorkerException failure, boolean retryable, boolean stack) {
    assertThat(failure.retryable()).isEqualTo(retryable);
    assertThat(failure.getStackTrace().length > 0).isEqualTo(stack);
    assertThat(failure.getMessage()).isNotBlank().doesNotContain("\n");
  }

  @Test
  void theTableAboveHoldsEveryKind() {
    assertThat(everyKind().<Class<?>>map(row -> row.get()[0].getClass()).distinct().toList())
        .containsExactlyInAnyOrder(WorkerException.class.getPermittedSubclasses());
  }

  @Test
  void deadlinesSayHowFarItCameAndWhatToDo() {
    Duration deadline = Duration.ofMillis(5);
    assertThat(new WorkerException.DeadlineExceeded("f", deadline, true))
        .hasMessage(
            "deadline of 5 ms for f passed while the guest ran: it was stopped; allow more, or send"
                + " it less");
    WorkerException.DeadlineExceeded claimed =
        WorkerException.DeadlineExceeded.ofClaim("f", deadline);
    assertThat(claimed)
        .hasMessage(
            "deadline of 5 ms for a claim of f passed before it was committed: its slice was taken"
                + " back; fill it faster, or allow more");
    assertThat(claimed.started()).as("no guest has run").isFalse();
    assertThat(claimed.deadline()).isEqualTo(deadline);
  }

  @Test
  void aFailedReplyThrowsItsFailureWhenAskedForBytes() {
    WorkerException failure = new WorkerException.InboxFull(8);
    Reply reply = new Reply.Failed(Invocation.of("f", ""), failure, 0, 1);
    assertThatThrownBy(reply::bytes).isSameAs(failure);
    assertThatThrownBy(reply::utf8).isSameAs(failure);
  }
}
