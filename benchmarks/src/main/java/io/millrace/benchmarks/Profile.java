package io.millrace.benchmarks;

/** A set of measurements that belong together; ends within a minute. */
interface Profile {

  /** As it is called on the command line. */
  String name();

  /** One line: what is measured, against what. */
  String description();

  /** Measures. */
  void run(Figures figures) throws Exception;
}
