package io.millrace.benchmarks;

/**
 * A set of measurements that belong together; ends within a minute, unless all the time that there
 * is was asked for.
 */
interface Profile {

  /** As it is called on the command line. */
  String name();

  /** One line: what is measured, against what. */
  String description();

  /** How long it takes in a quick run on a machine that has nothing else to do, by plan. */
  int quickSeconds();

  /** Measures. */
  void run(Figures figures) throws Exception;
}
