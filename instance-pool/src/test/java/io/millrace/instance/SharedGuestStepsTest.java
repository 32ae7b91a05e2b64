package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.dylibso.chicory.wasm.WasmModule;
import io.millrace.memory.PageLimits;
import io.millrace.memory.SharedLinearMemory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What instances of c-shared do to each other on their one memory when one of them is held up, or
 * stopped, between any two of its instructions.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SharedGuestStepsTest {

  private static final WasmModule MODULE = BareGuest.module("c-shared");
  private static final int PIECE_BYTES = 4096;

  /** Of one piece, and of two. */
  private static final byte[] SMALL = {1};

  private static final byte[] LARGE = new byte[PIECE_BYTES + 1];

  /** Beyond the first steps of a hash only some are tried. */
  private static final int EACH_STEP = 250;

  private static final int STRIDE = 9973;

  static {
    Arrays.fill(LARGE, (byte) 7);
  }

  /** Ends a call at once, as a deadline does. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final SharedLinearMemory region = new SharedLinearMemory(new PageLimits(16, 2048));
  private final BareGuest other = BareGuest.start(MODULE, region, 1);
  private BareGuest late = BareGuest.start(MODULE, region, 0);

  private static int after(int step) {
    return step < EACH_STEP ? step + 1 : step + STRIDE;
  }

  /** Calls, with a task in between; answers whether the call had so many steps. */
  private static boolean heldUp(BareGuest guest, int atStep, Runnable task, Runnable call) {
    int[] steps = {0};
    guest.beforeEachInstruction(
        () -> {
          if (steps[0]++ == atStep) {
            task.run();
          }
        });
    try {
      call.run();
    } finally {
      guest.beforeEachInstruction(() -> {});
    }
    return steps[0] > atStep;
  }

  private static String answer(BareGuest guest, String function) {
    return answer(guest, function, new byte[0]);
  }

  private static String answer(BareGuest guest, String function, byte[] payload) {
    int block = (int) guest.call("alloc", payload.length);
    guest.memory().write(block, payload, 0, payload.length);
    long packed = guest.call(function, block, payload.length);
    int length = (int) packed & Integer.MAX_VALUE;
    String text =
        new String(guest.memory().read((int) (packed >>> 32), length), StandardCharsets.US_ASCII);
    guest.call("free", block);
    return text;
  }

  private static int number(String answer) {
    return Integer.parseInt(answer);
  }

  private static String digest(byte[] bytes) throws Exception {
    MessageDigest all = MessageDigest.getInstance("SHA-256");
    for (int from = 0; from < bytes.length; from += PIECE_BYTES) {
      MessageDigest piece = MessageDigest.getInstance("SHA-256");
      piece.update(bytes, from, Math.min(PIECE_BYTES, bytes.length - from));
      all.update(piece.digest());
    }
    return HexFormat.of().formatHex(all.digest());
  }

  @Test
  void aWorkerThatIsLateTakesNoPieceTwice() throws Exception {
    byte[] more = new byte[2 * PIECE_BYTES + 1];
    boolean reached = true;
    for (int step = 0; reached; step = after(step)) {
      assertThat(answer(other, "publish", SMALL)).isEqualTo("1");
      assertThat(answer(other, "work")).isEqualTo("1");
      String[] worked = {""};
      reached =
          heldUp(
              late,
              step,
              () -> assertThat(answer(other, "publish", more)).isEqualTo("3"),
              () -> worked[0] = answer(late, "work"));
      if (reached) {
        int rest = number(answer(other, "work"));
        assertThat(number(worked[0]) + rest).as("pieces, step %d", step).isEqualTo(3);
        assertThat(answer(other, "collect")).as("step %d", step).isEqualTo(digest(more));
      }
    }
  }

  @Test
  void noBufferTakesThePlaceOfOneThatIsWorkedOn() throws Exception {
    boolean reached = true;
    for (int step = 0; reached; step = after(step)) {
      assertThat(answer(other, "publish", LARGE)).isEqualTo("2");
      String[] said = {"", "", ""};
      reached =
          heldUp(
              late,
              step,
              () -> {
                said[0] = answer(other, "work");
                said[1] = answer(other, "publish", SMALL);
              },
              () -> said[2] = answer(late, "work"));
      int worked = number(said[2]) + number(answer(other, "work"));
      if (said[1].equals("1")) {
        assertThat(number(said[0]) + worked).as("pieces, step %d", step).isEqualTo(3);
        assertThat(answer(other, "collect")).as("step %d", step).isEqualTo(digest(SMALL));
      } else if (reached) {
        assertThat(said[1]).isEqualTo("busy");
        assertThat(number(said[0]) + worked).as("pieces, step %d", step).isEqualTo(2);
        assertThat(answer(other, "collect")).as("step %d", step).isEqualTo(digest(LARGE));
      }
    }
  }

  @Test
  void whoCollectsBesideAPublishGetsTheDigestOfOneBuffer() throws Exception {
    boolean reached = true;
    for (int step = 0; reached; step = after(step)) {
      assertThat(answer(other, "publish", LARGE)).isEqualTo("2");
      assertThat(answer(other, "work")).isEqualTo("2");
      String[] said = {"", ""};
      reached =
          heldUp(
              late,
              step,
              () -> {
                said[0] = answer(other, "publish", SMALL);
                answer(other, "work");
              },
              () -> said[1] = answer(late, "collect"));
      assertThat(said[1]).as("step %d", step).isIn(digest(LARGE), digest(SMALL));
      if (said[0].equals("busy")) {
        assertThat(said[1]).as("step %d", step).isEqualTo(digest(LARGE));
      }
    }
  }

  @Test
  void anInstanceStoppedInPublishLeavesAWholeBufferOrNone() throws Exception {
    boolean reached = true;
    for (int step = 0; reached; step = after(step)) {
      reached = stopped(step, () -> answer(late, "publish", LARGE));
      String first = answer(other, "publish", SMALL);
      if (first.equals("busy")) { // the whole of it is there
        assertThat(answer(other, "work")).as("step %d", step).isEqualTo("2");
        assertThat(answer(other, "collect")).as("step %d", step).isEqualTo(digest(LARGE));
        assertThat(answer(other, "publish", SMALL)).as("step %d", step).isEqualTo("1");
      }
      assertThat(answer(other, "work")).as("step %d", step).isEqualTo("1");
      assertThat(answer(other, "collect")).as("step %d", step).isEqualTo(digest(SMALL));
    }
  }

  @Test
  void anInstanceStoppedInCollectKeepsNobodyFromPublishing() throws Exception {
    assertThat(answer(other, "publish", SMALL)).isEqualTo("1");
    assertThat(answer(other, "work")).isEqualTo("1");
    boolean reached = true;
    for (int step = 0; reached; step = after(step)) {
      reached = stopped(step, () -> answer(late, "collect"));
      assertThat(answer(other, "publish", SMALL)).as("step %d", step).isEqualTo("1");
      assertThat(answer(other, "work")).as("step %d", step).isEqualTo("1");
      assertThat(answer(late, "collect")).as("step %d", step).isEqualTo(digest(SMALL));
    }
  }

  @Test
  void anInstanceStoppedInTheAllocatorLeavesBlocksThatAreApart() {
    boolean reached = true;
    for (int step = 0; reached; step = after(step)) {
      reached =
          stopped(
              step,
              () -> {
                long one = late.call("alloc", 100);
                long two = late.call("alloc", 1000);
                long three = late.call("alloc", 10);
                late.call("free", two);
                late.call("free", one);
                late.call("free", three);
              });
      int[] blocks = new int[40];
      for (int i = 0; i < blocks.length; i++) {
        blocks[i] = (int) late.call("alloc", 50 + i);
      }
      Arrays.sort(blocks);
      for (int i = 1; i < blocks.length; i++) {
        assertThat(blocks[i] - blocks[i - 1]).as("step %d", step).isGreaterThanOrEqualTo(50);
      }
      for (int block : blocks) {
        late.call("free", block);
      }
    }
  }

  /** Stops a call of the late one, and starts the next in its slot. */
  private boolean stopped(int step, Runnable call) {
    Throwable thrown =
        catchThrowable(
            () ->
                heldUp(
                    late,
                    step,
                    () -> {
                      throw new Stopped();
                    },
                    call));
    late = BareGuest.start(MODULE, region, 0);
    if (thrown != null) {
      assertThat(thrown).isInstanceOf(Stopped.class);
    }
    return thrown != null;
  }
}
