package io.millrace.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Compares each of the guest's verdicts with the JDK's. Receiving thread only. */
final class DemoCheck implements Conveyor.Receiver {

  /** The first few tell what is wrong; the counts tell how much. */
  private static final int REPORTED = 10;

  private final JdkVerifier verifier = new JdkVerifier();
  private final JsonMapper json = new JsonMapper();
  private final Map<String, Long> byReason = new TreeMap<>();
  private final RunStats stats;
  private final Progress progress;
  private final ErrorLine errors;
  private int reported;

  DemoCheck(RunStats stats, Progress progress, ErrorLine errors) {
    this.stats = stats;
    this.progress = progress;
    this.errors = errors;
  }

  @Override
  public void accept(Reply reply) {
    if (reply instanceof Reply.Failed failed) {
      stats.failed(reply);
      report(failed.failure());
    } else {
      stats.completed(reply);
      compare(reply);
    }
    progress.at(stats.answered());
  }

  private void compare(Reply reply) {
    Verdict expected = verifier.verify(request(reply).getBytes(StandardCharsets.UTF_8));
    byReason.merge(expected.reason(), 1L, Long::sum);
    String answer = (String) reply.value();
    if (!parsed(answer).equals(expected.toJson())) {
      stats.mismatched();
      report(new Mismatch(answer, expected));
    }
  }

  private JsonNode parsed(String answer) {
    try {
      return json.readTree(answer);
    } catch (JacksonException e) {
      return MissingNode.getInstance(); // differs from every verdict
    }
  }

  private void report(Exception failure) {
    if (reported < REPORTED) {
      reported++;
      progress.interrupt();
      errors.reportOne("request", stats.answered(), failure);
    }
  }

  @Override
  public void finish() {
    stats.ended();
  }

  /** How often each verdict was given by the JDK. */
  Map<String, Long> byReason() {
    return byReason;
  }

  /** As it was encoded into the guest's memory. */
  private static String request(Reply reply) {
    return (String) ((Payload.Encoded<?>) reply.invocation().payload()).value();
  }

  private static final class Mismatch extends Exception {

    private static final long serialVersionUID = 1L;

    Mismatch(String answered, Verdict expected) {
      super("the guest says " + answered + ", the JDK says " + expected.toJson());
    }
  }
}
