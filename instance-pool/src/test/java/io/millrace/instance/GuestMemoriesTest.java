package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.WorkerException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GuestMemoriesTest {

  private final GuestMemories memories = sharing();

  private static GuestMemories sharing() {
    return new GuestMemories(
        MemoryKind.SHARED, 4, new PageBudget(0), new Resets("shared.wasm", 1000));
  }

  @Test
  void invocationsWaitForNoBuilder() {
    synchronized (memories) { // as who zeroes the region does
      CompletableFuture<Void> admitted =
          CompletableFuture.runAsync(() -> memories.admit("shared.wasm", "tenant"));
      assertThat(admitted.orTimeout(10, TimeUnit.SECONDS).handle((ok, late) -> late).join())
          .isNull();
    }
  }

  @Test
  void theFirstTenantIsTheOnlyOneAndMayBeTheAnonymousOne() {
    memories.admit("shared.wasm", null);
    memories.admit("shared.wasm", null);
    assertThatThrownBy(() -> memories.admit("shared.wasm", "other"))
        .isInstanceOf(WorkerException.CapabilityDenied.class)
        .hasMessageContaining("tenant other needs a pool of its own");
  }

  @Test
  void ofTenantsThatMeetOneIsAdmitted() throws Exception {
    for (int round = 0; round < 2_000; round++) {
      GuestMemories contended = sharing();
      CyclicBarrier start = new CyclicBarrier(2);
      List<CompletableFuture<Boolean>> admitted = new ArrayList<>();
      for (String tenant : List.of("one", "other")) {
        admitted.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    start.await();
                    contended.admit("shared.wasm", tenant);
                    return true;
                  } catch (WorkerException.CapabilityDenied refused) {
                    return false;
                  } catch (Exception broken) {
                    throw new IllegalStateException(broken);
                  }
                },
                task -> new Thread(task).start()));
      }
      assertThat(admitted.get(0).get() ^ admitted.get(1).get()).as("round %d", round).isTrue();
    }
  }
}
