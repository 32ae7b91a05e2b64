package io.millrace.pipeline;

import org.jspecify.annotations.Nullable;

/** Something that whoever runs a pool may want to know. */
public sealed interface WorkerEvent {

  /**
   * A guest failed while it ran: it trapped, exited, or a host function threw (a browser worker's
   * {@code error} event); or its bytes could not be read ({@code messageerror}).
   *
   * @param invocation that it was running
   * @param failure what its caller was told
   */
  record InvocationFailed(Invocation invocation, WorkerException failure) implements WorkerEvent {}

  /**
   * An instance is not used again, and the worker gets another one.
   *
   * @param worker its thread's name
   * @param reason in one line; of a failure its {@link WorkerException#reason}
   */
  record InstanceRetired(String worker, String reason) implements WorkerEvent {}

  /**
   * A claim that was neither committed nor closed was taken back: at its deadline, or at the end of
   * a pool that was terminated. Somebody may be writing to its slice: so its instance is retired,
   * or on shared memory the slice is kept until the claim is closed. (If nobody has asked for it,
   * it is free at once.)
   *
   * @param invocation that was claimed for
   */
  record ClaimReclaimed(Invocation invocation) implements WorkerEvent {}

  /**
   * A worker's thread died; another one took its place.
   *
   * @param worker its thread's name
   * @param cause what it died of
   */
  record WorkerDied(String worker, @Nullable Throwable cause) implements WorkerEvent {}

  /**
   * A worker was given up, since its guest did not stop when told to; another one took its place.
   *
   * @param worker its thread's name
   * @param invocation that it is still running
   */
  record WorkerAbandoned(String worker, Invocation invocation) implements WorkerEvent {}
}
