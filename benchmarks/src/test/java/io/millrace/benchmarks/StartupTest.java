package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.instance.ModuleInspector;
import io.millrace.instance.ModuleReport;
import io.millrace.instance.ModuleSource;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StartupTest {

  private static List<String> exports(byte[] wasm) {
    return ModuleInspector.inspect(ModuleSource.of("guest", wasm)).exports().stream()
        .map(ModuleReport.Export::name)
        .toList();
  }

  @Test
  void aModuleThatNobodyInitialisesIsOtherwiseTheSame() throws Exception {
    byte[] wasm;
    try (InputStream in =
        Objects.requireNonNull(
            StartupTest.class.getResourceAsStream("/io/millrace/guests/c.wasm"))) {
      wasm = in.readAllBytes();
    }
    byte[] without = Startup.withoutInit(wasm);
    assertThat(exports(wasm)).contains("_initialize", "alloc");
    assertThat(exports(without)).contains("alloc").doesNotContain("_initialize", "init");
    assertThat(exports(without)).hasSameSizeAs(exports(wasm));
    assertThat(without).hasSameSizeAs(wasm);
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
