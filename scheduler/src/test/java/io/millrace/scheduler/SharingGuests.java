package io.millrace.scheduler;

import io.millrace.memory.LinearMemory;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.Slice;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.LentSlices;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.spi.ClaimArena;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Guests as {@link FakeGuests} has them, on one memory: they take slices, and lend some to claims.
 */
final class SharingGuests implements GuestSource {

  /** Of the arena: 64 claims of {@link #BLOCK} bytes. */
  static final int CAPACITY = 64 * 64;

  static final int BLOCK = 64;

  final FakeGuests fakes = new FakeGuests();
  private final LinearMemory memory = new PrivateLinearMemory(new PageLimits(1, 1));
  final ClaimArena arena = new ClaimArena(memory, 0, CAPACITY, CAPACITY);

  /** What a claimant's source answers: the arena, unless a test puts something else here. */
  Mono<ClaimArena> offered = Mono.just(arena);

  void open() {
    fakes.open();
  }

  @Override
  public Mono<ClaimArena> claimArena(@Nullable String tenant) {
    return Mono.defer(() -> offered);
  }

  @Override
  public GuestLease lease() {
    GuestLease lease = fakes.lease();
    return new GuestLease() {
      @Override
      public Guest guest(@Nullable String tenant) {
        Guest guest = lease.guest(tenant);
        return invocation -> guest.call(copied(invocation));
      }

      @Override
      public void close() {
        lease.close();
      }
    };
  }

  private static Invocation copied(Invocation invocation) {
    if (invocation.payload() instanceof LentSlices lent) {
      Slice slice = lent.slices().get(0);
      byte[] bytes = new byte[slice.length()];
      slice.read(0, bytes, 0, bytes.length);
      return invocation.withPayload(Payload.copied(bytes));
    }
    return invocation;
  }
}
