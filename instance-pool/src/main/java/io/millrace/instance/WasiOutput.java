package io.millrace.instance;

import io.millrace.instance.GuestOutput.Stream;
import io.millrace.instance.GuestOutput.Written;
import io.millrace.memory.LinearMemory;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What one instance writes to one of its two streams during one invocation. */
final class WasiOutput {

  private static final System.Logger LOGGER = System.getLogger(WasiOutput.class.getName());

  private final Stream stream;
  private final @Nullable GuestOutput listener;
  private final int limitBytes;
  private ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
  private long droppedBytes;

  WasiOutput(Stream stream, CapabilityPolicy policy) {
    this.stream = stream;
    this.listener = policy.output();
    this.limitBytes = policy.outputLimitBytes();
  }

  /** Takes bytes of the guest's memory, which were checked to lie there. */
  void write(LinearMemory memory, int address, int length) {
    int room = listener == null ? 0 : Math.min(length, limitBytes - kept.size());
    if (room > 0) {
      kept.writeBytes(memory.read(address, room));
    }
    droppedBytes += length - room;
  }

  /** Forgets what was written; an idle instance keeps no room for it. */
  void clear() {
    if (kept.size() > 0) {
      kept = new ByteArrayOutputStream(0);
    }
    droppedBytes = 0;
  }

  /** Hands over what was written, if anything, and forgets it. */
  void handOver(String function, @Nullable String tenant) {
    if (listener == null || (kept.size() == 0 && droppedBytes == 0)) {
      return;
    }
    String text = LogText.escaped(kept.toString(StandardCharsets.UTF_8));
    Written written = new Written(function, tenant, stream, text, droppedBytes);
    clear();
    // An interrupt is the guest's: in a listener it would close the file that it logs to.
    boolean interrupted = Thread.interrupted();
    try {
      listener.written(written);
    } catch (Throwable failed) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "the listener for output of " + function + " failed",
          failed);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
