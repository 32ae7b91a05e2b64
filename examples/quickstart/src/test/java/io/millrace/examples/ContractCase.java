package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import java.nio.charset.StandardCharsets;

/** One call of a function of the contract, and what every guest has to answer. */
final class ContractCase {

  private final String function;
  private final String label;
  private final byte[] payload;
  private final byte[] expected;
  private final boolean fails;

  private ContractCase(
      String function, String label, byte[] payload, byte[] expected, boolean fails) {
    this.function = function;
    this.label = label;
    this.payload = payload;
    this.expected = expected;
    this.fails = fails;
  }

  static ContractCase answers(String function, String label, byte[] payload, byte[] reply) {
    return new ContractCase(function, label, payload, reply, false);
  }

  static ContractCase answers(String function, String label, byte[] payload, String reply) {
    return answers(function, label, payload, utf8(reply));
  }

  static ContractCase fails(String function, String label, byte[] payload, String word) {
    return new ContractCase(function, label, payload, utf8(word), true);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  String function() {
    return function;
  }

  int payloadBytes() {
    return payload.length;
  }

  Invocation invocation(ContractRow row) {
    return row.call(function, payload);
  }

  void check(ContractRow row, Reply reply) {
    String what = row + " " + this;
    if (fails) {
      assertThat(reply).as(what).isInstanceOf(Reply.Failed.class);
      assertThat(((Reply.Failed) reply).failure())
          .as(what)
          .isInstanceOfSatisfying(
              WorkerException.GuestFailed.class,
              failure ->
                  assertThat(failure.error())
                      .as(what)
                      .isEqualTo(new String(expected, StandardCharsets.UTF_8)));
    } else {
      assertThat(reply.bytes()).as(what).isEqualTo(expected);
    }
  }

  @Override
  public String toString() {
    return function + " of " + label;
  }
}
