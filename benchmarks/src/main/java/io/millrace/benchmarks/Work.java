package io.millrace.benchmarks;

/** Something that is measured. */
@FunctionalInterface
interface Work {

  /** Does it once. What it returns depends on the result, so that the JIT cannot leave it out. */
  long once() throws Exception;
}
