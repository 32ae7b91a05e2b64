package io.millrace.memory;

class PrivateLinearMemoryTest extends FlatLinearMemoryContract {

  @Override
  FlatLinearMemory create(PageLimits limits) {
    return new PrivateLinearMemory(limits);
  }

  @Override
  FlatLinearMemory create(PageLimits limits, Snapshot snapshot) {
    return new PrivateLinearMemory(limits, snapshot);
  }
}
