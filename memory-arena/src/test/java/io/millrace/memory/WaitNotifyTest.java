package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one wait and one notify do. The table in WAIT-NOTIFY.md names these methods. */
@Timeout(60)
class WaitNotifyTest {

  private static final int ADDRESS = 128;
  private static final int ALL = -1;

  private final SharedLinearMemory memory = new SharedLinearMemory(new PageLimits(1, 2));

  @AfterEach
  void nothingIsKeptWhenNobodyWaits() {
    for (int address = 0; address < 512; address += 4) {
      memory.notify(address, ALL);
    }
    assertThat(memory.waiters.waiters()).isZero();
  }

  private List<WaitingGuest> guests(int count) {
    List<WaitingGuest> guests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      guests.add(WaitingGuest.onInt(memory, ADDRESS));
    }
    return guests;
  }

  @Test
  void notifyWithoutWaitersWakesNobodyAndKeepsNothing() {
    for (int count : new int[] {0, 1, 33, ALL}) {
      assertThat(memory.notify(ADDRESS, count)).isZero();
    }
    assertThat(memory.waiters.waiters()).isZero();
  }

  @Test
  void aNotificationIsNotKeptForALaterWaiter() throws Exception {
    memory.notify(ADDRESS, 1);
    assertThat(memory.waitInt(ADDRESS, 0, Duration.ofMillis(20).toNanos())).isEqualTo(2);
  }

  @Test
  void notifyWakesOnlyThoseAtItsAddress() throws Exception {
    WaitingGuest first = WaitingGuest.onInt(memory, 0);
    WaitingGuest third = WaitingGuest.onInt(memory, 8);
    assertThat(memory.notify(4, ALL)).isZero();
    assertThat(memory.notify(12, ALL)).isZero();
    assertThat(memory.notify(8, ALL)).isEqualTo(1);
    assertThat(third.answer()).isZero();
    assertThat(first.isAnswered()).isFalse();
    assertThat(memory.notify(0, ALL)).isEqualTo(1);
    assertThat(first.answer()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "2, 2", "3, 3", "4, 3", "-1, 3", "2147483647, 3", "-2147483648, 3"})
  void theFirstOfThreeAreWokenAndCountIsUnsigned(int count, int woken) throws Exception {
    List<WaitingGuest> guests = guests(3);
    assertThat(memory.notify(ADDRESS, count)).isEqualTo(woken);
    for (int i = 0; i < woken; i++) {
      assertThat(guests.get(i).answer()).isZero();
    }
    assertThat(memory.waiters.waitersAt(ADDRESS)).isEqualTo(3 - woken);
    for (int i = woken; i < 3; i++) {
      assertThat(guests.get(i).isAnswered()).isFalse();
    }
  }

  @Test
  void whoWasWokenIsNotWokenAgain() throws Exception {
    WaitingGuest guest = WaitingGuest.onInt(memory, ADDRESS);
    assertThat(memory.notify(ADDRESS, 1)).isEqualTo(1);
    assertThat(memory.notify(ADDRESS, 1)).as("before it ran on").isZero();
    assertThat(guest.answer()).isZero();
    assertThat(memory.notify(ADDRESS, 1)).isZero();
  }

  @Test
  void guestsAreWokenInTheOrderInWhichTheyCame() {
    int outOfOrder = 0;
    for (int round = 0; round < 200; round++) {
      List<WaitingGuest> guests = guests(3);
      for (int woken = 0; woken < 3; woken++) {
        assertThat(memory.notify(ADDRESS, 1)).isEqualTo(1);
        while (guests.stream().filter(WaitingGuest::isAnswered).count() <= woken) {
          WaitingGuest.pause();
        }
        if (!guests.get(woken).isAnswered()) {
          outOfOrder++;
        }
      }
    }
    assertThat(outOfOrder).isZero();
  }

  @Test
  void aDifferentValueAnswersAtOnce() throws Exception {
    memory.putInt(ADDRESS, 42);
    assertThat(memory.waitInt(ADDRESS, 0, -1)).isEqualTo(1);
    assertThat(memory.waitInt(ADDRESS, 43, 0)).isEqualTo(1);
    assertThat(memory.waitInt(ADDRESS, 42, 0)).isEqualTo(2);
  }

  @Test
  void aLongIsComparedWithAllOfItsBits() throws Exception {
    memory.putLong(ADDRESS, 1L << 32);
    assertThat(memory.waitLong(ADDRESS, 0, -1)).isEqualTo(1);
    assertThat(memory.waitLong(ADDRESS, 1L << 32, 0)).isEqualTo(2);
    assertThat(memory.waitInt(ADDRESS, 0, 0)).as("its low half").isEqualTo(2);
  }

  @Test
  void aTimeoutOfZeroAnswersAtOnce() throws Exception {
    assertThat(memory.waitInt(ADDRESS, 0, 0)).isEqualTo(2);
    assertThat(memory.waitLong(ADDRESS, 0, 0)).isEqualTo(2);
    assertThat(memory.waiters.waiters()).isZero();
  }

  @Test
  void aTimeoutEndsTheWaitAndNotBefore() throws Exception {
    long timeoutNanos = Duration.ofMillis(30).toNanos();
    long startNanos = System.nanoTime();
    assertThat(memory.waitInt(ADDRESS, 0, timeoutNanos)).isEqualTo(2);
    assertThat(System.nanoTime() - startNanos).isGreaterThanOrEqualTo(timeoutNanos);
    assertThat(memory.waiters.waiters()).isZero();
    assertThat(memory.notify(ADDRESS, 1)).as("the dead waiter").isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 60_000_000_000L})
  void aNegativeOrLongTimeoutWaitsUntilNotified(long timeoutNanos) throws Exception {
    WaitingGuest guest =
        WaitingGuest.queued(memory, ADDRESS, () -> memory.waitInt(ADDRESS, 0, timeoutNanos));
    assertThat(guest.isAnswered()).isFalse();
    assertThat(memory.notify(ADDRESS, 1)).isEqualTo(1);
    assertThat(guest.answer()).isZero();
  }

  @Test
  void storesAndAtomicsAtTheAddressWakeNobody() throws Exception {
    long timeoutNanos = Duration.ofMillis(20).toNanos();
    for (AtomicWidth width : new AtomicWidth[] {AtomicWidth.INT, AtomicWidth.LONG}) {
      for (int operation = 0; operation < AtomicWidth.OPERATIONS; operation++) {
        memory.putLong(ADDRESS, 0);
        WaitingGuest guest =
            WaitingGuest.queued(
                memory,
                ADDRESS,
                () ->
                    width == AtomicWidth.INT
                        ? memory.waitInt(ADDRESS, 0, timeoutNanos)
                        : memory.waitLong(ADDRESS, 0, timeoutNanos));
        width.apply(memory.atomics(), operation, ADDRESS, -1, 0);
        assertThat(guest.answer()).as("%s operation %d", width, operation).isEqualTo(2);
        assertThat(memory.notify(ADDRESS, 1)).isZero();
      }
    }
  }

  @Test
  void oneNotifyWakesWhoWaitsOnAnIntAndOnALong() throws Exception {
    WaitingGuest onInt = WaitingGuest.onInt(memory, ADDRESS);
    WaitingGuest onLong =
        WaitingGuest.queued(memory, ADDRESS, () -> memory.waitLong(ADDRESS, 0, -1));
    assertThat(memory.notify(ADDRESS, 1)).isEqualTo(1);
    assertThat(onInt.answer()).isZero();
    assertThat(memory.notify(ADDRESS, 1)).isEqualTo(1);
    assertThat(onLong.answer()).isZero();
  }

  @Test
  void aWaitIsRefusedWhereTheThreadMayNotBlock() throws Exception {
    Thread test = Thread.currentThread();
    SharedLinearMemory refusing =
        new SharedLinearMemory(new PageLimits(1, 1), () -> Thread.currentThread() != test);
    for (long timeoutNanos : new long[] {-1, 0, 1000}) {
      assertThatThrownBy(() -> refusing.waitInt(ADDRESS, 0, timeoutNanos))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(test.getName())
          .hasMessageContaining("may not block");
    }
    assertThatThrownBy(() -> refusing.waitLong(ADDRESS, 1, 0))
        .as("even if it would not block")
        .isInstanceOf(IllegalStateException.class);
    WaitingGuest allowed = WaitingGuest.onInt(refusing, ADDRESS);
    assertThat(refusing.notify(ADDRESS, 1)).isEqualTo(1);
    assertThat(allowed.answer()).isZero();
  }

  @Test
  void boundsAreCheckedFirstThenAlignment() {
    int size = memory.sizeBytes();
    for (int address : new int[] {size, size - 3, -4, -1, 1 << 31}) {
      assertThatThrownBy(() -> memory.waitInt(address, 0, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.waitLong(address - 4, 0, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.notify(address, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> memory.waitInt(66, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("66")
        .hasMessageContaining("multiple of 4");
    assertThatThrownBy(() -> memory.waitLong(68, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiple of 8");
    assertThatThrownBy(() -> memory.notify(65, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theVeryLastIntAndLongCanBeWaitedFor() throws Exception {
    int size = memory.sizeBytes();
    assertThat(memory.waitInt(size - 4, 0, 0)).isEqualTo(2);
    assertThat(memory.waitLong(size - 8, 0, 0)).isEqualTo(2);
    assertThat(memory.notify(size - 4, 1)).isZero();
    memory.grow(1);
    assertThat(memory.waitInt(size, 0, 0)).isEqualTo(2);
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    WaitingGuest guest = WaitingGuest.onInt(memory, ADDRESS);
    WaitingGuest behind = WaitingGuest.onInt(memory, ADDRESS);
    guest.thread.interrupt();
    assertThatThrownBy(guest::answer).isInstanceOf(InterruptedException.class);
    assertThat(memory.waiters.waitersAt(ADDRESS)).isEqualTo(1);
    assertThat(memory.notify(ADDRESS, 1)).isEqualTo(1);
    assertThat(behind.answer()).as("not swallowed by the interrupted one").isZero();
  }

  @Test
  void anInterruptBeforeTheWaitEndsItToo() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> memory.waitInt(ADDRESS, 0, -1))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void whoIsNotifiedAndThenInterruptedAnswersOkAndStaysInterrupted() throws Exception {
    for (int round = 0; round < 300; round++) {
      WaitingGuest guest =
          WaitingGuest.queued(
              memory,
              ADDRESS,
              () -> memory.waitInt(ADDRESS, 0, -1) + (wasInterruptedWithin2Seconds() ? 0 : 100));
      assertThat(memory.notify(ADDRESS, 1)).isEqualTo(1);
      guest.thread.interrupt();
      assertThat(guest.answer()).isZero();
    }
  }

  /** The interrupt may come a moment after the wait has returned. */
  private static boolean wasInterruptedWithin2Seconds() {
    long endNanos = System.nanoTime() + 2_000_000_000L;
    while (!Thread.currentThread().isInterrupted() && System.nanoTime() < endNanos) {
      Thread.onSpinWait();
    }
    return Thread.interrupted();
  }
}
