package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WorkerExceptionTest {

  /** The failure, whether to try it again, whether it has a stack trace, and its advice. */
  static Stream<Arguments> everyKind() {
    Duration five = Duration.ofMillis(5);
    IllegalStateException mine = new IllegalStateException("mine");
    return Stream.of(
        row(new WorkerException.InboxFull(8), true, false, "use invokeAll, or raise inboxCapacity"),
        row(new WorkerException.Dropped(8), true, false, ": send less, or raise inboxCapacity"),
        row(new WorkerException.Shed("f", five), true, false, "; send less, or allow more"),
        row(
            new WorkerException.PoolClosed("pool"),
            false,
            false,
            "; close it when the last caller has ended"),
        row(
            new WorkerException.DeadlineExceeded("f", five, false),
            true,
            false,
            "; allow more, or send less"),
        row(
            new WorkerException.DeadlineExceeded("f", five, true),
            false,
            false,
            "; allow more, or send it less"),
        row(
            WorkerException.DeadlineExceeded.ofClaim("f", five),
            true,
            false,
            "; fill it faster, or allow more"),
        row(
            new WorkerException.WorkerTerminated("gone", null),
            false,
            true,
            "gone; the guest may have done its work: send it again, to a pool that is open, only"
                + " where doing it twice is harmless"),
        row(
            new WorkerException.GuestTrap("f", mine),
            false,
            true,
            "f trapped: mine; its next call gets a new instance: send other input, or mend the"
                + " guest"),
        row(
            new WorkerException.GuestTrap("f", mine, List.of("inner", "outer")),
            false,
            true,
            "f trapped: mine; its next call gets a new instance: send other input, or mend the"
                + " guest in inner"),
        row(
            new WorkerException.GuestExit("f", 3),
            false,
            true,
            "; its next call gets a new one: what is to be called again must return"),
        row(
            new WorkerException.HostFunctionFailed("f", "env.log", mine),
            false,
            true,
            "f failed: host function env.log: mine; its next call gets a new instance: mend the"
                + " host function, or let it answer the guest an error instead"),
        row(new WorkerException.InstanceBusy("f"), true, true, "use one lease for each thread"),
        row(
            new WorkerException.GuestFailed("f", "no-key"),
            false,
            false,
            "f answered with an error: no-key; the guest goes on: send it other input, as its"
                + " contract has it"),
        row(
            new WorkerException.PoolExhausted("instances", 4, "raise it"),
            true,
            false,
            "all 4 instances of the pool are in use: raise it"),
        row(
            new WorkerException.ModuleRejected("bad", "mend it", null),
            false,
            true,
            "bad; mend it"),
        row(new WorkerException.CapabilityDenied("env.x: grant it"), false, true, ": grant it"),
        row(new WorkerException.AbiMismatch("f", "export it"), false, true, "f; export it"),
        row(
            new WorkerException.PayloadTooLarge("payload", 9, 8),
            false,
            true,
            "payload of 9 bytes is over the limit of 8 bytes: send less, or raise the limit"),
        row(
            new WorkerException.CodecFailed("f", "encode", mine),
            false,
            true,
            "f: the codec failed to encode: mine; the guest goes on: mend the codec, or use one"
                + " that can write the value"),
        row(
            new WorkerException.CodecFailed("f", "decode", mine),
            false,
            true,
            "f: the codec failed to decode: mine; the guest goes on: mend the codec, or use one"
                + " that can read what the guest answers"),
        row(new WorkerException.SliceMisuse("sent twice: copy it"), false, true, ": copy it"));
  }

  private static Arguments row(
      WorkerException failure, boolean retryable, boolean stack, String advice) {
    return Arguments.of(failure, retryable, stack, advice);
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void saysWhatToDoInOneLineAndSparesTheStackOnHotPaths(
      WorkerException failure, boolean retryable, boolean stack, String advice) {
    assertThat(failure.retryable()).isEqualTo(retryable);
    assertThat(failure.getStackTrace().length > 0).isEqualTo(stack);
    assertThat(failure.getMessage()).endsWith(advice).doesNotContain("\n");
  }

  @Test
  void numbersAndNamesOfMessagesCanBeAskedFor() {
    Duration five = Duration.ofMillis(5);
    assertThat(new WorkerException.InboxFull(8, five).capacity()).isEqualTo(8);
    assertThat(new WorkerException.InboxFull(8, five).retryAfter()).isEqualTo(five);
    assertThat(new WorkerException.Dropped(8).capacity()).isEqualTo(8);
    assertThat(new WorkerException.Shed("f", five).deadline()).isEqualTo(five);
    assertThat(new WorkerException.DeadlineExceeded("f", five, true).deadline()).isEqualTo(five);
    assertThat(new WorkerException.GuestExit("f", 3).exitCode()).isEqualTo(3);
    assertThat(new WorkerException.PoolExhausted("pages", 4, "raise it").limit()).isEqualTo(4);
    assertThat(new WorkerException.GuestFailed("f", "no-key").error()).isEqualTo("no-key");
    WorkerException.ModuleRejected large =
        new WorkerException.ModuleRejected("9 of 8", "make it 8", 9, 8);
    assertThat(large.figure()).isEqualTo(9);
    assertThat(large.limit()).isEqualTo(8);
    assertThat(new WorkerException.ModuleRejected("bad", "mend it", null).limit())
        .isEqualTo(WorkerException.ModuleRejected.NO_LIMIT);
    WorkerException.PayloadTooLarge payload = new WorkerException.PayloadTooLarge("p", 9, 8);
    assertThat(payload.lengthBytes()).isEqualTo(9);
    assertThat(payload.limitBytes()).isEqualTo(8);
  }

  @Test
  void whatACauseSaysInSeveralLinesIsOneLine() {
    RuntimeException parser = new IllegalStateException("no token\r\n  at line 1\n");
    assertThat(new WorkerException.CodecFailed("f", "decode", parser))
        .hasMessageStartingWith("f: the codec failed to decode: no token at line 1; the guest");
    assertThat(new WorkerException.GuestTrap("f", new StackOverflowError()))
        .hasMessageStartingWith("f trapped: StackOverflowError; its");
  }

  @Test
  void whatHappenedIsToldWithoutTheAdviceToo() {
    RuntimeException mine = new IllegalStateException("mine");
    assertThat(new WorkerException.GuestTrap("f", mine, List.of("inner")).reason())
        .isEqualTo("f trapped: mine");
    assertThat(new WorkerException.GuestExit("f", 3).reason())
        .isEqualTo("f ended its instance with exit code 3");
    assertThat(new WorkerException.AbiMismatch("f lies", "mend it").reason()).isEqualTo("f lies");
    WorkerException full = new WorkerException.InboxFull(8);
    assertThat(full.reason()).isEqualTo(full.getMessage());
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
