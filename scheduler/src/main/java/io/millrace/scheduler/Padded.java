package io.millrace.scheduler;

/**
 * Keeps the fields of its subclass away from whatever lies before them in the heap. What one thread
 * writes after each run, and what another one reads after each, should not share a cache line; the
 * collector puts objects side by side that were made far apart. Both sides extend this.
 *
 * <p>Two lines of 64 bytes, since processors fetch them in pairs. The first field takes the gap
 * behind the object's header, or one of the subclass would.
 */
abstract class Padded {
  int p00;
  long p01;
  long p02;
  long p03;
  long p04;
  long p05;
  long p06;
  long p07;
  long p08;
  long p09;
  long p10;
  long p11;
  long p12;
  long p13;
  long p14;
  long p15;
  long p16;
}
