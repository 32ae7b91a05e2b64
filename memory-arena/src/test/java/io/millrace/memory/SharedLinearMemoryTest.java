package io.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SharedLinearMemoryTest extends LinearMemoryContract {

  private static final int PAGE = PageLimits.PAGE_BYTES;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SharedLinearMemory shared = new SharedLinearMemory(new PageLimits(1, 64));

  @Override
  LinearMemory create(PageLimits limits) {
    return new SharedLinearMemory(limits);
  }

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  @Test
  void growthIsSeenByAThreadThatWasRefusedBefore() throws Exception {
    CountDownLatch refused = new CountDownLatch(1);
    Future<Integer> reader =
        threads.submit(
            () -> {
              assertThatThrownBy(() -> shared.getInt(PAGE))
                  .isInstanceOf(IndexOutOfBoundsException.class);
              refused.countDown();
              while (true) {
                try {
                  return shared.getInt(PAGE);
                } catch (IndexOutOfBoundsException notYet) {
                  Thread.onSpinWait();
                }
              }
            });
    refused.await();
    shared.grow(1);
    assertThat(reader.get()).isZero();
    assertThat(threads.submit(shared::pages).get()).isEqualTo(2);
  }

  @Test
  void whoSeesWhatIsStoredBehindAGrowthMayLoadThere() throws Exception {
    for (int page = 1; page < 64; page++) {
      int address = page * PAGE + 8;
      int message = page;
      Future<Integer> reader =
          threads.submit(
              () -> {
                while (shared.atomics().getInt(0) != message) {
                  Thread.onSpinWait();
                }
                return shared.getInt(address);
              });
      assertThat(shared.grow(1)).isEqualTo(page);
      shared.putInt(address, 1000 + page);
      shared.atomics().putInt(0, message);
      assertThat(reader.get()).isEqualTo(1000 + page);
    }
  }

  @Test
  void growthsAtOnceAddUpAndNoneIsGivenTheSamePages() throws Exception {
    SharedLinearMemory grown = new SharedLinearMemory(new PageLimits(0, 501));
    Callable<List<Integer>> grower =
        () -> {
          List<Integer> before = new ArrayList<>();
          for (int i = 0; i < 250; i++) {
            before.add(grown.grow(1));
          }
          return before;
        };
    Future<List<Integer>> other = threads.submit(grower);
    List<Integer> before = new ArrayList<>(grower.call());
    before.addAll(other.get());
    assertThat(before).doesNotHaveDuplicates().doesNotContain(-1).hasSize(500);
    assertThat(grown.pages()).isEqualTo(500);
    assertThat(grown.grow(2)).isEqualTo(-1);
    assertThat(grown.grow(1)).isEqualTo(500);
  }

  @Test
  void growthMovesNothingSoThatAViewStaysGood() {
    ByteBuffer view = shared.view(16, 8);
    shared.grow(3);
    shared.putLong(16, 0x0102030405060708L);
    assertThat(view.getLong(0)).isEqualTo(0x0102030405060708L);
    view.putLong(0, 42);
    assertThat(shared.getLong(16)).isEqualTo(42);
  }

  @Test
  void theReservedButNotYetGrownPagesAreOutOfReach() {
    int end = shared.sizeBytes();
    assertThatThrownBy(() -> shared.getByte(end)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> shared.putLong(end - 7, 1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("65529")
        .hasMessageContaining("65536");
    assertThatThrownBy(() -> shared.view(end, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> shared.write(end - 1, new byte[2], 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> shared.read(end - 1, new byte[2], 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(shared.getByte(end - 1)).isZero();
  }

  @Test
  void aMemoryThatMayNeverHaveAPageRefusesEverything() {
    SharedLinearMemory none = new SharedLinearMemory(new PageLimits(0, 0));
    assertThatThrownBy(() -> none.getByte(0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> none.atomics().getLong(0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(none.grow(1)).isEqualTo(-1);
    assertThat(none.read(0, 0)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "3, 4095", "1, 4096", "7, 4097", "100, 12288", "5, 20000"})
  void fillSetsItsRangeAndNothingElse(int address, int length) {
    for (byte value : new byte[] {7, 0, -1}) {
      byte[] model = new byte[PAGE];
      Arrays.fill(model, (byte) 3);
      shared.write(0, model, 0, PAGE);
      Arrays.fill(model, address, address + length, value);
      shared.fill(address, length, value);
      assertThat(shared.read(0, PAGE)).isEqualTo(model);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 5000", "1, 0, 5000", "4000, 0, 9000", "0, 4000, 9000", "9, 9, 100"})
  void overlappingCopiesAreRightInBothDirections(int target, int source, int length) {
    byte[] model = new byte[PAGE];
    for (int i = 0; i < PAGE; i++) {
      model[i] = (byte) (i * 31 + (i >>> 8));
    }
    shared.write(0, model, 0, PAGE);
    System.arraycopy(model, source, model, target, length);
    shared.copy(target, source, length);
    assertThat(shared.read(0, PAGE)).isEqualTo(model);
  }
}
