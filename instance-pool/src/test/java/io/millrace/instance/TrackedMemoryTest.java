package io.millrace.instance;

import com.dylibso.chicory.runtime.Memory;
import io.millrace.memory.PageLimits;

class TrackedMemoryTest extends EngineMemoryContract {

  @Override
  Memory create(PageLimits limits) {
    return MemoryKind.TRACKED.create(limits, null);
  }
}
