package io.millrace.instance;

import io.millrace.memory.Snapshot;

/**
 * What became of the snapshot that a pool's later instances start from.
 *
 * @param taken whether they start from one, instead of running the guest's start again
 * @param refusal why not; empty when it was taken
 * @param sizeBytes of the guest's memory when it was ready; 0 without a snapshot
 * @param keptBytes of heap that the snapshot takes
 * @param randomBytesDrawn how much the guest drew from random_get while the first instance started.
 *     A snapshot copies whatever the guest made of it, such as the seeds of its hash tables, to all
 *     later instances
 */
public record SnapshotReport(
    boolean taken, String refusal, int sizeBytes, int keptBytes, long randomBytesDrawn) {

  static SnapshotReport taken(Snapshot memory, long randomBytesDrawn) {
    return new SnapshotReport(true, "", memory.sizeBytes(), memory.keptBytes(), randomBytesDrawn);
  }

  static SnapshotReport refused(String why, long randomBytesDrawn) {
    return new SnapshotReport(false, why, 0, 0, randomBytesDrawn);
  }
}
