package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.instance.ModuleInspector;
import io.millrace.instance.ModuleReport;
import io.millrace.instance.ModuleSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartupTest {

  private static List<String> exports(byte[] wasm) {
    return ModuleInspector.inspect(ModuleSource.of("guest", wasm)).exports().stream()
        .map(ModuleReport.Export::name)
        .toList();
  }

  private static byte[] wasm() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            StartupTest.class.getResourceAsStream("/io/millrace/guests/c.wasm"))) {
      return in.readAllBytes();
    }
  }

  @Test
  void aModuleThatNobodyInitialisesIsOtherwiseTheSame() throws Exception {
    byte[] wasm = wasm();
    byte[] without = Startup.withoutInit(wasm);
    assertThat(exports(wasm)).contains("_initialize", "alloc");
    assertThat(exports(without)).contains("alloc").doesNotContain("_initialize", "init");
    assertThat(exports(without)).hasSameSizeAs(exports(wasm));
    assertThat(without).hasSameSizeAs(wasm);
  }

  private static String start(Startup.Mode mode, Path module) throws Exception {
    return ChildJvm.line(
        Startup.class, mode.name(), module.toString(), "sha256", "abc", module + "-" + mode);
  }

  /** Else it would be the memory of two instances, beside that of one of the other ways. */
  @Test
  void aCompiledStartsMemoryIsThatOfOneInstance(@TempDir Path directory) throws Exception {
    Path module = Files.write(directory.resolve("c.wasm"), wasm());
    assertThat(start(Startup.Mode.COMPILED, module)).matches("firstReply=\\d+ secondInstance=\\d+");
    assertThat(start(Startup.Mode.COMPILED_ALONE, module)).matches("memory=\\d+");
  }

  @Test
  void theModuleThatTinyGoBuiltIsThatOneOrNone(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("gofmt.wasm"), "abc");
    String sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assertThat(TinyGoModule.requireSame(file, sha256)).isEqualTo(file);
    Files.writeString(file, "abd");
    assertThatIllegalStateException()
        .isThrownBy(() -> TinyGoModule.requireSame(file, sha256))
        .withMessage("gofmt.wasm of @wasm-fmt/gofmt@0.7.3 is another one");
  }

  @Test
  void whatAnInstanceDoesNotTakeItsInitialisationDoes() {
    Map<String, List<Double>> samples = new HashMap<>();
    samples.put("go.instance.instantiateMillis", List.of(20.0, 30.0));
    samples.put("go.parts.instantiateAndInitMillis", List.of(50.0, 25.0, 70.0));
    StartupProfile.splitInstanceAndInit("go", samples);
    StartupProfile.splitInstanceAndInit("rust", samples);
    assertThat(samples)
        .containsOnlyKeys(
            "go.parts.instantiateAndInitMillis",
            "go.parts.instantiateMillis",
            "go.parts.initMillis")
        .containsEntry("go.parts.initMillis", List.of(30.0, 0.0));
  }
}
