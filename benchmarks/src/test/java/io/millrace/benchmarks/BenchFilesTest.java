package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a run is in its files, and when. */
class BenchFilesTest {

  private final Path directory;

  BenchFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private interface Step {
    void run() throws Exception;
  }

  /** Puts one figure, and then does something. */
  private record Fake(String name, Step then) implements Profile {

    @Override
    public String description() {
      return "about " + name;
    }

    @Override
    public int quickSeconds() {
      return 1;
    }

    @Override
    public void run(Figures figures) throws Exception {
      figures.put(name + ".perSecond", 1);
      then.run();
    }
  }

  private Path json() {
    return directory.resolve("run.json");
  }

  private JsonNode read() throws IOException {
    return new JsonMapper().readTree(json().toFile());
  }

  private int run(Fake... profiles) {
    String[] args = {
      "--json", json().toString(), "--html", directory.resolve("run.html").toString()
    };
    return Bench.run(List.of(profiles), args, new PrintWriter(new StringWriter(), true));
  }

  /** Whoever kills the process leaves what the next profile sees. */
  @Test
  void eachProfileFindsTheFiguresOfThoseBeforeItInTheFile() throws Exception {
    Files.writeString(json(), "an older run");
    List<JsonNode> seen = new ArrayList<>();
    Fake first = new Fake("first", () -> seen.add(read()));
    Fake second = new Fake("second", () -> seen.add(read()));
    assertThat(run(first, second)).isZero();
    assertThat(seen.get(0).at("/profiles").isEmpty()).isTrue();
    assertThat(seen.get(1).at("/profiles").fieldNames()).toIterable().containsExactly("first");
    assertThat(seen.get(1).at("/complete").asBoolean(true)).isFalse();
    assertThat(seen.get(1).at("/warnings/0").asText())
        .isEqualTo("the run is incomplete; not measured: second");
    assertThat(read().at("/complete").asBoolean()).isTrue();
    assertThat(read().at("/profiles").fieldNames()).toIterable().containsExactly("first", "second");
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void anInterruptEndsTheRunAndLeavesWhatIsDone() throws Exception {
    Fake first = new Fake("first", () -> {});
    Fake second =
        new Fake(
            "second",
            () -> {
              throw new InterruptedException();
            });
    Fake third = new Fake("third", () -> {});
    assertThat(run(first, second, third)).isEqualTo(1);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(read().at("/complete").asBoolean(true)).isFalse();
    assertThat(read().at("/profiles/first/valid").asBoolean()).isTrue();
    assertThat(read().at("/profiles/second/why").asText()).contains("interrupted");
    assertThat(read().at("/profiles").has("third")).isFalse();
    assertThat(read().at("/warnings/0").asText()).endsWith("not measured: second, third");
    assertThat(Files.readString(directory.resolve("run.html"))).contains("the run is incomplete");
  }

  @Test
  void anInterruptThatAProfileOnlyPutsBackEndsTheRun() throws Exception {
    Fake first = new Fake("first", () -> Thread.currentThread().interrupt());
    assertThat(run(first)).isEqualTo(1);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(read().at("/complete").asBoolean(true)).isFalse();
  }

  @Test
  void aLinkStaysOne() throws Exception {
    Path real = Files.writeString(directory.resolve("real.json"), "");
    Files.createSymbolicLink(json(), real);
    run(new Fake("first", () -> {}));
    assertThat(json()).isSymbolicLink();
    assertThat(Files.readString(real)).contains("first.perSecond");
  }
}
