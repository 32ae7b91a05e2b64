package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.instance.CapabilityPolicy;
import io.millrace.instance.GuestClock;
import io.millrace.instance.GuestOutput.Written;
import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.instance.ModuleCache;
import io.millrace.instance.NeverCompiling;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

/** Every guest of examples/guests keeps the one contract, function by function. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class GuestContractTest {

  private static final Duration LONG = Duration.ofMinutes(4);
  private static final int PAGES = 2048;

  /** The interpreter is a hundred times slower: 1100000 takes it some minutes. */
  private static final int MOST_INTERPRETED_BYTES =
      Integer.getInteger("millrace.contract.interpretedBytes", 70_000);

  /** Leaves room for the name before it. */
  private static final int MOST_FLAT_BYTES = 2 * 1024 * 1024;

  private static final ModuleCache COMPILED = ModuleCache.create();
  private static final ContractTable TABLE = new ContractTable();

  @AfterAll
  static void publish() throws IOException {
    TABLE.publish(Path.of("target", "contract-table.txt"));
  }

  private static InstancePoolBuilder compiled(KitGuest guest) {
    return pool(guest).moduleCache(COMPILED);
  }

  private static InstancePoolBuilder interpreted(KitGuest guest) {
    return pool(guest).moduleCache(NeverCompiling.cache()).tieredStart(true);
  }

  private static InstancePoolBuilder pool(KitGuest guest) {
    return InstancePool.builder(guest.source())
        .abi(guest.abi())
        .maximumPages(PAGES)
        .sharedMemory(guest.shared());
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void compiledItAnswersAsTheJdkDoes(KitGuest guest) {
    answers(
        guest.name(),
        compiled(guest),
        ContractCases.all(Integer.MAX_VALUE),
        ContractCase::invocation,
        false);
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#flat")
  void theOneEntryOfTheArticleReachesThemToo(KitGuest guest) {
    String row = guest.name() + ", invoke_flat";
    List<ContractCase> cases = new ArrayList<>(ContractCases.all(MOST_FLAT_BYTES));
    cases.add(ContractCase.fails("", "nothing", new byte[0], "no-function"));
    cases.add(ContractCase.fails("ech", "another name", new byte[1], "no-function"));
    answers(row, compiled(guest), cases, ContractCase::flatInvocation, false);
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void interpretedItAnswersTheSame(KitGuest guest) {
    String row = guest.name() + ", interpreted";
    InstancePoolBuilder pool = interpreted(guest);
    List<ContractCase> cases = ContractCases.all(MOST_INTERPRETED_BYTES);
    answers(row, pool, cases, ContractCase::invocation, true);
  }

  private static void answers(
      String row,
      InstancePoolBuilder builder,
      List<ContractCase> cases,
      Function<ContractCase, Invocation> how,
      boolean interpreted) {
    try (InstancePool guests = builder.build();
        WorkerPool workers = WorkerPools.over(guests).workers(2).build()) {
      List<Reply> replies = all(workers, Flux.fromIterable(cases).map(how));
      for (int i = 0; i < cases.size(); i++) {
        cases.get(i).check(row, replies.get(i));
        TABLE.passed(row, cases.get(i).function());
      }
      assertThat(guests.metrics().instancesRetired()).as("errors harm no instance").isZero();
      assertThat(guests.metrics().compiles() == 0).as("interpreted").isEqualTo(interpreted);
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void counterCountsTheCallsOfItsInstance(KitGuest guest) {
    try (InstancePool guests = compiled(guest).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      for (String tenant : guest.shared() ? List.of("a") : List.of("a", "b")) {
        for (int i = 1; i <= 1000; i++) {
          Invocation call = Invocation.of("counter", "").withTenant(tenant);
          assertThat(reply(workers, call).utf8()).isEqualTo("" + i);
          TABLE.passed(guest.name(), "counter");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void spinRunsUntilItsDeadline(KitGuest guest) {
    try (InstancePool guests = compiled(guest).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      reply(workers, Invocation.of("echo", ""));
      Reply late = reply(workers, Invocation.of("spin", "").withDeadline(Duration.ofSeconds(1)));
      assertThat(((Reply.Failed) late).failure())
          .isInstanceOfSatisfying(
              WorkerException.DeadlineExceeded.class,
              failure -> assertThat(failure.started()).isTrue());
      assertThat(reply(workers, Invocation.of("echo", "on")).utf8()).isEqualTo("on");
      TABLE.passed(guest.name(), "spin");
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void trapEndsItsInstanceOnly(KitGuest guest) {
    try (InstancePool guests = compiled(guest).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      for (int round = 0; round < 3; round++) {
        Reply reply = reply(workers, Invocation.of("trap", ""));
        assertThat(((Reply.Failed) reply).failure()).isInstanceOf(WorkerException.GuestTrap.class);
        assertThat(reply(workers, Invocation.of("echo", "on")).utf8()).isEqualTo("on");
        TABLE.passed(guest.name(), "trap");
      }
      assertThat(guests.metrics().instancesRetired()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void growHoldsPagesUpToTheCap(KitGuest guest) {
    try (InstancePool guests = compiled(guest).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      List.of("0:0", "1:1", "16:17", "0:17", "100:117")
          .forEach(
              each -> {
                String[] pages = each.split(":", 2);
                assertThat(reply(workers, Invocation.of("grow", pages[0])).utf8())
                    .isEqualTo(pages[1]);
                TABLE.passed(guest.name(), "grow");
              });
      for (String bad : List.of("", "x", "-1", "+1", "1.0", " 1", "65536", "000001", "99999")) {
        checkFailed(reply(workers, Invocation.of("grow", bad)), "bad-number");
        TABLE.passed(guest.name(), "grow");
      }
      Reply tooMuch = reply(workers, Invocation.of("grow", "" + PAGES));
      if (guest.trapsWhenFull()) {
        assertThat(((Reply.Failed) tooMuch).failure())
            .isInstanceOf(WorkerException.GuestTrap.class);
      } else {
        checkFailed(tooMuch, "no-memory");
        assertThat(reply(workers, Invocation.of("grow", "0")).utf8()).isEqualTo("117");
      }
      assertThat(reply(workers, Invocation.of("echo", "on")).utf8()).isEqualTo("on");
      TABLE.passed(guest.name(), "grow");
    }
  }

  @ParameterizedTest
  @MethodSource("io.millrace.examples.KitGuest#all")
  void wasiReachesWhatIsGranted(KitGuest guest) {
    Queue<Written> heard = new ConcurrentLinkedQueue<>();
    Instant now = Instant.parse("2026-01-02T03:04:05.678901234Z");
    CapabilityPolicy granted =
        CapabilityPolicy.NONE
            .withClock(new GuestClock.Fixed(now))
            .withEnvironment("GREETING", "Grüße, 世界")
            .withEnvironment("EMPTY", "")
            .withOutput(1000, heard::add);
    try (InstancePool guests = compiled(guest).capabilities(granted).build();
        WorkerPool workers = WorkerPools.over(guests).workers(1).build()) {
      assertThat(reply(workers, Invocation.of("wasi", "GREETING")).utf8())
          .isEqualTo(epochNanos(now) + " Grüße, 世界");
      assertThat(reply(workers, Invocation.of("wasi", "EMPTY")).utf8())
          .isEqualTo(epochNanos(now) + " ");
      assertThat(heard)
          .extracting(Written::text)
          .containsExactly("GREETING=Grüße, 世界\\n", "EMPTY=\\n");
      for (String unset : List.of("", "GREETING\u0000", "GREETING=", "greeting", "é")) {
        checkFailed(reply(workers, Invocation.of("wasi", unset)), "unset");
        TABLE.passed(guest.name(), "wasi");
      }
      TABLE.passed(guest.name(), "wasi");
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
