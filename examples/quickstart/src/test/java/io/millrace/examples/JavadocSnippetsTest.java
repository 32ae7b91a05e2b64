package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples in pipeline-api's Javadoc as they stand there. */
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
      import java.time.Duration;
      import java.util.List;
      import reactor.core.publisher.*;
      import reactor.util.context.Context;

      public class Example {
        public static void main(String[] args) throws Exception {
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

  @TestFactory
  List<DynamicTest> everyExampleRuns(@TempDir Path folder) throws IOException {
    Path sources = ReadmeTest.root().resolve("pipeline-api/src/main/java");
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).sorted().toList()) {
        Matcher example = EXAMPLE.matcher(Files.readString(file));
        while (example.find()) {
          String code = example.group(1).replaceAll("(?m)^\\s*\\* ?", "");
          Path classes = Files.createDirectories(folder.resolve("" + tests.size()));
          tests.add(
              DynamicTest.dynamicTest(
                  file.getFileName() + ": " + code.strip().lines().findFirst().orElse(""),
                  () ->
                      assertThat(
                              ReadmeTest.compileAndRun("Example", BEFORE + code + AFTER, classes))
                          .endsWith("done" + System.lineSeparator())));
        }
      }
    }
    assertThat(tests).as("examples in the Javadoc").hasSizeGreaterThanOrEqualTo(6);
    return tests;
  }
}
