package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.instance.AbiDescriptor;
import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.instance.RetirePolicy;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/**
 * A module that others built, by TinyGo: gofmt, which never frees what it takes. CI brings it here;
 * elsewhere the test is skipped.
 */
class GofmtTest {

  static final Path MODULE = Path.of("target", "third-party", "gofmt.wasm");
  private static final Path SOURCES = Path.of("..", "guests");
  private static final int CALLS = 2_000;
  private static final int LONGEST_BYTES = 8 * 1024;

  /** Leaves room for what misformatting adds. */
  private static final int ROOMY_BYTES = 5 * 1024;

  private static final int PAGES = 64;

  static final AbiDescriptor ABI =
      new AbiDescriptor(
          "alloc",
          null,
          AbiDescriptor.Input.LAST_BLOCK,
          new AbiDescriptor.Result.Getters(
              "output_ptr",
              "output_len",
              List.of(
                  AbiDescriptor.Status.UNCHANGED,
                  AbiDescriptor.Status.OUTPUT,
                  AbiDescriptor.Status.ERROR)),
          false,
          "dispose");

  @BeforeAll
  static void needsTheModule() {
    if (!Files.exists(MODULE)) {
      System.err.println("SKIPPED: GofmtTest: there is no " + MODULE.toAbsolutePath());
    }
    assumeThat(MODULE).exists();
  }

  @Test
  void aGuestThatLeaksFormatsOnWithinItsPages() throws IOException {
    long seed = seed();
    Random random = new Random(seed);
    List<String> formatted = sources();
    List<String> expected = new ArrayList<>();
    List<String> misformattedTexts = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      String source = enlarged(formatted.get(random.nextInt(formatted.size())), random);
      String misformatted = misformat(source, random);
      assertThat(misformatted.length()).isLessThanOrEqualTo(LONGEST_BYTES);
      expected.add(source);
      misformattedTexts.add(misformatted);
    }
    try (InstancePool guests = pool(PAGES, PAGES / 2)) {
      List<Reply> replies = formatted(guests, misformattedTexts, Duration.ofMinutes(2));
      for (int i = 0; i < CALLS; i++) {
        assertThat(replies.get(i).utf8())
            .as("seed %d, call %d", seed, i)
            .isEqualTo(expected.get(i));
      }
      assertThat(guests.metrics().instancesRetired()).as("it does leak").isPositive();
    }
  }

  /** The same in each run, unless another one is asked for. */
  static long seed() {
    long seed = Long.getLong("millrace.seed", 2026);
    System.out.println("gofmt: -Dmillrace.seed=" + seed);
    return seed;
  }

  /** Instances of the module, which are retired before they have taken all their pages. */
  static InstancePool pool(int pages, int retiredAt) {
    return InstancePool.builder(ModuleSource.of(MODULE))
        .abi(ABI)
        .maximumPages(pages)
        .retirePolicy(RetirePolicy.NEVER.withPages(retiredAt))
        .build();
  }

  /** What two workers make of the texts, in their order. */
  static List<Reply> formatted(InstancePool guests, List<String> texts, Duration limit) {
    try (WorkerPool workers = WorkerPools.over(guests).workers(2).build()) {
      return Objects.requireNonNull(
          workers
              .invokeAll(Flux.fromIterable(texts).map(text -> Invocation.of("format", text)))
              .collectList()
              .block(limit));
    }
  }

  /** The guests' own sources are formatted as gofmt wants it. */
  private static List<String> sources() throws IOException {
    List<String> sources = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".go")).sorted().toList()) {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        // What stands between backquotes means something; misformatting leaves it alone that way.
        if (text.length() <= ROOMY_BYTES && !text.contains("`")) {
          sources.add(text);
        }
      }
    }
    assertThat(sources).isNotEmpty();
    return sources;
  }

  /** The same with its functions once more, some times; a formatter does not mind. */
  private static String enlarged(String source, Random random) {
    String functions = source.substring(source.indexOf("\nfunc "));
    StringBuilder text = new StringBuilder(source);
    while (random.nextInt(4) > 0 && text.length() + functions.length() <= ROOMY_BYTES) {
      text.append(functions);
    }
    return text.toString();
  }

  /** Other indentation, spaces at line ends, more empty lines: nothing that means anything. */
  private static String misformat(String source, Random random) {
    StringBuilder text = new StringBuilder();
    for (String line : source.split("\n", -1)) {
      text.append(" ".repeat(random.nextInt(4))).append(line.strip());
      text.append(" ".repeat(random.nextInt(3))).append('\n');
      if (line.isBlank()) {
        text.append("\n".repeat(random.nextInt(3)));
      }
    }
    return text.toString();
  }
}
