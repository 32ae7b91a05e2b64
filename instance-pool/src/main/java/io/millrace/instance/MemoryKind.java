package io.millrace.instance;

import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.TrackedLinearMemory;

/**
 * The kind of linear memory that a pool's instances have. One compiled module serves one kind,
 * since the JIT compiles guest code for every kind that it meets: so the kind is part of the
 * module's key.
 */
enum MemoryKind {
  FLAT {
    @Override
    EngineMemory create(PageLimits limits) {
      return new FlatMemory(new PrivateLinearMemory(limits));
    }
  },
  TRACKED {
    @Override
    EngineMemory create(PageLimits limits) {
      return new TrackedMemory(new TrackedLinearMemory(limits));
    }
  },
  SHARED {
    @Override
    EngineMemory create(PageLimits limits) {
      return new SharedMemory(SharedMemory.region(limits));
    }
  };

  abstract EngineMemory create(PageLimits limits);
}
