package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples in the Javadoc of the library's modules as they stand there. */
class JavadocSnippetsTest {

  private static final Pattern EXAMPLE =
      Pattern.compile("<pre>\\{@code\\s(.*?)\\n\\s*\\* \\}</pre>", Pattern.DOTALL);

  /** What the examples take for granted. */
  private static final String BEFORE =
      """
      import io.millrace.instance.*;
      import io.millrace.memory.*;
      import io.millrace.pipeline.*;
      import io.millrace.scheduler.*;
      import java.nio.ByteBuffer;
      import java.time.Duration;
      import java.util.List;
      import reactor.core.publisher.*;
      import reactor.util.context.Context;
      import reactor.util.retry.Retry;

      public class Example {
        public static void main(String[] none) throws Exception {
          byte[] source = new byte[1024];
          ModuleSource module =
              ModuleSource.resource(Invocation.class, "/io/millrace/guests/c-digest.wasm");
          try (InstancePool guests = InstancePool.builder(module).build();
              WorkerPool pool = WorkerPools.over(guests).workers(1).build()) {
      """;

  /** Closed and not terminated: what an example leaves undone would keep its pool from closing. */
  private static final String AFTER =
      """
            System.out.println("done");
          }
        }
      }
      """;

  /** Where users begin; what stands beside one of these is shown there. */
  private static final List<String> ENTRANCES =
      List.of(
          "WorkerPool",
          "WorkerPools",
          "Invocation",
          "Payload",
          "Reply",
          "Codec",
          "Codecs",
          "GuestFunction",
          "Claim",
          "MessagePort",
          "WorkerException",
          "WorkerPoolRecorder",
          "TenantCosts",
          "InstancePool",
          "ModuleCache",
          "HostFunction",
          "CapabilityPolicy",
          "SliceArena");

  @TestFactory
  List<DynamicTest> everyExampleRuns(@TempDir Path folder) throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    Set<String> shown = new HashSet<>();
    for (Path file : LibrarySources.all()) {
      String type = file.getFileName().toString().replace(".java", "");
      Matcher example = EXAMPLE.matcher(Files.readString(file));
      while (example.find()) {
        String code = example.group(1).replaceAll("(?m)^\\s*\\* ?", "");
        Path classes = Files.createDirectories(folder.resolve("" + tests.size()));
        shown.add(type);
        tests.add(
            DynamicTest.dynamicTest(
                type + ": " + code.strip().lines().findFirst().orElse(""),
                () ->
                    assertThat(ReadmeTest.compileAndRun("Example", BEFORE + code + AFTER, classes))
                        .endsWith("done" + System.lineSeparator())));
      }
    }
    assertThat(shown).as("types with an example").containsAll(ENTRANCES);
    return tests;
  }
}
