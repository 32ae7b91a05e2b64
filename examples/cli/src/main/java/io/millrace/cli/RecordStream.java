package io.millrace.cli;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.SynchronousSink;

/** Reads records and makes invocations of them, as fast as demand and budget let it. */
final class RecordStream {

  /** A record that got no invocation, numbered from 1 among all records. */
  record Refused(long number, RefusedRecord reason) {}

  private final RecordReader reader;
  private final FlightBudget budget;
  private final RunStats stats;
  private final Function<Payload, Invocation> invocation;
  private final Consumer<Refused> onRefused;
  private long number;

  /**
   * Reads from {@code reader}.
   *
   * @param onRefused told of each refusal, on the thread of {@link #emit} and before any later
   *     record is emitted
   */
  RecordStream(
      RecordReader reader,
      FlightBudget budget,
      RunStats stats,
      Function<Payload, Invocation> invocation,
      Consumer<Refused> onRefused) {
    this.reader = reader;
    this.budget = budget;
    this.stats = stats;
    this.invocation = invocation;
    this.onRefused = onRefused;
  }

  /**
   * Emits one invocation or the end, as {@code Flux.generate} wants it. Blocks to read and wait.
   */
  void emit(SynchronousSink<Invocation> sink) {
    try {
      Payload.Copied payload = nextAccepted();
      if (payload == null) {
        sink.complete();
        return;
      }
      budget.admit(FlightBudget.costOf(payload));
      stats.started();
      sink.next(invocation.apply(payload));
    } catch (IOException e) {
      sink.error(new UncheckedIOException("cannot read the input: " + ErrorLine.oneLine(e), e));
    } catch (InterruptedException e) {
      sink.complete(); // the run was given up: nobody listens any more
    }
  }

  private Payload.@Nullable Copied nextAccepted() throws IOException, InterruptedException {
    while (true) {
      number++;
      try {
        return reader.next();
      } catch (RefusedRecord reason) {
        budget.admit(FlightBudget.costOfRefused());
        onRefused.accept(new Refused(number, reason));
      }
    }
  }
}
