package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Wait and notify when they meet at the same moment. */
@Timeout(120)
class WaitNotifyRacesTest {

  private static final int ADDRESS = 128;
  private static final long LONG_NANOS = Duration.ofSeconds(10).toNanos();

  private final SharedLinearMemory memory = new SharedLinearMemory(new PageLimits(1, 1));

  @Test
  void aLateWaiterNeverTakesAnEarlierOnesNotification() throws Exception {
    int stolen = 0;
    for (int round = 0; round < 2_000; round++) {
      WaitingGuest early =
          WaitingGuest.queued(memory, ADDRESS, () -> memory.waitInt(ADDRESS, 0, LONG_NANOS));
      AtomicBoolean go = new AtomicBoolean();
      CountDownLatch ready = new CountDownLatch(1);
      WaitingGuest late =
          WaitingGuest.started(
              () -> {
                ready.countDown();
                while (!go.get()) {
                  Thread.onSpinWait();
                }
                return memory.waitInt(ADDRESS, 0, LONG_NANOS);
              });
      ready.await();
      if ((round & 1) == 0) {
        go.set(true);
        assertThat(memory.notify(ADDRESS, 1)).isEqualTo(1);
      } else {
        // it comes after the notification, and maybe before the early one has run on
        assertThat(memory.notify(ADDRESS, 1)).isEqualTo(1);
        go.set(true);
      }
      while (!early.isAnswered() && !late.isAnswered()) {
        WaitingGuest.pause();
      }
      if (late.isAnswered()) {
        stolen++;
        memory.notify(ADDRESS, 1);
      } else {
        int woken = memory.notify(ADDRESS, 1);
        while (woken == 0 && !late.isAnswered()) {
          WaitingGuest.pause();
          woken = memory.notify(ADDRESS, 1);
        }
        stolen += woken == 0 ? 1 : 0;
      }
      assertThat(early.answer()).isZero();
      assertThat(late.answer()).isZero();
    }
    assertThat(stolen).isZero();
    assertThat(memory.waiters.waiters()).isZero();
  }

  @Test
  void noWakeUpIsLostBetweenTheStoreAndTheNotify() throws Exception {
    int rounds = 5_000;
    // Two threads hand a token to and fro; a lost wake-up shows as a timeout.
    WaitingGuest other = WaitingGuest.started(() -> handOver(1, rounds));
    assertThat(handOver(0, rounds)).as("timeouts").isZero();
    assertThat(other.answer()).as("timeouts").isZero();
    assertThat(memory.waiters.waiters()).isZero();
  }

  private int handOver(int mine, int rounds) throws InterruptedException {
    int timeouts = 0;
    for (int round = 0; round < rounds; round++) {
      while (memory.atomics().getInt(ADDRESS) != mine) {
        if (memory.waitInt(ADDRESS, 1 - mine, LONG_NANOS) == 2) {
          timeouts++;
        }
      }
      memory.putInt(ADDRESS, 1 - mine);
      memory.notify(ADDRESS, 1);
    }
    return timeouts;
  }

  @Test
  void aNotifyRightAfterTheComparisonFindsTheWaiter() throws Exception {
    WaiterQueues queues = new WaiterQueues(() -> true);
    FutureTask<Integer> woken = new FutureTask<>(() -> queues.notify(ADDRESS, 1));
    Thread notifier = new Thread(woken);
    int answer =
        queues.await(
            ADDRESS,
            () -> {
              notifier.start();
              // let it get as far as it can: to the lock that is held here, if it is
              while (notifier.isAlive() && notifier.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait();
              }
              return true;
            },
            LONG_NANOS);
    assertThat(woken.get()).isEqualTo(1);
    assertThat(answer).isZero();
  }

  @Test
  void notificationsAndTimeoutsAddUpExactly() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int notified = 0;
    int timedOut = 0;
    for (int round = 0; round < 500; round++) {
      List<WaitingGuest> guests = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        long timeoutNanos = 1L + random.nextInt(300_000);
        guests.add(WaitingGuest.started(() -> memory.waitInt(ADDRESS, 0, timeoutNanos)));
      }
      int woken = 0;
      while (!guests.stream().allMatch(WaitingGuest::isAnswered)) {
        woken += memory.notify(ADDRESS, 1 + random.nextInt(2));
        long endNanos = System.nanoTime() + random.nextInt(100_000);
        while (System.nanoTime() < endNanos) {
          Thread.onSpinWait();
        }
      }
      int ok = 0;
      for (WaitingGuest guest : guests) {
        ok += guest.answer() == 0 ? 1 : 0;
      }
      assertThat(woken).as("round %d, seed %d", round, seed).isEqualTo(ok);
      assertThat(memory.waiters.waiters()).as("seed %d", seed).isZero();
      notified += ok;
      timedOut += 3 - ok;
    }
    assertThat(notified).as("the race has two outcomes").isPositive();
    assertThat(timedOut).as("the race has two outcomes").isPositive();
  }

  @Test
  void guestsAtManyAddressesAreToldApartInOneStripe() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    // More addresses than stripes: some share one.
    int addresses = 150;
    List<Integer> left = new ArrayList<>();
    List<WaitingGuest> guests = new ArrayList<>();
    for (int i = 0; i < addresses; i++) {
      guests.add(WaitingGuest.onInt(memory, i * 4));
      left.add(i);
    }
    while (!left.isEmpty()) {
      int chosen = left.remove(random.nextInt(left.size()));
      if (random.nextBoolean()) {
        assertThat(memory.notify(chosen * 4, -1)).as("seed %d", seed).isEqualTo(1);
        assertThat(guests.get(chosen).answer()).isZero();
      } else {
        guests.get(chosen).thread.interrupt();
        guests.get(chosen).thread.join();
      }
      assertThat(memory.waiters.waiters()).as("seed %d", seed).isEqualTo(left.size());
    }
  }
}
