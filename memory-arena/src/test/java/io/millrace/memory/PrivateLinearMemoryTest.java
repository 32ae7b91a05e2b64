package io.millrace.memory;

class PrivateLinearMemoryTest extends LinearMemoryContract {

  @Override
  LinearMemory create(PageLimits limits) {
    return new PrivateLinearMemory(limits);
  }
}
