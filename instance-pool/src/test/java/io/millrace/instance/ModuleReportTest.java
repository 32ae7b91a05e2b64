package io.millrace.instance;

import static io.millrace.instance.RawModule.body;
import static io.millrace.instance.RawModule.bytes;
import static io.millrace.instance.RawModule.join;
import static io.millrace.instance.RawModule.leb;
import static io.millrace.instance.RawModule.repeat;
import static io.millrace.instance.RawModule.vector;
import static io.millrace.instance.WasmBuilder.I32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.WorkerException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a report tells of modules that try to make it large. */
class ModuleReportTest {

  private static ModuleReport report(byte[] wasm) {
    return ModuleInspector.inspect(ModuleSource.of("m", wasm));
  }

  /** Each export takes some bytes of the module, and kilobytes of text if it had its own. */
  @Test
  void exportsOfOneTypeShareItsText() {
    int parameters = 1000;
    byte[] type = join(bytes(0x60), leb(parameters), repeat(parameters, bytes(I32)), bytes(0));
    ModuleReport report =
        report(
            new RawModule()
                .section(1, vector(1, type))
                .section(3, vector(1, bytes(0)))
                .section(7, bytes(2, 1, 'a', 0, 0, 1, 'b', 0, 0))
                .section(10, vector(1, body(bytes(0))))
                .build());
    List<ModuleReport.Export> exports = report.exports();
    assertThat(exports.get(0).type()).hasSizeGreaterThan(parameters);
    assertThat(exports.get(1).type()).isSameAs(exports.get(0).type());
    List<ModuleReport.FunctionFit> fits = report.functions();
    assertThat(fits.get(0).reason()).startsWith("its type is (i32, i32");
    assertThat(fits.get(1).reason()).isSameAs(fits.get(0).reason());
  }

  @Test
  void namesThatNobodyMeantAreNotCompared() {
    String longName = "x".repeat(1000);
    ModuleReport report =
        report(
            new WasmBuilder().allocator(1024).answering(longName, 0).answering("ad\nd", 0).build());
    assertThatThrownBy(() -> report.requireFunction("and"))
        .isInstanceOf(WorkerException.AbiMismatch.class)
        .hasMessage("m exports no function and; nearest: ad\\nd");
    assertThatThrownBy(() -> report.requireFunction(longName + "y"))
        .hasMessage("m exports no function " + longName + "y; call one of its exports");
    report.requireFunction(longName);
  }
}
