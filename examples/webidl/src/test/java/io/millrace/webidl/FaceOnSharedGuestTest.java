package io.millrace.webidl;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A generated face over guests whose instances share one memory. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FaceOnSharedGuestTest {

  /** Of c-shared. */
  private static final String CONTRACT =
      """
      interface Together {
        Promise<undefined> init();
        Promise<Uint8Array> invoke(USVString name, Uint8Array payload);
        Promise<USVString> sha256(USVString text);
        Promise<USVString> counter(USVString ignored);
        Promise<USVString> publish(Uint8Array buffer);
        Promise<USVString> work(USVString ignored);
        Promise<USVString> collect(USVString ignored);
      };
      """;

  private static final int PIECE_BYTES = 4096;
  private static final byte[] BUFFER = new byte[PIECE_BYTES + 1];

  static {
    Arrays.fill(BUFFER, (byte) 7);
  }

  private final Path folder;
  private final InstancePool guests =
      InstancePool.builder(
              ModuleSource.resource(
                  FaceOnSharedGuestTest.class, "/io/millrace/guests/c-shared.wasm"))
          .sharedMemory(true)
          .build();
  private final WorkerPool pool = WorkerPools.over(guests).workers(2).build();

  FaceOnSharedGuestTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @AfterEach
  void close() {
    pool.terminate();
    guests.close();
  }

  /** What {@code body} answers, a method of {@code sdk}, the face, and {@code buffer}. */
  @SuppressWarnings("unchecked")
  private List<String> use(String body) throws Exception {
    Path contract = Files.writeString(folder.resolve("together.webidl"), CONTRACT);
    FaceGenerator.generate(contract, folder.resolve("src"), "made.here");
    Path caller =
        Files.writeString(
            folder.resolve("src/made/here/Use.java"),
            """
            package made.here;

            import io.millrace.pipeline.WorkerPool;
            import java.util.List;
            import java.util.function.Function;
            import reactor.core.publisher.*;

            public final class Use implements Function<WorkerPool, List<String>> {
              public List<String> apply(WorkerPool pool) {
                Together sdk = new Together(pool);
                byte[] buffer = new byte[4097];
                java.util.Arrays.fill(buffer, (byte) 7);
                %s
              }
            }
            """
                .formatted(body));
    Path classes = folder.resolve("classes");
    Sources.compile(classes, folder.resolve("src/made/here/Together.java"), caller);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      Object use = loader.loadClass("made.here.Use").getConstructor().newInstance();
      return ((Function<WorkerPool, List<String>>) use).apply(pool);
    }
  }

  @Test
  void initHasAGuestReadyAndRunsNothing() throws Exception {
    assertThat(use("sdk.init().block(); return List.of();")).isEmpty();
    assertThat(guests.metrics().instancesCreated()).isPositive();
    assertThat(pool.metrics().completed()).isZero();
  }

  @Test
  void itsFunctionsMeetInTheOneMemory() throws Exception {
    List<String> counts =
        use(
            """
            return sdk.counter().invokeAll(Flux.range(0, 100).map(i -> "")).collectList().block();
            """);
    assertThat(counts.stream().map(Integer::valueOf).sorted())
        .as("one count of all instances")
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 100).boxed().toList());
  }

  @Test
  void oneCallWaitsForWhatAnotherDoes() throws Exception {
    List<String> answers =
        use(
            """
            String pieces = sdk.publish(buffer).block();
            Mono<String> collected = sdk.collect("").cache();
            collected.subscribe();
            String worked = sdk.work("").block();
            return List.of(pieces, worked, collected.block());
            """);
    assertThat(answers).containsExactly("2", "2", digestOfDigests());
  }

  @Test
  void textBytesAndErrorsCrossAsOnAnyMemory() throws Exception {
    List<String> answers =
        use(
            """
            String echoed = new String(sdk.invoke("echo", new byte[] {'o', 'k'}).block());
            String error =
                sdk.invoke("json", new byte[0])
                    .map(String::new)
                    .onErrorResume(e -> Mono.just(e.getMessage()))
                    .block();
            return List.of(sdk.sha256("abc").block(), echoed, error);
            """);
    assertThat(answers.get(0))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(answers.get(1)).isEqualTo("ok");
    assertThat(answers.get(2)).startsWith("json answered with an error: bad-json");
  }

  private static String digestOfDigests() throws Exception {
    MessageDigest all = MessageDigest.getInstance("SHA-256");
    for (int from = 0; from < BUFFER.length; from += PIECE_BYTES) {
      MessageDigest piece = MessageDigest.getInstance("SHA-256");
      piece.update(BUFFER, from, Math.min(PIECE_BYTES, BUFFER.length - from));
      all.update(piece.digest());
    }
    return HexFormat.of().formatHex(all.digest());
  }
}
