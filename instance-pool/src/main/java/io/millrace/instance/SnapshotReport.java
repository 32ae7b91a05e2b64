package io.millrace.instance;

import io.millrace.memory.Snapshot;

/**
 * What became of the snapshot that a pool's later instances start from.
 *
 * @param taken whether they start from one, instead of running the guest's start again
 * @param refusal why not; empty when it was taken
 * @param sizeBytes of the guest's memory when it was ready; 0 without a snapshot
 * @param keptBytes of heap that the snapshot takes
 */
public record SnapshotReport(boolean taken, String refusal, int sizeBytes, int keptBytes) {

  static SnapshotReport taken(Snapshot memory) {
    return new SnapshotReport(true, "", memory.sizeBytes(), memory.keptBytes());
  }

  static SnapshotReport refused(String why) {
    return new SnapshotReport(false, why, 0, 0);
  }
}
