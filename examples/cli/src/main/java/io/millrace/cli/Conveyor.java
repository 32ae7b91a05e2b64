package io.millrace.cli;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Moves requests into a pool on one thread and replies out of it on another, so that nothing but
 * guests runs on the workers' threads. For one run.
 */
final class Conveyor implements AutoCloseable {

  /**
   * Replies that may wait for the receiver: more than there is room in a pool, so that it never
   * starves.
   */
  private static final int REPLIES_AHEAD = 16 * 1024;

  private final Scheduler requesting = oneThread("millrace-requests");
  private final Scheduler receiving = oneThread("millrace-replies");
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  /** Takes replies, one by one and in order. Receiving thread only. */
  interface Receiver {
    void accept(Reply reply);

    /** There are no more replies; also after a failure, its own included. */
    void finish();
  }

  /**
   * Returns when the receiver has had everything. Throws what went wrong on whichever thread.
   *
   * @param requests as for {@link Flux#generate}; may block
   */
  void run(WorkerPool pool, Consumer<SynchronousSink<Invocation>> requests, Receiver receiver) {
    Flux<Invocation> invocations =
        Flux.<Invocation>generate(sink -> guarded(() -> requests.accept(sink)))
            .subscribeOn(requesting, true);
    Disposable running =
        pool.invokeAll(invocations)
            .publishOn(receiving, REPLIES_AHEAD)
            .subscribe(
                reply -> guarded(() -> receiver.accept(reply)),
                failure -> {
                  reporting(receiver::finish); // what came before the failure counts
                  end.completeExceptionally(failure);
                },
                () -> {
                  reporting(receiver::finish);
                  end.complete(null);
                });
    try {
      end.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw Exceptions.propagate(Objects.requireNonNullElse(e.getCause(), e));
    } finally {
      running.dispose();
    }
  }

  /** Runs {@code task} on the receiving thread, behind the replies that are there by then. */
  void later(Duration delay, Runnable task) {
    receiving.schedule(() -> reporting(task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void reporting(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      end.completeExceptionally(failure);
    }
  }

  /** Reactor lets a virtual machine's error fly past all subscribers: nobody would ever know. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (VirtualMachineError e) {
      end.completeExceptionally(e);
      throw new IllegalStateException("given up", e);
    }
  }

  /** Interrupts whoever still waits. A thread that blocks in reading is left: it is a daemon. */
  @Override
  public void close() {
    requesting.dispose();
    receiving.dispose();
  }

  /** Not one of Reactor's own threads, which must not block: these read, write and wait. */
  private static Scheduler oneThread(String name) {
    return Schedulers.fromExecutorService(
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            }),
        name);
  }
}
