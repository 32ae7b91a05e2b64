package io.millrace.instance;

import io.millrace.memory.FlatLinearMemory;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.Snapshot;
import io.millrace.memory.TrackedLinearMemory;
import org.jspecify.annotations.Nullable;

/**
 * The kind of linear memory that a pool's instances have. One compiled module serves one kind,
 * since the JIT compiles guest code for every kind that it meets: so the kind is part of the
 * module's key.
 */
enum MemoryKind {
  FLAT {
    @Override
    EngineMemory create(PageLimits limits, @Nullable Snapshot filling) {
      return filling == null
          ? new FlatMemory(new PrivateLinearMemory(limits), false)
          : new FlatMemory(new PrivateLinearMemory(limits, filling), true);
    }

    @Override
    EngineMemory over(FlatLinearMemory filled) {
      return new FlatMemory((PrivateLinearMemory) filled, true);
    }
  },
  TRACKED {
    @Override
    EngineMemory create(PageLimits limits, @Nullable Snapshot filling) {
      return filling == null
          ? new TrackedMemory(new TrackedLinearMemory(limits), false)
          : new TrackedMemory(new TrackedLinearMemory(limits, filling), true);
    }

    @Override
    EngineMemory over(FlatLinearMemory filled) {
      return new TrackedMemory((TrackedLinearMemory) filled, true);
    }
  },
  SHARED {
    @Override
    EngineMemory create(PageLimits limits, @Nullable Snapshot filling) {
      if (filling != null) {
        throw new IllegalArgumentException("a shared memory cannot start from a snapshot");
      }
      return new SharedMemory(SharedMemory.region(limits));
    }

    @Override
    EngineMemory over(FlatLinearMemory filled) {
      throw new IllegalArgumentException("a shared memory is never parked");
    }
  };

  /** A memory that is zeroed, or filled with what an earlier instance had when it was ready. */
  abstract EngineMemory create(PageLimits limits, @Nullable Snapshot filling);

  /** The same over a memory of this kind that is there already. */
  abstract EngineMemory over(FlatLinearMemory filled);
}
