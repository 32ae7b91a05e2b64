package io.millrace.pipeline;

import io.millrace.memory.SliceStateException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why an invocation has no reply. Each kind tells whether trying the same again may help; each
 * message names the thing, the limit and what to do.
 *
 * <p>{@link InboxFull}, {@link Dropped}, {@link Shed}, {@link PoolClosed} and {@link
 * DeadlineExceeded} carry no stack trace: they are signals of load, raised often and on a hot path.
 *
 * <pre>{@code
 * String digest =
 *     pool.invoke(Invocation.of("sha256", "abc"))
 *         .retryWhen(
 *             Retry.backoff(3, Duration.ofMillis(10))
 *                 .filter(e -> e instanceof WorkerException failure && failure.retryable()))
 *         .map(Reply::utf8)
 *         .block();
 * }</pre>
 */
@SuppressWarnings("serial") // nobody keeps one: no kind promises a form
public abstract sealed class WorkerException extends RuntimeException {

  /** Null where the whole message is one. */
  private final @Nullable String reason;

  private WorkerException(
      @Nullable String message, @Nullable Throwable cause, boolean writableStackTrace) {
    super(message, cause, false, writableStackTrace);
    this.reason = null;
  }

  /** What happened, and what to do about it. */
  private WorkerException(String reason, String advice, @Nullable Throwable cause) {
    super(reason + "; " + advice, cause, false, true);
    this.reason = reason;
  }

  /** For one that is made anew each time, and can carry what else went wrong. */
  private WorkerException(@Nullable String message, Throwable cause) {
    super(message, cause, true, true);
    this.reason = null;
  }

