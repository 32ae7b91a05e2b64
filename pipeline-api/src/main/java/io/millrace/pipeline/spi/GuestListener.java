package io.millrace.pipeline.spi;

/** Told of what becomes of a worker's guests. On the worker's thread; must not throw. */
@FunctionalInterface
public interface GuestListener {

  /** The guest of the invocations before is not used again. */
  void retired(String reason);
}
