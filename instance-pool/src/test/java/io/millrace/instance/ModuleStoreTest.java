package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compiled modules on disk. A cache of its own stands for another process. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ModuleStoreTest {

  private static final long PLENTY = 1L << 30;

  @TempDir private Path folder = Path.of("");

  private ModuleCache process() {
    return ModuleCache.create(PLENTY, folder.resolve("modules"), PLENTY);
  }

  private List<Path> stored() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("modules"))) {
      return files.sorted().toList();
    }
  }

  private static String run(ModuleCache cache, ModuleSource source) {
    try (InstancePool pool = InstancePool.builder(source).moduleCache(cache).build();
        GuestLease lease = pool.lease()) {
      return Guests.call(lease, "echo", "it works") + Guests.call(lease, "sha256", "abc");
    }
  }

  @Test
  void theNextProcessCompilesNothing() {
    for (ModuleSource source : List.of(Guests.digest(), Guests.auth())) {
      ModuleCache first = process();
      String reply = run(first, source);
      assertThat(first.compiles()).isEqualTo(1);
      assertThat(first.storeHits()).isZero();
      ModuleCache second = process();
      assertThat(run(second, source)).isEqualTo(reply);
      assertThat(second.compiles()).isZero();
      assertThat(second.storeHits()).isEqualTo(1);
    }
  }

  @Test
  void aStoredGuestTrapsAndReportsAsACompiledOneDoes() {
    List<String> messages = new ArrayList<>();
    List<ModuleReport> reports = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ModuleCache cache = process();
      try (InstancePool pool = InstancePool.builder(Guests.digest()).moduleCache(cache).build();
          GuestLease lease = pool.lease()) {
        reports.add(pool.load().block());
        assertThatThrownBy(() -> Guests.call(lease, "trap", ""))
            .isInstanceOfSatisfying(
                WorkerException.GuestTrap.class, trap -> messages.add(trap.getMessage()));
      }
    }
    assertThat(messages.get(0)).isEqualTo(messages.get(1));
    assertThat(reports.get(0)).isEqualTo(reports.get(1));
  }

  @Test
  void whatIsDamagedIsIgnoredAndReplaced() throws IOException {
    byte[] small = new WasmBuilder().memory(3, 3).allocator(1024).answering("f", 0).build();
    ModuleSource source = ModuleSource.of("small.wasm", small);
    load(process(), source);
    Path file = stored().get(0);
    byte[] good = Files.readAllBytes(file);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      byte[] bad = good.clone();
      if (i % 2 == 0) {
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      } else {
        bad = Arrays.copyOf(good, random.nextInt(good.length));
      }
      Files.write(file, bad);
      ModuleCache cache = process();
      load(cache, source);
      assertThat(cache.compiles()).as("seed %d, round %d", seed, i).isEqualTo(1);
      assertThat(cache.storeHits()).isZero();
    }
    ModuleCache afterwards = process();
    load(afterwards, source);
    assertThat(afterwards.storeHits()).as("the last one has replaced it").isEqualTo(1);
  }

  @Test
  void aFileOfMoreThanMayBeThereIsNotEvenRead() throws IOException {
    ModuleSource source = ModuleSource.of("small.wasm", new WasmBuilder().allocator(8).build());
    load(process(), source);
    Path file = stored().get(0);
    long sound = Files.size(file);
    try (SeekableByteChannel sparse = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      sparse.position(3L << 30).write(ByteBuffer.wrap(new byte[1])); // no array holds so much
    }
    ModuleCache cache = process();
    load(cache, source);
    assertThat(cache.compiles()).isEqualTo(1);
    assertThat(Files.size(file)).as("replaced").isEqualTo(sound);
  }

  private static void load(ModuleCache cache, ModuleSource source) {
    try (InstancePool pool = InstancePool.builder(source).moduleCache(cache).build()) {
      assertThat(pool.load().block()).isNotNull();
    }
  }

  @Test
  void anotherModulesFileIsNotTaken() throws IOException {
    load(process(), ModuleSource.of("a", new WasmBuilder().allocator(8).build()));
    Path a = stored().get(0);
    byte[] ofA = Files.readAllBytes(a);
    Files.delete(a);
    ModuleSource b = ModuleSource.of("b", new WasmBuilder().allocator(16).build());
    load(process(), b);
    Files.write(stored().get(0), ofA);
    ModuleCache cache = process();
    load(cache, b);
    assertThat(cache.compiles()).isEqualTo(1);
  }

  @Test
  void whatWasNotUsedForLongestIsRemovedFirst() throws IOException {
    ModuleSource a = ModuleSource.of("a", new WasmBuilder().allocator(8).build());
    ModuleSource b = ModuleSource.of("b", new WasmBuilder().allocator(16).build());
    load(process(), a);
    Path ofA = stored().get(0);
    long bytes = Files.size(ofA);
    Files.setLastModifiedTime(ofA, FileTime.from(Instant.now().minusSeconds(100)));
    ModuleCache narrow = ModuleCache.create(PLENTY, folder.resolve("modules"), bytes * 3 / 2);
    load(narrow, b);
    assertThat(stored()).hasSize(1).doesNotContain(ofA);
  }

  @Test
  void manyProcessesAtOnceDoNotDisturbEachOther() throws Exception {
    byte[] small = new WasmBuilder().memory(3, 3).allocator(1024).answering("f", 0).build();
    List<FutureTask<Boolean>> runs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FutureTask<Boolean> run =
          new FutureTask<>(
              () -> {
                for (int round = 0; round < 20; round++) {
                  load(process(), ModuleSource.of("small.wasm", small));
                }
                return true;
              });
      new Thread(run, "process").start();
      runs.add(run);
    }
    for (FutureTask<Boolean> run : runs) {
      assertThat(run.get()).isTrue();
    }
    assertThat(stored()).as("one module, and nothing unfinished").hasSize(1);
  }

  @Test
  void theDirectoryIsPrivateAndOneThatOthersCanWriteToIsRefused() throws IOException {
    assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");
    process();
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("modules"))))
        .isEqualTo("rwx------");
    Files.setPosixFilePermissions(
        folder.resolve("modules"), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(this::process)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("others can write to")
        .hasMessageContaining("chmod 700");
  }

  @Test
  void aDirectoryThatCannotBeWrittenToCostsNothingButTheDisk() throws IOException {
    ModuleCache cache = process();
    Files.delete(folder.resolve("modules"));
    Files.writeString(folder.resolve("modules"), "in the way");
    assertThat(run(cache, Guests.digest())).startsWith("it works");
    assertThat(cache.compiles()).isEqualTo(1);
  }
}
