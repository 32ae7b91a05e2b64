package io.millrace.instance;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import org.junit.jupiter.api.Test;

class SharedMemoryTest extends EngineMemoryContract {

  private final SharedLinearMemory region = SharedMemory.region(new PageLimits(1, 3));

  @Override
  Memory create(PageLimits limits) {
    return MemoryKind.SHARED.create(limits, null);
  }

  @Test
  void whatOneViewStoresOrGrowsTheOthersSee() {
    SharedMemory one = new SharedMemory(region);
    SharedMemory other = new SharedMemory(region);
    one.writeI32(8, 42);
    assertThat(other.atomicReadInt(8)).isEqualTo(42);
    assertThat(one.grow(1)).isEqualTo(1);
    assertThat(other.pages()).isEqualTo(2);
    other.writeByte(100_000, (byte) 7);
    assertThat(one.read(100_000)).isEqualTo((byte) 7);
  }

  @Test
  void anInstanceNeverWritesItsSegmentsOverLiveData() {
    instantiate(new WasmBuilder().data(100, "hello"));
    region.putByte(100, (byte) 'j');
    instantiate(new WasmBuilder().data(100, "hello"));
    assertThat(new String(region.read(100, 5), US_ASCII)).isEqualTo("jello");
  }

  @Test
  void aFirstInstanceThatFailsLeavesTheSegmentsToTheNext() {
    assertThatThrownBy(() -> instantiate(new WasmBuilder().data(65_534, "hello")))
        .isInstanceOf(ChicoryException.class)
        .hasMessageContaining("out of bounds memory access");
    instantiate(new WasmBuilder().data(100, "hello"));
    assertThat(new String(region.read(100, 5), US_ASCII)).isEqualTo("hello");
  }

  @Test
  void atomicsOutsideTrapInTheEnginesWords() {
    SharedMemory memory = new SharedMemory(region);
    String words =
        "out of bounds memory access: attempted to access address: 65536 but limit is: 65536"
            + " and size: 4";
    assertThatThrownBy(() -> memory.atomicAddInt(65_536, 1))
        .isInstanceOf(WasmRuntimeException.class)
        .hasMessage(words);
    assertThatThrownBy(() -> memory.atomicWait(65_536, 0, 0))
        .isInstanceOf(WasmRuntimeException.class)
        .hasMessage(words);
    assertThatThrownBy(() -> memory.atomicNotify(65_536, 1))
        .isInstanceOf(WasmRuntimeException.class)
        .hasMessage(words);
  }

  private void instantiate(WasmBuilder module) {
    Instance.builder(Parser.parse(module.importedMemory("env", "memory", 1, 3).build()))
        .withImportValues(
            ImportValues.builder()
                .addMemory(new ImportMemory("env", "memory", new SharedMemory(region)))
                .build())
        .build();
  }
}
