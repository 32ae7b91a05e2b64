package io.millrace.examples;

import io.millrace.memory.Slice;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Guests of which no worker gets one before they are let go: until then all messages wait. */
final class HeldGuests implements GuestSource {

  private final GuestSource guests;
  private final CountDownLatch letGo = new CountDownLatch(1);

  HeldGuests(GuestSource guests) {
    this.guests = guests;
  }

  void letGo() {
    letGo.countDown();
  }

  @Override
  public boolean canReach(Slice slice) {
    return guests.canReach(slice);
  }

  @Override
  public GuestLease lease() {
    GuestLease lease = guests.lease();
    return new GuestLease() {
      @Override
      public Guest guest(@Nullable String tenant) {
        try {
          letGo.await();
        } catch (InterruptedException stop) {
          throw new WorkerException.WorkerTerminated("stopped before its start", stop);
        }
        return lease.guest(tenant);
      }

      @Override
      public void close() {
        lease.close();
      }
    };
  }
}
