package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.instance.CapabilityPolicy;
import io.millrace.instance.GuestClock;
import io.millrace.instance.GuestOutput.Written;
import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleCache;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

/** Every guest of examples/guests keeps the one contract, function by function, row by row. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class GuestContractTest {

  private static final Duration LONG = Duration.ofMinutes(4);

  /** Long enough for a guest to have begun on a machine that is busy. */
  private static final Duration SPINNING = Duration.ofMillis(400);

  /** The interpreter is a hundred times slower: 1100000 takes it some minutes, 16 MiB an hour. */
  private static final int MOST_INTERPRETED_BYTES =
      Integer.getInteger("millrace.contract.interpretedBytes", 70_000);

  /** Leaves room for the name before it. */
  private static final int MOST_FLAT_BYTES = 2 * 1024 * 1024;

  private static final ContractTable TABLE = new ContractTable();

  /** Fails, too, when only some of the tests below were asked for: then the table has gaps. */
  @AfterAll
  static void publishTheWholeTable() throws IOException {
    TABLE.publish(Path.of("target", "contract-table.txt"));
    assertThat(TABLE.emptyCells(ContractRow.all())).as("cells without a check").isEmpty();
    assertThat(ContractRow.COMPILED.compiles())
        .as("each module is compiled, once")
        .isEqualTo(KitGuest.all().count());
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.ContractRow#all")
  void itAnswersAsTheJdkDoes(ContractRow row) {
    List<ContractCase> cases =
        switch (row.way()) {
          case COMPILED -> ContractCases.all(Integer.MAX_VALUE);
          case INTERPRETED -> ContractCases.all(MOST_INTERPRETED_BYTES);
          case FLAT -> ContractCases.all(MOST_FLAT_BYTES);
        };
    ModuleCache cache = row.cache();
    long served = cache.compiles() + cache.hits();
    try (InstancePool guests = row.pool(cache).build();
        WorkerPool workers = WorkerPools.over(guests).workers(row.workers()).build()) {
      List<Reply> replies =
          all(workers, Flux.fromIterable(cases).map(each -> each.invocation(row)));
      for (int i = 0; i < cases.size(); i++) {
        cases.get(i).check(row, replies.get(i));
        TABLE.passed(row, cases.get(i).function());
      }
      assertThat(guests.metrics().instancesRetired()).as("errors harm no instance").isZero();
    }
    if (row.interpreted()) { // the cache is its own
      assertThat(cache.compiles()).as("modules compiled").isZero();
    } else {
      assertThat(cache.compiles() + cache.hits()).as("had from compiled").isGreaterThan(served);
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#flat")
  void theOneEntryKnowsWhatItDoesNotHave(KitGuest guest) {
    ContractRow row = new ContractRow(guest, ContractRow.Way.FLAT);
    try (InstancePool guests = row.pool(row.cache()).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      for (String none : List.of("", "ech", "echoo", "Echo", "init")) {
        checkFailed(reply(workers, row.call(none, "x")), "no-function");
        checkFailed(reply(workers, Invocation.of("invoke_flat", none)), "no-function");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.ContractRow#all")
  void counterCountsTheCallsOfItsInstance(ContractRow row) {
    try (InstancePool guests = row.pool(row.cache()).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      for (String tenant : row.guest().shared() ? List.of("a") : List.of("a", "b")) {
        for (int i = 1; i <= 1000; i++) {
          Invocation call = row.call("counter", "").withTenant(tenant);
          assertThat(reply(workers, call).utf8()).isEqualTo("" + i);
          TABLE.passed(row, "counter");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.ContractRow#all")
  void spinRunsUntilItsDeadline(ContractRow row) {
    try (InstancePool guests = row.pool(row.cache()).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).grace(LONG).build()) {
      reply(workers, row.call("echo", ""));
      Reply late = reply(workers, row.call("spin", "").withDeadline(SPINNING));
      assertThat(((Reply.Failed) late).failure())
          .isInstanceOfSatisfying(
              WorkerException.DeadlineExceeded.class,
              failure -> assertThat(failure.started()).isTrue());
      assertThat(reply(workers, row.call("echo", "on")).utf8()).isEqualTo("on");
      assertThat(workers.metrics().abandonedWorkers()).as("still spinning").isZero();
      TABLE.passed(row, "spin");
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.ContractRow#all")
  void trapEndsItsInstanceOnly(ContractRow row) {
    try (InstancePool guests = row.pool(row.cache()).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      for (int round = 0; round < 3; round++) {
        Reply reply = reply(workers, row.call("trap", ""));
        assertThat(((Reply.Failed) reply).failure()).isInstanceOf(WorkerException.GuestTrap.class);
        assertThat(reply(workers, row.call("echo", "on")).utf8()).isEqualTo("on");
        TABLE.passed(row, "trap");
      }
      assertThat(guests.metrics().instancesRetired()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.ContractRow#all")
  void growHoldsPagesUpToTheCap(ContractRow row) {
    try (InstancePool guests = row.pool(row.cache()).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      List.of("0:0", "1:1", "16:17", "0:17", "100:117")
          .forEach(
              each -> {
                String[] pages = each.split(":", 2);
                assertThat(reply(workers, row.call("grow", pages[0])).utf8()).isEqualTo(pages[1]);
                TABLE.passed(row, "grow");
              });
      for (String bad : List.of("", "x", "-1", "+1", "1.0", " 1", "65536", "000001", "99999")) {
        checkFailed(reply(workers, row.call("grow", bad)), "bad-number");
        TABLE.passed(row, "grow");
      }
      Reply tooMuch = reply(workers, row.call("grow", "" + ContractRow.PAGES));
      if (row.guest().trapsWhenFull()) {
        assertThat(((Reply.Failed) tooMuch).failure())
            .isInstanceOf(WorkerException.GuestTrap.class);
      } else {
        checkFailed(tooMuch, "no-memory");
        assertThat(reply(workers, row.call("grow", "0")).utf8()).isEqualTo("117");
      }
      assertThat(reply(workers, row.call("echo", "on")).utf8()).isEqualTo("on");
      TABLE.passed(row, "grow");
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.ContractRow#all")
  void wasiReachesWhatIsGranted(ContractRow row) {
    Queue<Written> heard = new ConcurrentLinkedQueue<>();
    Instant now = Instant.parse("2026-01-02T03:04:05.678901234Z");
    CapabilityPolicy granted =
        CapabilityPolicy.NONE
            .withClock(new GuestClock.Fixed(now))
            .withEnvironment("GREETING", "Grüße, 世界")
            .withEnvironment("EMPTY", "")
            .withOutput(1000, heard::add);
    try (InstancePool guests = row.pool(row.cache()).capabilities(granted).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      assertThat(reply(workers, row.call("wasi", "GREETING")).utf8())
          .isEqualTo(epochNanos(now) + " Grüße, 世界");
      assertThat(reply(workers, row.call("wasi", "EMPTY")).utf8()).isEqualTo(epochNanos(now) + " ");
      assertThat(heard)
          .extracting(Written::text)
          .containsExactly("GREETING=Grüße, 世界\\n", "EMPTY=\\n");
      for (String unset : List.of("", "GREETING\u0000", "GREETING=", "greeting", "é")) {
        checkFailed(reply(workers, row.call("wasi", unset)), "unset");
        TABLE.passed(row, "wasi");
      }
      TABLE.passed(row, "wasi");
    }
  }

  private static long epochNanos(Instant at) {
    return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
  }

  private static void checkFailed(Reply reply, String word) {
    assertThat(((Reply.Failed) reply).failure())
        .isInstanceOfSatisfying(
            WorkerException.GuestFailed.class,
            failure -> assertThat(failure.error()).isEqualTo(word));
  }

  private static Reply reply(WorkerPool workers, Invocation invocation) {
    return all(workers, Flux.just(invocation)).get(0);
  }

  private static List<Reply> all(WorkerPool workers, Flux<Invocation> invocations) {
    return Objects.requireNonNull(workers.invokeAll(invocations).collectList().block(LONG));
  }
}
