package io.millrace.instance;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.InvocationCost;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.EscapedSliceException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls an instance's functions: brings a payload in and a reply out, and knows what each failure
 * means for the instance. One thread at a time, which {@link GuestInstance} sees to.
 */
final class GuestCalls {

  private final ModuleReport report;
  private final EngineInstance instance;
  private final WasiContext wasi;
  private final GuestInput input;
  private final GuestResult result;
  private final EngineInstance.@Nullable Export afterCall;
  private final Consumer<@Nullable String> spoil;
  private final Map<String, EngineInstance.Export> functions = new HashMap<>();

  /** Whether somebody may go on writing to the arena's block. */
  private boolean inputEscaped;

  /**
   * @param spoil is told why the instance may not be called again
   */
  GuestCalls(
      ModuleReport report,
      EngineInstance instance,
      GuestInput input,
      GuestResult result,
      Consumer<@Nullable String> spoil) {
    this.report = report;
    this.instance = instance;
    this.wasi = instance.wasi();
    this.input = input;
    this.result = result;
    this.spoil = spoil;
    String after = report.abi().afterCall();
    this.afterCall = after == null ? null : instance.function(after);
  }

  boolean inputEscaped() {
    return inputEscaped;
  }

  /** Runs one invocation. */
  Object call(Invocation invocation) {
    input.begin();
    result.begin();
    wasi.begin(invocation);
    return call(function(invocation.function()), invocation);
  }

  /** Of the last invocation. */
  InvocationCost cost(int pagesAfter) {
    return new InvocationCost(
        input.copiedBytes() + result.copiedBytes(), pagesAfter, wasi.hostCalls());
  }

  /** Whatever the invocation came to. */
  void end() {
    wasi.end();
  }

  private Object call(EngineInstance.Export function, Invocation invocation) {
    try {
      input.place(invocation.function(), invocation.payload());
      long[] answer = function.call(input.arguments());
      return reply(answer, invocation);
    } catch (WorkerException.AbiMismatch lie) {
      spoil.accept("it lied: " + lie.reason()); // a guest that lies once is not asked again
      throw lie;
    } catch (WorkerException known) {
      throw known;
    } catch (EscapedSliceException escaped) {
      inputEscaped = true;
      spoil.accept("somebody may be writing to its memory");
      throw new WorkerException.WorkerTerminated(
          invocation.function() + " did not begin: " + escaped.getMessage(), escaped);
    } catch (HostSignal end) {
      throw ended(invocation.function(), end.failure(invocation.function()));
    } catch (Throwable trap) {
      // Errors too: a stack overflow or a full heap inside one guest is that guest's failure.
      throw ended(invocation.function(), trapped(invocation.function(), trap));
    }
  }

  /** What its caller is told of a function of the guest's that was left by a throw. */
  WorkerException trapped(String function, Throwable trap) {
    return EngineInstance.isInterrupt(trap)
        ? new WorkerException.WorkerTerminated(function + " was stopped while it ran", trap)
        : new WorkerException.GuestTrap(function, trap, instance.stack(trap));
  }

  /** What the caller is told of a guest that has ended: where it went wrong first. */
  private WorkerException ended(String function, WorkerException failure) {
    spoil.accept(failure.reason());
    Throwable unread = wasi.messageFailure();
    if (unread == null || failure instanceof WorkerException.WorkerTerminated) {
      return failure;
    }
    WorkerException first = GuestResult.notReceived(function, unread);
    first.addSuppressed(failure);
    return first;
  }

  private Object reply(long[] answer, Invocation invocation) {
    Throwable unread = wasi.messageFailure();
    Object reply;
    try {
      // A receiver that has failed is not asked again; the guest's block goes back all the same.
      reply =
          result.take(answer, input, unread == null ? invocation : invocation.withReceiver(null));
    } catch (WorkerException.AbiMismatch lie) {
      throw lie;
    } catch (WorkerException harmless) {
      finishCall();
      throw unread == null ? harmless : GuestResult.notReceived(invocation.function(), unread);
    }
    finishCall();
    if (unread != null) {
      throw GuestResult.notReceived(invocation.function(), unread);
    }
    return reply;
  }

  private void finishCall() {
    input.done();
    if (afterCall != null) {
      afterCall.call();
    }
  }

  private EngineInstance.Export function(String name) {
    EngineInstance.Export known = functions.get(name);
    if (known == null) {
      report.requireFunction(name);
      known = instance.function(name);
      functions.put(name, known);
    }
    return known;
  }
}
