package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AdmissionTest {

  private final Slot[] slots = slots(2);
  private final Admission admission = new Admission(3, slots);

  private static Slot[] slots(int count) {
    Slot[] slots = new Slot[count];
    for (int i = 0; i < count; i++) {
      slots[i] = new Slot(i, new FairQueue(Map.of(), false));
    }
    return slots;
  }

  @Test
  void admitsExactlyItsCapacity() {
    assertThat(admission.tryAcquire(2)).isEqualTo(2);
    assertThat(admission.tryAcquire(5)).isEqualTo(1);
    assertThat(admission.tryAcquire()).isFalse();
    assertThat(admission.waiting()).isEqualTo(3);
    assertThat(admission.waiting()).as("no room").isEqualTo(admission.capacity());
  }

  @Test
  void roomComesBackWithEachBeginAndEachAbandonment() {
    admission.tryAcquire(3);
    slots[0].tally.countBegun();
    slots[1].tally.countBegun();
    admission.abandoned();
    assertThat(admission.waiting()).isZero();
    assertThat(admission.tryAcquire(5)).isEqualTo(3);
  }

  @Test
  void closingStopsTheGrantingAndIsDrainedWhenNothingWaits() {
    admission.tryAcquire(2);
    assertThat(admission.tryClose()).isTrue();
    assertThat(admission.tryClose()).as("only once").isFalse();
    assertThat(admission.tryAcquire()).isFalse();
    assertThat(admission.isDrained()).isFalse();
    assertThat(admission.waiting()).isEqualTo(2);
    slots[0].tally.countBegun();
    admission.abandoned();
    assertThat(admission.isDrained()).isTrue();
  }

  @Test
  void neverMoreThanTheCapacityWaitsWhateverRaces() throws InterruptedException {
    AtomicInteger waiting = new AtomicInteger();
    int tooMany = 0;
    int rounds = 100_000;
    Thread[] workers = new Thread[slots.length];
    AtomicInteger toBegin = new AtomicInteger(rounds);
    for (int i = 0; i < workers.length; i++) {
      Slot slot = slots[i];
      workers[i] =
          new Thread(
              () -> {
                while (toBegin.get() > 0) {
                  int seen = waiting.get();
                  // The counter goes down before the room is given back: it never shows too many.
                  if (seen > 0 && waiting.compareAndSet(seen, seen - 1)) {
                    toBegin.decrementAndGet();
                    slot.tally.countBegun();
                  }
                }
              });
      workers[i].start();
    }
    for (int sent = 0; sent < rounds; ) {
      if (admission.tryAcquire()) {
        sent++;
        if (waiting.incrementAndGet() > 3) {
          tooMany++;
        }
      }
    }
    for (Thread worker : workers) {
      worker.join();
    }
    assertThat(tooMany).isZero();
    assertThat(admission.waiting()).isZero();
  }

  @Test
  void tenantsThatHaveNothingWaitingAreForgotten() {
    TenantRoom room = new TenantRoom(new Admission(10_000, slots(1)), Overflow.WAIT);
    for (int i = 0; i < TenantRoom.MOST_KNOWN; i++) {
      assertThat(room.tryAcquire(Invocation.of("f", "").withTenant("stays" + i))).isNotNull();
    }
    for (int i = 0; i < 5_000; i++) {
      TenantRoom.Tenant passing = room.tryAcquire(Invocation.of("f", "").withTenant("passes" + i));
      Objects.requireNonNull(passing).left();
      assertThat(room.known()).isLessThanOrEqualTo(2 * TenantRoom.MOST_KNOWN);
    }
    assertThat(room.known()).isGreaterThanOrEqualTo(TenantRoom.MOST_KNOWN);
  }

  private static Invocation of(String tenant) {
    return Invocation.of("f", "").withTenant(tenant);
  }

  @Test
  void streamsHaveAllRoomUntilSomethingComesByItself() {
    Admission wide = new Admission(64, slots(1));
    TenantRoom room = new TenantRoom(wide, Overflow.WAIT);
    assertThat(room.tryAcquireInStream(100)).isEqualTo(64);
    for (int i = 0; i < 20; i++) {
      wide.abandoned();
    }
    assertThat(room.tryAcquire(of("first"))).isNotNull();
    assertThat(room.tryAcquireInStream(100)).as("to 56, beside that one").isEqualTo(12);
    assertThat(room.hasRoomForStreams()).isFalse();
  }

  @Test
  void aTenantBesideAStreamIsNotAlone() {
    Admission wide = new Admission(16, slots(1));
    TenantRoom room = new TenantRoom(wide, Overflow.WAIT);
    TenantRoom.Tenant flood = null;
    for (int i = 0; i < 16; i++) {
      flood = room.tryAcquire(of("flood"));
      assertThat(flood).isNotNull();
    }
    assertThat(room.tryAcquireInStream(1)).isZero();
    wide.abandoned();
    Objects.requireNonNull(flood).left();
    assertThat(room.tryAcquire(of("flood"))).isNull();
    assertThat(room.tryAcquireInStream(1)).isEqualTo(1);
  }

  @Test
  void theLastPlaceBesideStreamsIsForWhoHasNothingWaiting() {
    TenantRoom room = new TenantRoom(new Admission(16, slots(1)), Overflow.WAIT);
    assertThat(room.tryAcquire(of("one"))).isNotNull();
    assertThat(room.tryAcquireInStream(100)).isEqualTo(14);
    assertThat(room.tryAcquire(of("one"))).isNull();
    assertThat(room.tryAcquire(of("other"))).isNotNull();
  }
}
