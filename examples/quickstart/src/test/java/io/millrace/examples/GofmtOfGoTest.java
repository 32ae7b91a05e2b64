package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same module over files that nobody wrote for it: those of Go itself, with Go's own gofmt to
 * say what is right. CI brings both here; elsewhere the test is skipped, and {@link GofmtTest} does
 * with the guests' own sources.
 */
class GofmtOfGoTest {

  private static final Path GO = Path.of("target", "third-party", "go", "usr", "lib", "go-1.24");
  private static final Path GOFMT = GO.resolve("bin").resolve("gofmt");
  private static final int FILES = 500;
  private static final int LONGEST_BYTES = 64 * 1024;
  private static final int PAGES = 2048;

  @BeforeAll
  static void needsTheModuleAndGo() {
    for (Path needed : List.of(GofmtTest.MODULE, GOFMT)) {
      if (!Files.exists(needed)) {
        System.err.println("SKIPPED: GofmtOfGoTest: there is no " + needed.toAbsolutePath());
      }
      assumeThat(needed).exists();
    }
  }

  @Test
  void filesOfGoComeOutAsItsOwnGofmtHasThem(@TempDir Path folder) throws Exception {
    long seed = GofmtTest.seed();
    GoMangler mangler = new GoMangler(new Random(seed));
    List<Path> files = files(new Random(seed));
    List<String> mangled = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      mangled.add(mangler.mangle(Files.readString(files.get(i), StandardCharsets.UTF_8)));
      Files.writeString(at(folder, i), mangled.get(i));
    }
    gofmt(folder);
    try (InstancePool guests = GofmtTest.pool(PAGES, PAGES / 4)) {
      List<Reply> replies = GofmtTest.formatted(guests, mangled, Duration.ofMinutes(4));
      int changed = 0;
      for (int i = 0; i < files.size(); i++) {
        String expected = Files.readString(at(folder, i), StandardCharsets.UTF_8);
        assertThat(replies.get(i).utf8()).as("seed %d, %s", seed, files.get(i)).isEqualTo(expected);
        changed += expected.equals(mangled.get(i)) ? 0 : 1;
      }
      System.out.printf(
          "gofmt: %d files of Go as its own gofmt has them, %d of them changed; %d instances%n",
          files.size(), changed, guests.metrics().instancesCreated());
      assertThat(changed).as("there was something to do").isGreaterThan(FILES * 9 / 10);
      assertThat(guests.metrics().instancesRetired()).as("it does leak").isPositive();
    }
  }

  private static Path at(Path folder, int i) {
    return folder.resolve("f" + i + ".go");
  }

  private static List<Path> files(Random random) throws IOException {
    try (Stream<Path> all = Files.walk(GO.resolve("src").toRealPath())) {
      List<Path> files = new ArrayList<>(all.filter(GofmtOfGoTest::isUsual).sorted().toList());
      assertThat(files).hasSizeGreaterThan(FILES);
      Collections.shuffle(files, random);
      return files.subList(0, FILES);
    }
  }

  /** Test data may be wrong on purpose. */
  private static boolean isUsual(Path file) {
    try {
      return file.toString().endsWith(".go")
          && !file.toString().contains("testdata")
          && Files.size(file) <= LONGEST_BYTES;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static void gofmt(Path folder) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(GOFMT.toAbsolutePath().toString(), "-w", folder.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
