package io.millrace.instance;

import io.millrace.memory.LinearMemory;
import io.millrace.pipeline.spi.Guest;

/** What the tests of other modules may see of an instance, and users may not. */
public final class MemoryOf {

  private MemoryOf() {}

  /** The linear memory that the guest's own code runs on. */
  public static LinearMemory guest(Guest leased) {
    return ((GuestInstance) leased).memory();
  }
}
