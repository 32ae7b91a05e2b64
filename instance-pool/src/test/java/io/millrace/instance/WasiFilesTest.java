package io.millrace.instance;

import static io.millrace.instance.WasiGuest.IN;
import static io.millrace.instance.WasiGuest.OUT;
import static io.millrace.instance.WasiGuest.OUT2;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.memory.LinearMemory;
import io.millrace.pipeline.spi.GuestLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tree of files that a pool grants, as guests see it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WasiFilesTest {

  private static final int CREATE = 1;
  private static final int DIRECTORY = 2;
  private static final int EXCLUSIVE = 4;
  private static final int TRUNCATE = 8;

  private final InstancePool pool =
      WasiGuest.pool(
              CapabilityPolicy.NONE.withFiles(
                  GuestFiles.of(
                          Map.of(
                              "/etc/app.conf", "0123456789".getBytes(UTF_8),
                              "etc/empty", new byte[0],
                              "etc/deep/er/b", "b".getBytes(UTF_8),
                              "grüße", "hallo".getBytes(UTF_8)))
                      .withMostOpen(3)))
          .build();
  private final GuestLease lease = pool.lease();
  private final WasiGuest guest = new WasiGuest((GuestInstance) lease.guest("a"), "a");

  @AfterEach
  void close() {
    lease.close();
    assertThat(pool.metrics().resetDifferences()).isZero();
    pool.close();
  }

  @Test
  void theOnePreopenedDirectoryIsTheRoot() {
    assertThat(guest.call("fd_prestat_get", 3, OUT)).isZero();
    assertThat(guest.memory().getInt(OUT)).isZero();
    assertThat(guest.memory().getInt(OUT + 4)).isEqualTo(1);
    assertThat(guest.call("fd_prestat_dir_name", 3, OUT, 1)).isZero();
    assertThat(guest.text(OUT, 1)).isEqualTo("/");
    assertThat(guest.call("fd_prestat_dir_name", 3, OUT, 0)).isEqualTo(37);
    assertThat(guest.call("fd_prestat_get", 4, OUT)).isEqualTo(8);
    assertThat(guest.open("etc")).isZero();
    assertThat(guest.call("fd_prestat_get", 4, OUT)).as("an open directory").isEqualTo(8);
  }

  @Test
  void aFileIsReadPieceByPiece() {
    assertThat(guest.open("etc/app.conf")).isZero();
    assertThat(guest.memory().getInt(OUT)).isEqualTo(4);
    guest.buffers(IN, OUT2, 3, OUT2 + 100, 0, OUT2 + 200, 4);
    assertThat(guest.call("fd_read", 4, IN, 3, OUT)).isZero();
    assertThat(guest.memory().getInt(OUT)).isEqualTo(7);
    assertThat(guest.text(OUT2, 3) + guest.text(OUT2 + 200, 4)).isEqualTo("0123456");
    assertThat(guest.call("fd_read", 4, IN, 3, OUT)).isZero();
    assertThat(guest.memory().getInt(OUT)).isEqualTo(3);
    assertThat(guest.text(OUT2, 3)).isEqualTo("789");
    assertThat(guest.call("fd_read", 4, IN, 3, OUT)).isZero();
    assertThat(guest.memory().getInt(OUT)).as("at the end").isZero();
  }

  @Test
  void aPositionedReadLeavesThePositionAlone() {
    guest.open("etc/app.conf");
    guest.buffers(IN, OUT2, 100);
    assertThat(guest.call("fd_pread", 4, IN, 1, 8, OUT)).isZero();
    assertThat(guest.memory().getInt(OUT)).isEqualTo(2);
    assertThat(guest.text(OUT2, 2)).isEqualTo("89");
    assertThat(guest.call("fd_pread", 4, IN, 1, Long.MAX_VALUE, OUT)).isZero();
    assertThat(guest.memory().getInt(OUT)).isZero();
    assertThat(guest.call("fd_pread", 4, IN, 1, -1, OUT)).isEqualTo(28);
    assertThat(guest.call("fd_tell", 4, OUT)).isZero();
    assertThat(guest.memory().getLong(OUT)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "4, 0, 0, 4",
    "-3, 2, 0, 7",
    "2, 1, 0, 3",
    "100, 0, 0, 100",
    "-1, 0, 28, 1",
    "-2, 1, 28, 1",
    "9223372036854775807, 1, 28, 1",
    "0, 3, 28, 1"
  })
  void aFileIsSought(long offset, int whence, int errno, long position) {
    guest.open("etc/app.conf");
    assertThat(guest.call("fd_seek", 4, 1, 0, OUT)).isZero();
    assertThat(guest.call("fd_seek", 4, offset, whence, OUT)).isEqualTo(errno);
    assertThat(guest.call("fd_tell", 4, OUT)).isZero();
    assertThat(guest.memory().getLong(OUT)).isEqualTo(position);
  }

  @ParameterizedTest
  @CsvSource({
    "etc/app.conf, 0",
    "./etc//deep/../app.conf, 0",
    "etc/deep/er/, 0",
    ".., 76",
    "etc/../.., 76",
    "etc/deep/../../../etc/app.conf, 76",
    "/etc/app.conf, 76",
    "/, 76",
    "etc/app.conf/, 54",
    "etc/app.conf/.., 54",
    "etc/app.conf/x, 54",
    "none, 44",
    "none/../etc/app.conf, 44",
    "'', 44",
    "ETC/app.conf, 44",
    "etc\\app.conf, 44",
    "grüße, 0"
  })
  void aPathStaysBeneathItsDirectory(String path, int errno) {
    assertThat(guest.open(path)).isEqualTo(errno);
    assertThat(guest.call("path_filestat_get", 3, 1, IN, guest.put(path), OUT)).isEqualTo(errno);
  }

  @Test
  void anOpenDirectoryIsAsFarAsItsPathsReach() {
    guest.open("etc");
    int length = guest.put("../etc/app.conf");
    assertThat(guest.call("path_open", 4, 0, IN, length, 0, 2, 0, 0, OUT)).isEqualTo(76);
    length = guest.put("app.conf");
    assertThat(guest.call("path_open", 4, 0, IN, length, 0, 2, 0, 0, OUT)).isZero();
    assertThat(guest.call("path_open", 5, 0, IN, length, 0, 2, 0, 0, OUT)).isEqualTo(54);
  }

  @Test
  void aPathIsTextOfSomeLength() {
    guest.memory().putInt(IN, 0xFF);
    assertThat(guest.call("path_open", 3, 0, IN, 1, 0, 2, 0, 0, OUT)).isEqualTo(25);
    assertThat(guest.open("etc\0")).isEqualTo(28);
    assertThat(guest.call("path_open", 3, 0, IN, 4097, 0, 2, 0, 0, OUT)).isEqualTo(37);
    assertThat(guest.call("path_open", 3, 0, -1, 10, 0, 2, 0, 0, OUT)).isEqualTo(21);
  }

  @ParameterizedTest
  @CsvSource({
    "etc/app.conf, 9, 2, 69", // create or truncate
    "etc/app.conf, 0, 66, 69", // to read and write
    "etc/app.conf, 0, 258, 69", // to allocate
    "etc/app.conf, 5, 2, 20", // create, and it must be new
    "etc/app.conf, 1, 2, 0", // create what is there, to read
    "etc/app.conf, 2, 2, 54", // as a directory
    "etc/new, 1, 2, 69",
    "none/new, 1, 2, 69",
    "../new, 1, 2, 76",
    "etc, 2, 2, 0",
    "etc, 0, 66, 31",
    "etc, 1, 2, 31"
  })
  void nothingIsOpenedToBeWritten(String path, int how, long rights, int errno) {
    assertThat(how & ~(CREATE | DIRECTORY | EXCLUSIVE | TRUNCATE)).isZero();
    assertThat(guest.call("path_open", 3, 0, IN, guest.put(path), how, rights, 0, 0, OUT))
        .isEqualTo(errno);
  }

  @ParameterizedTest
  @ValueSource(strings = {"path_create_directory", "path_remove_directory", "path_unlink_file"})
  void aChangeOutsideIsRefusedAsSuch(String change) {
    assertThat(guest.call(change, 3, IN, guest.put("../x"))).isEqualTo(76);
    assertThat(guest.call(change, 3, IN, guest.put("/x"))).isEqualTo(76);
    assertThat(guest.call(change, 3, IN, guest.put("x"))).isEqualTo(69);
  }

  @Test
  void aLinkThatWouldLeadOutsideCannotBeMade() {
    int length = guest.put("/etc/passwd");
    assertThat(guest.call("path_symlink", IN, length, 3, IN + 5, 6)).isEqualTo(69);
    int escape = guest.put("../host");
    assertThat(guest.call("path_link", 3, 0, IN, escape, 3, IN + 3, 4)).isEqualTo(76);
    assertThat(guest.call("path_rename", 3, IN + 3, 4, 3, IN, escape)).isEqualTo(76);
  }

  @Test
  void aDirectoryIsListedThroughASmallBuffer() {
    guest.open("etc");
    LinearMemory memory = guest.memory();
    List<String> names = new ArrayList<>();
    long cookie = 0;
    while (true) {
      assertThat(guest.call("fd_readdir", 4, IN, 40, cookie, OUT)).isZero();
      int used = memory.getInt(OUT);
      if (used == 0) {
        break;
      }
      int length = memory.getInt(IN + 16);
      assertThat(24 + length).isLessThanOrEqualTo(used);
      names.add(guest.text(IN + 24, length) + " " + memory.getByte(IN + 20));
      cookie = memory.getLong(IN);
    }
    assertThat(names).containsExactly(". 3", ".. 3", "app.conf 4", "deep 3", "empty 4");
    assertThat(guest.call("fd_readdir", 4, IN, 10, 0, OUT)).isZero();
    assertThat(memory.getInt(OUT)).as("a full buffer, so that more is asked for").isEqualTo(10);
    guest.open("etc/empty");
    assertThat(guest.call("fd_readdir", 5, IN, 40, 0, OUT)).isEqualTo(54);
  }

  @Test
  void whatIsOpenTellsItsKindAndSize() {
    guest.open("etc/app.conf");
    LinearMemory memory = guest.memory();
    assertThat(guest.call("fd_filestat_get", 4, OUT)).isZero();
    assertThat(memory.getByte(OUT + 16)).isEqualTo((byte) 4);
    assertThat(memory.getLong(OUT + 32)).isEqualTo(10);
    assertThat(memory.getLong(OUT + 48)).as("no time of the host's").isZero();
    assertThat(guest.call("fd_fdstat_get", 4, OUT)).isZero();
    assertThat(memory.getByte(OUT)).isEqualTo((byte) 4);
    assertThat(memory.getLong(OUT + 8) & 1 << 6).as("the right to write").isZero();
    assertThat(guest.call("fd_fdstat_get", 3, OUT)).isZero();
    assertThat(memory.getByte(OUT)).isEqualTo((byte) 3);
    guest.buffers(IN, OUT2, 4);
    assertThat(guest.call("fd_read", 3, IN, 1, OUT)).as("a directory").isEqualTo(31);
  }

  @ParameterizedTest
  @CsvSource({"0x7fffffff, 1, 21", "-1, 1, 28", "16, 1025, 28", "16, -1, 28", "16, 1024, 21"})
  void hugeBuffersAndListsAreRefused(String length, int count, int errno) {
    guest.open("etc/app.conf");
    guest.memory().fill(IN, 8192, (byte) -1);
    guest.buffers(IN, OUT2, Long.decode(length).intValue());
    assertThat(guest.call("fd_read", 4, IN, count, OUT)).isIn(errno, 28);
    assertThat(guest.call("fd_pread", 4, IN, count, 0, OUT)).isIn(errno, 28);
    assertThat(guest.call("fd_tell", 4, OUT)).isZero();
    assertThat(guest.memory().getLong(OUT)).as("nothing was read").isZero();
  }

  @Test
  void aListOfBuffersIsOfSomeLength() {
    guest.open("etc/app.conf");
    guest.memory().fill(IN, 1025 * 8, (byte) 0);
    assertThat(guest.call("fd_read", 4, IN, 1024, OUT)).isZero();
    assertThat(guest.call("fd_read", 4, IN, 1025, OUT)).as("harmless ones").isEqualTo(28);
  }

  @Test
  void descriptorsAreFewAndUsedAgain() {
    for (int descriptor = 4; descriptor <= 6; descriptor++) {
      assertThat(guest.open("etc/app.conf")).isZero();
      assertThat(guest.memory().getInt(OUT)).isEqualTo(descriptor);
    }
    assertThat(guest.open("etc/app.conf")).as("too many").isEqualTo(33);
    assertThat(guest.call("fd_close", 5)).isZero();
    assertThat(guest.call("fd_close", 5)).isEqualTo(8);
    assertThat(guest.open("etc/app.conf")).isZero();
    assertThat(guest.memory().getInt(OUT)).isEqualTo(5);
    assertThat(guest.call("fd_renumber", 6, 4)).isZero();
    assertThat(guest.call("fd_tell", 6, OUT)).isEqualTo(8);
    assertThat(guest.call("fd_renumber", 6, 1)).isEqualTo(8);
  }

  @Test
  void aResetClosesWhatWasOpened() {
    guest.open("etc/app.conf");
    guest.call("fd_seek", 4, 5, 0, OUT);
    guest.call("fd_close", 3);
    assertThat(guest.instance().difference()).isPresent();
    WasiGuest next = new WasiGuest((GuestInstance) lease.guest("b"), "b");
    assertThat(next.instance()).isSameAs(guest.instance());
    assertThat(next.instance().difference()).isEmpty();
    assertThat(next.call("fd_tell", 4, OUT)).as("the other tenant's file").isEqualTo(8);
    assertThat(next.open("etc/app.conf")).as("the directory is open again").isZero();
  }

  @Test
  void anOpenFileAloneIsADifference() {
    LinearMemory memory = guest.memory();
    byte[] before = memory.read(0, memory.sizeBytes());
    guest.open("etc/app.conf");
    memory.write(0, before, 0, before.length);
    assertThat(guest.instance().difference()).hasValue("other files are open");
    assertThat(guest.instance().reset()).isTrue();
    assertThat(guest.instance().difference()).isEmpty();
  }

  @Test
  void flagsAreKeptAndWrongOnesRefused() {
    assertThat(guest.call("path_open", 3, 0, IN, guest.put("etc"), 0, 2, 0, 4, OUT)).isZero();
    assertThat(guest.call("fd_fdstat_get", 4, OUT)).isZero();
    assertThat(guest.memory().getShort(OUT + 2)).isEqualTo((short) 4);
    assertThat(guest.call("fd_fdstat_set_flags", 4, 32)).isEqualTo(28);
    assertThat(guest.call("path_open", 3, 0, IN, 3, 0, 2, 0, 32, OUT)).isEqualTo(28);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "a//b", "a/", "./a", "a/../b", "..", "a\0"})
  void aTreeHasPlainPaths(String path) {
    assertThatThrownBy(() -> GuestFiles.of(Map.of(path, new byte[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("path \"");
  }

  @Test
  void aTreeHasOneNodeForAPath() {
    assertThatThrownBy(() -> GuestFiles.of(Map.of("a/b", new byte[0], "a/b/c", new byte[0])))
        .hasMessageContaining("\"a/b\" is both a file and a directory");
    assertThatThrownBy(() -> GuestFiles.of(Map.of("a", new byte[0], "/a", new byte[0])))
        .hasMessageContaining("\"a\" is given twice");
    assertThatThrownBy(() -> GuestFiles.of(Map.of()).withMostOpen(0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
