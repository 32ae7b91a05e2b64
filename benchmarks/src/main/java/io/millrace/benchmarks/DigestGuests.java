package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.instance.ModuleSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The C guest, each time from its bytes: one module compiled for one kind of memory. */
final class DigestGuests {

  private static final String RESOURCE = "/io/millrace/guests/c-digest.wasm";

  private DigestGuests() {}

  /** A pool whose instances have private memory, tracked or flat. */
  static InstancePool pool(boolean dirtyTracking) {
    return builder(dirtyTracking).build();
  }

  static InstancePoolBuilder builder(boolean dirtyTracking) {
    return InstancePool.builder(ModuleSource.resource(DigestGuests.class, RESOURCE))
        .dirtyTracking(dirtyTracking);
  }

  static StockGuest stock() throws IOException {
    return new StockGuest(bytes());
  }

  static byte[] bytes() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(DigestGuests.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return in.readAllBytes();
    }
  }
}
