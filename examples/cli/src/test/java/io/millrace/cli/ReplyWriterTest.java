package io.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import io.millrace.scheduler.WorkerPools;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reader, budget, pool and writer together, with guests that do what a test wants. */
@Timeout(30)
class ReplyWriterTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final RunStats stats = new RunStats();

  private static GuestSource guests(Function<String, String> function) {
    Guest guest =
        invocation -> {
          Payload.Copied payload = (Payload.Copied) invocation.payload();
          byte[] bytes = new byte[payload.length()];
          payload.view().get(bytes);
          return function.apply(new String(bytes, UTF_8)).getBytes(UTF_8);
        };
    return () ->
        new GuestLease() {
          @Override
          public Guest guest(@Nullable String tenant) {
            return guest;
          }

          @Override
          public void close() {}
        };
  }

  private void run(InputStream in, GuestSource guests, int inbox, @Nullable Duration deadline) {
    ErrorLine errors = new ErrorLine(new PrintStream(err, true, UTF_8), false);
    try (WorkerPool pool = WorkerPools.over(guests).workers(2).inboxCapacity(inbox).build();
        Conveyor conveyor = new Conveyor()) {
      // a window as for guests that were quick so far, which is when surprises do most harm
      FlightBudget budget = new FlightBudget(1_000_000, 0, new DeadlineWindow(1_000, deadline));
      ReplyWriter writer = new ReplyWriter(Frame.LINES, out, pool, conveyor, budget, stats, errors);
      RecordStream records =
          new RecordStream(
              Frame.LINES.reader(in, 1_000),
              budget,
              stats,
              payload -> Invocation.of("f", payload).withDeadline(deadline),
              writer::refuse);
      conveyor.run(pool, records::emit, writer);
    }
  }

  private static InputStream lines(String... lines) {
    return new ByteArrayInputStream((String.join("\n", lines) + "\n").getBytes(UTF_8));
  }

  private static String hangOnStuck(String record) {
    if (record.equals("stuck")) {
      try {
        TimeUnit.MINUTES.sleep(1);
      } catch (InterruptedException e) {
        // Those behind it expire while they wait: one that begins just before that may fail, too.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        throw new WorkerException.WorkerTerminated("stopped", e);
      }
    }
    return record;
  }

  @Test
  void recordsBehindStuckOnesGetTheirTurn() {
    GuestSource guests = guests(ReplyWriterTest::hangOnStuck);
    run(lines("stuck", "stuck", "a", "b", "c"), guests, 64, Duration.ofMillis(200));
    assertThat(out.toString(UTF_8)).isEqualTo("\n\na\nb\nc\n");
    assertThat(err.toString(UTF_8).lines())
        .hasSize(2)
        .allMatch(line -> line.contains("while the guest ran"));
  }

  @Test
  void aFullPoolDoesNotHoldUpASecondTurn() {
    GuestSource guests = guests(ReplyWriterTest::hangOnStuck);
    run(lines("stuck", "stuck", "a", "b", "c"), guests, 1, Duration.ofMillis(200));
    assertThat(out.toString(UTF_8).lines()).hasSize(5);
  }

  @Test
  void aReplyIsWrittenWhileMoreInputIsAwaited() throws Exception {
    PipedInputStream in = new PipedInputStream();
    Thread running;
    try (PipedOutputStream typing = new PipedOutputStream(in)) {
      running = new Thread(() -> run(in, guests(record -> record + "!"), 64, null), "running");
      running.start();
      typing.write("1\n".getBytes(UTF_8));
      typing.flush();
      while (out.size() == 0) { // the test's timeout is the limit
        TimeUnit.MILLISECONDS.sleep(5);
      }
      assertThat(out.toString(UTF_8)).isEqualTo("1!\n");
    }
    running.join();
  }

  @Test
  void anErrorOfTheVirtualMachineEndsTheRun() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() {
            throw new OutOfMemoryError("test");
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            throw new OutOfMemoryError("test");
          }
        };
    assertThatThrownBy(() -> run(broken, guests(record -> record), 64, null))
        .isInstanceOf(OutOfMemoryError.class);
  }
}
