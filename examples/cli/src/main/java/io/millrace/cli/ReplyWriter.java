package io.millrace.cli;

import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerException.DeadlineExceeded;
import io.millrace.pipeline.WorkerPool;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Writes replies in the order of their records and leaves an empty record for each that failed.
 * Receiving thread only, but for {@link #refuse}.
 */
final class ReplyWriter implements Conveyor.Receiver {

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final byte[] EMPTY = {};

  /** How late a reply may reach a reader of the output while nothing else fills the buffer. */
  private static final Duration FLUSH_AFTER = Duration.ofMillis(2);

  /** A record that cannot start in this many deadlines has no worker that will ever take it. */
  private static final int ATTEMPTS = 10;

  private final Frame frame;
  private final OutputStream out;
  private final WorkerPool pool;
  private final Conveyor conveyor;
  private final FlightBudget budget;
  private final RunStats stats;
  private final ErrorLine errors;
  private final Queue<RecordStream.Refused> refused = new ConcurrentLinkedQueue<>();
  private long number = 1;
  private boolean flushing;
  private boolean broken;

  ReplyWriter(
      Frame frame,
      OutputStream out,
      WorkerPool pool,
      Conveyor conveyor,
      FlightBudget budget,
      RunStats stats,
      ErrorLine errors) {
    this.frame = frame;
    this.out = new BufferedOutputStream(out, BUFFER_BYTES);
    this.pool = pool;
    this.conveyor = conveyor;
    this.budget = budget;
    this.stats = stats;
    this.errors = errors;
  }

  @Override
  public void accept(Reply first) {
    writeRefused();
    Reply reply = started(first);
    if (reply instanceof Reply.Failed failed) {
      stats.failed(reply);
      errors.reportOne("record", number, failed.failure());
      write(EMPTY);
      budget.replied(0, reply.serviceNanos());
    } else {
      byte[] bytes = reply.bytes();
      stats.completed(reply);
      write(bytes);
      budget.replied(bytes.length, reply.serviceNanos());
    }
    budget.release(FlightBudget.costOf((Payload.Copied) reply.invocation().payload()));
    flushLater();
  }

  /** Takes note of a record that will have no reply. Any thread. */
  void refuse(RecordStream.Refused record) {
    refused.add(record);
    conveyor.later(Duration.ZERO, this::writeRefused);
  }

  private void writeRefused() {
    for (RecordStream.@Nullable Refused head = refused.peek();
        head != null && head.number() == number;
        head = refused.peek()) {
      refused.remove();
      stats.refused();
      errors.reportOne("record", head.number(), head.reason());
      write(EMPTY);
      budget.release(FlightBudget.costOfRefused());
      flushLater();
    }
  }

  @Override
  public void finish() {
    if (!broken) {
      writeRefused();
      flush();
    }
    stats.ended();
  }

  /**
   * A record whose deadline passed in the queue, because others held all workers, gets another
   * turn: the deadline is meant for each record alone.
   */
  private Reply started(Reply first) {
    Reply reply = first;
    for (int attempt = 1; attempt < ATTEMPTS && expiredInQueue(reply); attempt++) {
      reply = again(reply);
    }
    return reply;
  }

  private static boolean expiredInQueue(Reply reply) {
    return reply instanceof Reply.Failed failed
        && failed.failure() instanceof DeadlineExceeded exceeded
        && !exceeded.started();
  }

  /**
   * By invoke, which refuses when there is no room: invokeAll could wait for the reader's share.
   */
  private Reply again(Reply expired) {
    Reply reply =
        pool.invoke(expired.invocation())
            .onErrorResume(
                WorkerException.class,
                failure ->
                    failure instanceof WorkerException.InboxFull
                        ? Mono.just(expired)
                        : Mono.just(
                            new Reply.Failed(
                                expired.invocation(), failure, 0, expired.sojournNanos())))
            .block();
    return Objects.requireNonNull(reply);
  }

  private void write(byte[] record) {
    number++;
    try {
      frame.write(record, out);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * One flush for all that is written meanwhile: a system call each would cost more than hashing.
   */
  private void flushLater() {
    if (!flushing) {
      flushing = true;
      conveyor.later(FLUSH_AFTER, this::flush);
    }
  }

  private void flush() {
    flushing = false;
    if (broken) {
      return; // some of the buffer may be out already
    }
    try {
      out.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private RuntimeException failure(IOException e) {
    broken = true;
    return OutputClosed.says(e)
        ? new OutputClosed(e)
        : new UncheckedIOException("cannot write the output: " + ErrorLine.oneLine(e), e);
  }
}
