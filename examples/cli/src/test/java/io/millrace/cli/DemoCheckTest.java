package io.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Codecs;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoCheckTest {

  private static final Invocation REQUEST =
      Invocation.of("authenticate", Payload.encoded("no request", Codecs.utf8()));

  private final RunStats stats = new RunStats();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(err, true, UTF_8);
  private final DemoCheck check =
      new DemoCheck(stats, new Progress(stream, false, 100), new ErrorLine(stream, false));

  private void answer(String answer) {
    stats.started();
    check.accept(new Reply.Completed(REQUEST, answer, 1, 1));
  }

  @Test
  void theSameMembersInAnotherOrderAreNoMismatch() {
    answer("{ \"reason\" : \"bad-request\", \"valid\":false}");
    assertThat(stats.allWell()).isTrue();
    assertThat(check.byReason()).containsEntry("bad-request", 1L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"valid\":true,\"subject\":\"\"}",
        "{\"valid\":false,\"reason\":\"malformed\"}",
        "{\"valid\":false}",
        "{\"valid\":false,\"reason\":\"bad-request\",\"more\":1}",
        "",
        "{",
        "null"
      })
  void anyOtherAnswerIsAMismatch(String answer) {
    answer(answer);
    assertThat(stats.allWell()).isFalse();
    assertThat(err.toString(UTF_8))
        .startsWith("millrace: request 1: the guest says " + answer)
        .contains("the JDK says {\"valid\":false,\"reason\":\"bad-request\"}");
  }

  @Test
  void onlyTheFirstFewAreReported() {
    for (int i = 0; i < 20; i++) {
      check.accept(
          new Reply.Failed(REQUEST, new WorkerException.GuestExit("authenticate", 1), 1, 1));
    }
    assertThat(stats.answered()).isEqualTo(20);
    assertThat(err.toString(UTF_8).lines()).hasSize(10);
  }
}