  /** In one line: messages of parsers have several. */
  private static String describe(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isBlank()
        ? cause.getClass().getSimpleName()
        : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /**
   * What happened, in one line. Of what guests, hosts and modules do wrong it lacks the advice that
   * the message adds for a caller.
   */
  public String reason() {
    return reason == null ? String.valueOf(getMessage()) : reason;
  }

  /**
   * Whether the same invocation may succeed later, with nothing changed by the caller. No, unless
   * its kind says otherwise.
   */
  public boolean retryable() {
    return false;
  }

  /** As many invocations wait as the pool admits, or as it admits of this tenant. */
  public static final class InboxFull extends WorkerException {
    private final int capacity;
    private final Duration retryAfter;

    /** Names the pool's {@code inboxCapacity}; nothing is known of when there will be room. */
    public InboxFull(int capacity) {
      this(capacity, Duration.ZERO);
    }

    /** Names the pool's {@code inboxCapacity}, and when about there will be room. */
    public InboxFull(int capacity, Duration retryAfter) {
      super(null, null, false);
      this.capacity = capacity;
      this.retryAfter = retryAfter;
    }

    @Override
    public String getMessage() { // made when read: most are not
      return "inbox is full: its "
          + capacity
          + " places are taken, but for those left to tenants with less waiting; try again in "
          + retryAfter.toMillis()
          + " ms, use invokeAll, or raise inboxCapacity";
    }

    /** The pool's {@code inboxCapacity}. */
    public int capacity() {
      return capacity;
    }

    /** When about a place comes free: an estimate by measured service time, 0 without one. */
    public Duration retryAfter() {
      return retryAfter;
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** It was the oldest that waited, and made room for a newer one. */
  public static final class Dropped extends WorkerException {
    private final int capacity;

    /** Names the pool's {@code inboxCapacity}. */
    public Dropped(int capacity) {
      super(null, null, false);
      this.capacity = capacity;
    }

    @Override
    public String getMessage() {
      return "dropped for a newer invocation, since "
          + capacity
          + " waited: send less, or raise inboxCapacity";
    }

    /** The pool's {@code inboxCapacity}. */
    public int capacity() {
      return capacity;
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** It could not have met its deadline any more, and was not begun. */
  public static final class Shed extends WorkerException {
    private final String function;
    private final Duration deadline;

    /** Names the function and the deadline that it would have missed. */
    public Shed(String function, Duration deadline) {
      super(null, null, false);
      this.function = function;
      this.deadline = deadline;
    }

    @Override
    public String getMessage() {
      return function
          + " was shed: what is left of its deadline of "
          + deadline.toMillis()
          + " ms is less than it takes; send less, or allow more";
    }

    /** The deadline that the invocation carried. */
    public Duration deadline() {
      return deadline;
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** The pool was closed before it accepted the invocation. */
  public static final class PoolClosed extends WorkerException {
    /** Names what was closed. */
    public PoolClosed(String what) {
      super(
          what + " is closed: it accepts no more work; close it when the last caller has ended",
          null,
          false);
    }
  }

  /** The deadline passed, while the invocation waited or while the guest ran. */
  public static final class DeadlineExceeded extends WorkerException {
    private final Duration deadline;
    private final boolean started;

    /** Names the deadline and how far the invocation had come. */
    public DeadlineExceeded(String function, Duration deadline, boolean started) {
      this(
          function,
          deadline,
          started,
          started
              ? "while the guest ran: it was stopped; allow more, or send it less"
              : "before a worker was free: it was not started; allow more, or send less");
    }

    private DeadlineExceeded(String what, Duration deadline, boolean started, String when) {
      super(
          "deadline of " + deadline.toMillis() + " ms for " + what + " passed " + when,
          null,
          false);
      this.deadline = deadline;
      this.started = started;
    }

    /** Of a claim that was handed out, and neither committed nor closed: no guest has run. */
    public static DeadlineExceeded ofClaim(String function, Duration deadline) {
      return new DeadlineExceeded(
          "a claim of " + function,
          deadline,
          false,
          "before it was committed: its slice was taken back; fill it faster, or allow more");
    }

    /** The deadline that the invocation carried. */
    public Duration deadline() {
      return deadline;
    }

    /** Whether the guest had begun. */
    public boolean started() {
      return started;
    }

    /** Only what was not started can be tried again without doing its work twice. */
    @Override
    public boolean retryable() {
      return !started;
    }
  }

  /** The worker was terminated while the invocation waited or ran. */
  public static final class WorkerTerminated extends WorkerException {
    /** Says what ended the worker, without advice: this adds it. */
    public WorkerTerminated(String what, @Nullable Throwable cause) {
      super(
          what,
          "the guest may have done its work: send it again, to a pool that is open, only"
              + " where doing it twice is harmless",
          cause);
    }
  }

  /** The guest trapped; its instance is not used again. */
  public static final class GuestTrap extends WorkerException {
    private final List<String> wasmStack;

    /** Names the function; {@code cause} is the engine's own exception. */
    public GuestTrap(String function, Throwable cause) {
      this(function, cause, List.of());
    }

    /** The same, with the guest's functions that were running. */
    public GuestTrap(String function, Throwable cause, List<String> wasmStack) {
      super(
          function + " trapped: " + describe(cause),
          "its next call gets a new instance: send other input, or mend the guest"
              + (wasmStack.isEmpty() ? "" : " in " + wasmStack.get(0)),
          cause);
      this.wasmStack = List.copyOf(wasmStack);
    }

    /**
     * The guest's functions that were running, the innermost first: by their names where the module
     * tells them, by their numbers else. Empty where nothing is known, as with interpreted guests.
     */
    public List<String> wasmStack() {
      return wasmStack;
    }
  }

  /** The guest called proc_exit; its instance is not used again. */
  public static final class GuestExit extends WorkerException {
    private final int exitCode;

    /** Names the function and the guest's exit code. */
    public GuestExit(String function, int exitCode) {
      super(
          function + " ended its instance with exit code " + exitCode,
          "its next call gets a new one: what is to be called again must return",
          null);
      this.exitCode = exitCode;
    }

    /** What the guest passed to proc_exit. */
    public int exitCode() {
      return exitCode;
    }
  }

  /**
   * A host function that the guest called threw; the guest's instance is not used again, the
   * function may be.
   */
  public static final class HostFunctionFailed extends WorkerException {
    private final String hostFunction;

    /** Names the function, the host function, and what that threw. */
    public HostFunctionFailed(String function, String hostFunction, Throwable cause) {
      super(
          function + " failed: host function " + hostFunction + ": " + describe(cause),
          "its next call gets a new instance: mend the host function, or let it answer the"
              + " guest an error instead",
          cause);
      this.hostFunction = hostFunction;
    }

    /** The host function, as {@code module.name}. */
    public String hostFunction() {
      return hostFunction;
    }
  }

  /** Two threads called one instance at the same time: a guest has one thread. */
  public static final class InstanceBusy extends WorkerException {
    /** Names the function of the call that was refused; the other one goes on unharmed. */
    public InstanceBusy(String function) {
      super(
          function
              + " was called while its instance runs another call: use one lease for each thread",
          null,
          true);
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /**
   * The pool may build no further instance, or has no memory for it; or claims on a shared memory
   * have all the bytes that there are for them.
   */
  public static final class PoolExhausted extends WorkerException {
    private final long limit;

    /** Names what has run out ("instances", "pages of linear memory") and the limit. */
    public PoolExhausted(String what, long limit, String remedy) {
      super("all " + limit + " " + what + " of the pool are in use: " + remedy, null, false);
      this.limit = limit;
    }

    /** The limit. */
    public long limit() {
      return limit;
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** The guest answered with an error of its own; it goes on. */
  public static final class GuestFailed extends WorkerException {
    private final String function;
    private final String error;

    /** Names the function and what the guest says. */
    public GuestFailed(String function, String error) {
      super(null, null, false);
      this.function = function;
      this.error = error;
    }

    @Override
    public String getMessage() { // made when read: many an error is an ordinary answer
      return function
          + " answered with an error: "
          + error
          + "; the guest goes on: send it other input, as its contract has it";
    }

    /** The guest's text, in one line. */
    public String error() {
      return error;
    }
  }

  /** The module cannot be used: not wasm, damaged, over a limit, or its start failed. */
  public static final class ModuleRejected extends WorkerException {
    /** What {@link #limit} answers where no limit was passed. */
    public static final long NO_LIMIT = -1;

    private final long figure;
    private final long limit;

    /** Says what is wrong with which module, and what to do. */
    public ModuleRejected(String reason, String advice, @Nullable Throwable cause) {
      super(reason, advice, cause);
      this.figure = 0;
      this.limit = NO_LIMIT;
    }

    /** Says what of which module is over its limit; {@code reason} names both figures. */
    public ModuleRejected(String reason, String advice, long figure, long limit) {
      super(reason, advice, null);
      this.figure = figure;
      this.limit = limit;
    }

    /** What was found; at least this much where the whole is not known. 0 without a limit. */
    public long figure() {
      return figure;
    }

    /**
     * The limit that was passed, or {@link #NO_LIMIT} when the module was refused for another
     * reason.
     */
    public long limit() {
      return limit;
    }
  }

  /** The module asks for imports that the pool does not grant. */
  public static final class CapabilityDenied extends WorkerException {
    private final List<String> missing;

    /** Says what is not granted, and what would grant it. */
    public CapabilityDenied(String message) {
      this(message, List.of());
    }

    /** The same, with the imports that are not granted. */
    public CapabilityDenied(String message, List<String> missing) {
      super(message, null, true);
      this.missing = List.copyOf(missing);
    }

    /**
     * The imports that are not granted, as {@code module.name}: all of them, where the message
     * stops after some. Names are shortened and escaped as there. Empty where it is no import that
     * is denied.
     */
    public List<String> missing() {
      return missing;
    }
  }

  /** The module or a function of it does not keep to the ABI. */
  public static final class AbiMismatch extends WorkerException {
    private final boolean functionOnly;

    /** Says which export does not fit, and why; and what to do. */
    public AbiMismatch(String reason, String advice) {
      this(reason, advice, false);
    }

    private AbiMismatch(String reason, String advice, boolean functionOnly) {
      super(reason, advice, null);
      this.functionOnly = functionOnly;
    }

    /** Says which function is not there, or cannot be invoked; the rest of the module can. */
    public static AbiMismatch ofFunction(String reason, String advice) {
      return new AbiMismatch(reason, advice, true);
    }

    /** Whether only the function that was asked for does not fit: the guest itself is ready. */
    public boolean functionOnly() {
      return functionOnly;
    }
  }

  /** A payload or a reply is larger than the pool admits, or than the guest has room for. */
  public static final class PayloadTooLarge extends WorkerException {
    private final long lengthBytes;
    private final long limitBytes;

    /** Names what is too large ("payload", "reply"), its length and the limit. */
    public PayloadTooLarge(String what, long lengthBytes, long limitBytes) {
      super(
          what
              + " of "
              + lengthBytes
              + " bytes is over the limit of "
              + limitBytes
              + " bytes: send less, or raise the limit",
          null,
          true);
      this.lengthBytes = lengthBytes;
      this.limitBytes = limitBytes;
    }

    /** The length that was refused; at least this much where the whole is not known. */
    public long lengthBytes() {
      return lengthBytes;
    }

    /** The limit. */
    public long limitBytes() {
      return limitBytes;
    }
  }

  /**
   * A codec threw, wrote more than there was room for, or made nothing of a reply. The guest is
   * unharmed; where the reply could not be read, it has done its work. Where a message could not be
   * read and the guest trapped or exited later, that is the suppressed exception of this one.
   */
  public static final class CodecFailed extends WorkerException {
    /** Names the function, and what failed at what ("encode", "decode"). */
    public CodecFailed(String function, String step, Throwable cause) {
      super(
          function
              + ": the codec failed to "
              + step
              + ": "
              + describe(cause)
              + "; the guest goes on: mend the codec, or use one that "
              + (step.equals("encode") ? "can write the value" : "can read what the guest answers"),
          cause);
    }
  }

  /** A slice was used by somebody who does not have it any more, or has it from another memory. */
  public static final class SliceMisuse extends WorkerException {
    /** Carries memory-arena's own exception. */
    public SliceMisuse(SliceStateException cause) {
      super(describe(cause), cause);
    }

    /** Says what is wrong with which slice. */
    public SliceMisuse(String message) {
      super(message, null, true);
    }
  }
}
