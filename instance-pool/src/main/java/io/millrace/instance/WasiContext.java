package io.millrace.instance;

import io.millrace.instance.GuestOutput.Stream;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.Receiver;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The host's side of one instance: what it may reach, and everything that its WASI calls change.
 * Used by the thread that uses the instance.
 */
final class WasiContext {

  private final CapabilityPolicy policy;
  private final WasiClock clock;
  private final WasiRandom random;
  private final OpenFiles files;
  private final WasiOutput stdout;
  private final WasiOutput stderr;
  private String function = GuestOutput.START;
  private @Nullable String tenant;
  private final int payloadLimitBytes;
  private @Nullable Receiver receiver;
  private @Nullable Throwable messageFailure;
  private int hostCalls;

  /**
   * Begins in the instance's start.
   *
   * @param payloadLimitBytes of a message that the guest posts, too
   */
  WasiContext(CapabilityPolicy policy, int payloadLimitBytes) {
    this.policy = policy;
    this.payloadLimitBytes = payloadLimitBytes;
    clock = new WasiClock(policy.clock());
    random = new WasiRandom(policy.random());
    files = new OpenFiles(policy.files());
    stdout = new WasiOutput(Stream.STDOUT, policy);
    stderr = new WasiOutput(Stream.STDERR, policy);
  }

  /**
   * What the calls have changed, as it is at one time. A position in secure random bytes is none:
   * there is no going back in those. Nor is output, which belongs to an invocation, not to an
   * instance.
   */
  record State(long steppedNanos, long randomPosition, Map<Integer, OpenFiles.Open> files) {}

  State state() {
    return new State(
        clock.steppedNanos(), random.isRepeatable() ? random.drawnBytes() : 0, files.state());
  }

  /** Brings a state back, and forgets what was written and not handed over. */
  void restore(State wanted) {
    clock.steppedNanos(wanted.steppedNanos());
    random.drawnBytes(wanted.randomPosition());
    files.state(wanted.files());
    stdout.clear();
    stderr.clear();
  }

  /** What differs from a state, if anything. */
  Optional<String> difference(State wanted) {
    State present = state();
    if (present.steppedNanos() != wanted.steppedNanos()) {
      return Optional.of("the clock has another reading");
    }
    if (present.randomPosition() != wanted.randomPosition()) {
      return Optional.of("the random bytes are at another position");
    }
    if (!present.files().equals(wanted.files())) {
      return Optional.of("other files are open");
    }
    return Optional.empty();
  }

  /** Whose calls the next ones are. */
  void begin(Invocation invocation) {
    function = invocation.function();
    tenant = invocation.tenant();
    receiver = invocation.receiver();
    messageFailure = null;
    hostCalls = 0;
  }

  /** Hands over what was written since {@link #begin}. */
  void end() {
    receiver = null;
    stdout.handOver(function, tenant);
    stderr.handOver(function, tenant);
  }

  String function() {
    return function;
  }

  /** Who takes the messages that the guest posts; null while it starts, and where nobody does. */
  @Nullable Receiver receiver() {
    return receiver;
  }

  /** The receiver could not take a message: it gets no other one of this invocation. */
  void messageFailed(Throwable why) {
    messageFailure = why;
    receiver = null;
  }

  /** Why the receiver could not take a message of the present invocation; null if it could. */
  @Nullable Throwable messageFailure() {
    return messageFailure;
  }

  int payloadLimitBytes() {
    return payloadLimitBytes;
  }

  /** The guest calls the host. */
  void countHostCall() {
    hostCalls++;
  }

  /** Since {@link #begin}. */
  int hostCalls() {
    return hostCalls;
  }

  @Nullable String tenant() {
    return tenant;
  }

  CapabilityPolicy policy() {
    return policy;
  }

  WasiClock clock() {
    return clock;
  }

  WasiRandom random() {
    return random;
  }

  OpenFiles files() {
    return files;
  }

  /** The stream of descriptor 1 or 2. */
  WasiOutput output(long descriptor) {
    return descriptor == 1 ? stdout : stderr;
  }
}
