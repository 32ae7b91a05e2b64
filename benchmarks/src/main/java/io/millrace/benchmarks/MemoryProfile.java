package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.instance.ResetPolicy;
import io.millrace.memory.PageLimits;
import io.millrace.memory.TrackedLinearMemory;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.util.Random;

/**
 * Linear memory: guest code on ours against the engine's own (stock: ByteArrayMemory), restoring
 * against building anew, and wait and notify counted. {@link GuestMemoryBenchmark} and {@link
 * SliceArenaBenchmark} measure the same pieces with JMH.
 */
final class MemoryProfile implements Profile {

  private static final int ROUNDS = 11;
  private static final int MILLIS = 250;
  private static final int WARM_UP_MILLIS = 1_500;

  /** Making instances takes the JIT longer to get used to than a guest's loop. */
  private static final int RESTORE_WARM_UP_MILLIS = 4_000;

  private static final int RESTORE_MILLIS = 400;

  private static final int MEMORY_PAGES = 16;
  private static final int TOUCHED_PAGES = 4;
  private static final int RESTORES = 1_000;

  private static final int STOLEN_ROUNDS = 2_000;
  private static final int ORDER_ROUNDS = 200;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String description() {
    return "guest code on flat and tracked memory against the engine's own; restore; wait, notify";
  }

  @Override
  public int quickSeconds() {
    return 8;
  }

  @Override
  public void run(Figures figures) throws Exception {
    try (InstancePool flatPool = DigestGuests.pool(false);
        InstancePool trackedPool = DigestGuests.pool(true);
        GuestLease flat = flatPool.lease();
        GuestLease tracked = trackedPool.lease()) {
      Guest[] guests = {DigestGuests.stock(), flat.guest(null), tracked.guest(null)};
      guestCode(figures, "sha256", 1024, guests);
      guestCode(figures, "sum", 64 * 1024, guests);
    }
    if (Effort.chosen() == Effort.QUICK) {
      figures.note(
          "not in --quick: restoring against a new instance, whose garbage makes it scatter");
    } else {
      restore(figures);
    }
    figures.put("waitNotify.stolen", WaitNotifyRounds.stolen(STOLEN_ROUNDS));
    figures.put("waitNotify.outOfOrder", WaitNotifyRounds.outOfOrder(ORDER_ROUNDS));
  }

  private static void guestCode(Figures figures, String function, int bytes, Guest[] guests)
      throws Exception {
    byte[] payload = new byte[bytes];
    new Random(1).nextBytes(payload);
    Invocation invocation = Invocation.of(function, payload);
    Work[] works = new Work[guests.length];
    for (int i = 0; i < guests.length; i++) {
      Guest guest = guests[i];
      works[i] = () -> guest.invoke(invocation).length;
    }
    Rates rates = Rates.inTurn(ROUNDS, MILLIS, WARM_UP_MILLIS, works);
    figures.put(function + ".stock.micros", rates.micros(0));
    figures.put(function + ".flat.micros", rates.micros(1));
    figures.put(function + ".flatVsStock", rates.ratio(1, 0));
    figures.put(function + ".trackedVsFlat", rates.ratio(2, 1));
  }

  /**
   * Four touched pages of 1 MiB brought back, against building an instance in their place.
   *
   * <p>Which pages is drawn, and other ones each time. With always the same four the copies stay in
   * the smallest cache of a core: that is faster than what a guest's pages get, and while somebody
   * else has the other half of the core it takes 1.8 times as long, for seconds, whereas a new
   * instance then takes as long as before, so that pairs spread over 30 % and more.
   */
  private static void restore(Figures figures) throws Exception {
    TrackedLinearMemory memory =
        new TrackedLinearMemory(new PageLimits(MEMORY_PAGES, MEMORY_PAGES));
    byte[] content = new byte[memory.sizeBytes()];
    new Random(1).nextBytes(content);
    memory.write(0, content, 0, content.length);
    memory.snapshot();
    int part = content.length / TrackedLinearMemory.TRACKED_PAGE_BYTES / TOUCHED_PAGES;
    int[] drawn = new Random(1).ints(RESTORES * TOUCHED_PAGES, 0, part).toArray();
    Work restore =
        () -> {
          long restored = 0;
          for (int i = 0; i < RESTORES; i++) {
            for (int page = 0; page < TOUCHED_PAGES; page++) {
              int touched = page * part + drawn[i * TOUCHED_PAGES + page]; // no page twice
              memory.putInt(touched * TrackedLinearMemory.TRACKED_PAGE_BYTES, i);
            }
            restored += memory.restore();
          }
          return restored;
        };
    Rates rates;
    try (InstancePool pool =
            DigestGuests.builder(true)
                .resetPolicy(ResetPolicy.FRESH_PER_TENANT)
                .snapshot(false)
                .spares(0)
                .build();
        GuestLease lease = pool.lease()) {
      // Another tenant costs a new instance, which runs the guest's start.
      String[] tenants = {"a", "b"};
      int[] turn = {0};
      Work newInstance = () -> lease.guest(tenants[turn[0]++ & 1]).hashCode();
      rates = Rates.inTurn(ROUNDS, RESTORE_MILLIS, RESTORE_WARM_UP_MILLIS, newInstance, restore);
    }
    if (!memory.verify()) {
      throw new IllegalStateException("the memory is not equal to its snapshot after restore");
    }
    figures.put("restore.4pages.micros", rates.each(1, rate -> 1e6 / rate / RESTORES));
    figures.put("newInstance.micros", rates.micros(0));
    figures.put("restore.vsNewInstance", rates.ratio(0, 1).times(1.0 / RESTORES));
  }
}
