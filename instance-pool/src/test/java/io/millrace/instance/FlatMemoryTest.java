package io.millrace.instance;

import com.dylibso.chicory.runtime.Memory;
import io.millrace.memory.PageLimits;

class FlatMemoryTest extends EngineMemoryContract {

  @Override
  Memory create(PageLimits limits) {
    return MemoryKind.FLAT.create(limits, null);
  }
}
