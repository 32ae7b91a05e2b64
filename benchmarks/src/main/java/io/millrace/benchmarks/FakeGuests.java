package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import org.jspecify.annotations.Nullable;

/** Guests without wasm, all of which do the same; for what the scheduler does by itself. */
record FakeGuests(Guest guest) implements GuestSource {

  private static final byte[] NOTHING = new byte[0];

  /** Guests that answer at once. */
  static FakeGuests empty() {
    return new FakeGuests(invocation -> NOTHING);
  }

  /** Guests that sleep, so that they take no processor from the scheduler. */
  static FakeGuests sleeping(long millis) {
    return new FakeGuests(
        (Invocation invocation) -> {
          try {
            Thread.sleep(millis);
          } catch (InterruptedException stopped) {
            throw new IllegalStateException("stopped", stopped);
          }
          return NOTHING;
        });
  }

  @Override
  public GuestLease lease() {
    return new GuestLease() {
      @Override
      public Guest guest(@Nullable String tenant) {
        return guest;
      }

      @Override
      public void close() {}
    };
  }
}
