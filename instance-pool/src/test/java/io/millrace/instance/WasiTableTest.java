package io.millrace.instance;

import static io.millrace.instance.WasiGuest.IN;
import static io.millrace.instance.WasiGuest.OUT;
import static io.millrace.instance.WasiGuest.OUT2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every function of WASI preview1: what it answers where nothing is granted, and where all is. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WasiTableTest {

  private static final String PATH = "etc/app.conf";

  private static final CapabilityPolicy ALL =
      CapabilityPolicy.NONE
          .withArgs("guest", "-v")
          .withEnvironment("LANG", "C")
          .withClock(new GuestClock.Stepping(Instant.EPOCH, Duration.ofMillis(1)))
          .withRandom(new GuestRandom.Seeded(1))
          .withOutput(100, written -> {})
          .withFiles(GuestFiles.of(Map.of(PATH, "a=1\n".getBytes(StandardCharsets.UTF_8))));

  /**
   * Function, errno without grants, errno with all of them, arguments. 3 is the preopened
   * directory, 4 an open file; path, iov and sub lie in memory, out and out2 are places in it.
   */
  private static final String TABLE =
      """
      args_get                0  0  out out2
      args_sizes_get          0  0  out out2
      environ_get             0  0  out out2
      environ_sizes_get       0  0  out out2
      clock_res_get           0  0  1 out
      clock_time_get          0  0  1 0 out
      fd_advise               8  0  4 0 0 0
      fd_allocate             8 69  4 0 8
      fd_close                8  0  4
      fd_datasync             8  0  4
      fd_fdstat_get           8  0  4 out
      fd_fdstat_set_flags     8  0  4 1
      fd_fdstat_set_rights    8 58  4 0 0
      fd_filestat_get         8  0  4 out
      fd_filestat_set_size    8 69  4 0
      fd_filestat_set_times   8 69  4 0 0 0
      fd_pread                8  0  4 iov 1 0 out
      fd_prestat_get          8  0  3 out
      fd_prestat_dir_name     8  0  3 out 1
      fd_pwrite               8 69  4 iov 1 0 out
      fd_read                 8  0  4 iov 1 out
      fd_readdir              8  0  3 out 100 0 out2
      fd_renumber             8  0  4 3
      fd_seek                 8  0  4 2 0 out
      fd_sync                 8  0  4
      fd_tell                 8  0  4 out
      fd_write                8 69  4 iov 1 out
      path_create_directory   8 69  3 path 12
      path_filestat_get       8  0  3 0 path 12 out
      path_filestat_set_times 8 69  3 0 path 12 0 0 0
      path_link               8 69  3 0 path 12 3 path 12
      path_open               8  0  3 0 path 12 0 2 2 0 out
      path_readlink           8 28  3 path 12 out 8 out2
      path_remove_directory   8 69  3 path 12
      path_rename             8 69  3 path 12 3 path 12
      path_symlink            8 69  path 12 3 path 12
      path_unlink_file        8 69  3 path 12
      poll_oneoff             0  0  sub out 1 out2
      proc_raise             58 58  6
      random_get              0  0  out 8
      sched_yield             0  0
      sock_accept            58 58  4 0 out
      sock_recv              58 58  4 iov 1 0 out out2
      sock_send              58 58  4 iov 1 0 out
      sock_shutdown          58 58  4 0
      """;

  private static final Map<String, Long> PLACES =
      Map.of(
          "path", (long) IN,
          "iov", IN + 1024L,
          "sub", IN + 2048L,
          "out", (long) OUT,
          "out2", (long) OUT2);

  private record Row(String function, int denied, int granted, List<Long> args) {}

  private static List<Row> rows() {
    return TABLE
        .lines()
        .map(line -> line.strip().split(" +", -1))
        .map(
            row ->
                new Row(
                    row[0],
                    Integer.parseInt(row[1]),
                    Integer.parseInt(row[2]),
                    Arrays.stream(row).skip(3).map(WasiTableTest::argument).toList()))
        .toList();
  }

  private static long argument(String text) {
    Long place = PLACES.get(text);
    return place == null ? Long.parseLong(text) : place;
  }

  @Test
  void everyFunctionAnswersAsTheTableSays() {
    assertThat(rows()).extracting(Row::function).containsAll(WasiGuest.PARAMETERS.keySet());
    assertThat(rows()).as("and proc_exit, which never answers, is the 46th").hasSize(45);
    Map<String, List<Integer>> answers = new HashMap<>();
    for (CapabilityPolicy policy : List.of(CapabilityPolicy.NONE, ALL)) {
      try (InstancePool pool = WasiGuest.pool(policy).build();
          GuestLease lease = pool.lease()) {
        for (Row row : rows()) {
          // Each row is a tenant of its own, so that it finds the first state.
          WasiGuest guest = new WasiGuest((GuestInstance) lease.guest(row.function()), null);
          prepare(guest);
          long[] args = row.args().stream().mapToLong(Long::longValue).toArray();
          answers
              .computeIfAbsent(row.function(), name -> new ArrayList<>())
              .add(guest.call(row.function(), args));
        }
        assertThat(pool.metrics().instancesCreated()).isEqualTo(1);
        assertThat(pool.metrics().resetDifferences()).isZero();
      }
    }
    for (Row row : rows()) {
      assertThat(answers.get(row.function()))
          .as(row.function())
          .containsExactly(row.denied(), row.granted());
    }
  }

  private static void prepare(WasiGuest guest) {
    guest.open(PATH);
    guest.buffers(IN + 1024, OUT, 8);
  }

  @Test
  void procExitEndsTheInvocation() {
    try (InstancePool pool = WasiGuest.pool(CapabilityPolicy.NONE).build();
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> lease.guest(null).invoke(Invocation.of("proc_exit", "")))
          .isInstanceOfSatisfying(
              WorkerException.GuestExit.class, exit -> assertThat(exit.exitCode()).isEqualTo(7));
    }
  }

  @Test
  void theNumbersAreThoseOfPreview1() {
    // The whole list in its order, from which a number is the place.
    List<String> all =
        List.of(
            ("success 2big acces addrinuse addrnotavail afnosupport again already badf badmsg busy"
                    + " canceled child connaborted connrefused connreset deadlk destaddrreq dom"
                    + " dquot exist fault fbig hostunreach idrm ilseq inprogress intr inval io"
                    + " isconn isdir loop mfile mlink msgsize multihop nametoolong netdown netreset"
                    + " netunreach nfile nobufs nodev noent noexec nolck nolink nomem nomsg"
                    + " noprotoopt nospc nosys notconn notdir notempty notrecoverable notsock"
                    + " notsup notty nxio overflow ownerdead perm pipe proto protonosupport"
                    + " prototype range rofs spipe srch stale timedout txtbsy xdev notcapable")
                .toUpperCase(Locale.ROOT)
                .split(" ", -1));
    assertThat(all).hasSize(77);
    for (Errno errno : Errno.values()) {
      assertThat(all.get(errno.number())).isEqualTo(errno.name());
    }
  }

  @Test
  void everyFailureHasAnErrno() {
    assertThat(Errno.of(Errno.ILSEQ.refusal())).isEqualTo(Errno.ILSEQ);
    assertThat(Errno.of(new IndexOutOfBoundsException())).isEqualTo(Errno.FAULT);
    assertThat(Errno.of(new IllegalStateException("the host's own fault"))).isEqualTo(Errno.IO);
  }

  /** Whatever a guest passes, it gets an errno, and the host neither allocates nor loops for it. */
  @Test
  void noArgumentsHarmTheHost() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long[] wild = {0, 1, 2, 3, 4, 5, 64, -1, IN, OUT, IN + 1024, 4 << 16, (4 << 16) - 1};
    long[] large = {Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, 65_535};
    TreeSet<Integer> seen = new TreeSet<>();
    try (InstancePool pool = WasiGuest.pool(ALL).build();
        GuestLease lease = pool.lease()) {
      for (int turn = 0; turn < 300; turn++) {
        WasiGuest guest = new WasiGuest((GuestInstance) lease.guest("tenant " + turn), null);
        prepare(guest);
        for (Map.Entry<String, String> function : WasiGuest.PARAMETERS.entrySet()) {
          long[] args =
              random
                  .ints(function.getValue().length(), 0, wild.length + large.length)
                  .mapToLong(i -> i < wild.length ? wild[i] : large[i - wild.length])
                  .toArray();
          String call = "seed " + seed + ": " + function.getKey() + Arrays.toString(args);
          int errno = guest.call(function.getKey(), args);
          assertThat(errno).as(call).isBetween(0, 76).isNotEqualTo(Errno.IO.number());
          seen.add(errno);
        }
      }
      assertThat(pool.metrics().instancesRetired()).isZero();
      assertThat(pool.metrics().resetDifferences()).isZero();
    }
    assertThat(seen).contains(0, 8, 21, 28, 58, 69);
  }
}
