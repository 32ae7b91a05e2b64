package io.millrace.instance;

/**
 * Counts of one pool since its start.
 *
 * @param compiles modules compiled by the pool's cache
 * @param cacheHits how often the cache had the module, or had begun to compile it
 * @param instancesCreated instances built, spare ones included
 * @param instancesRetired instances given up: after a trap, an interrupt or an exit, or because a
 *     policy wanted another
 * @param instances instances there are now, leased and idle
 * @param memoryPages pages of 64 KiB that they have together, and those of up to two memories that
 *     retired instances have left for the next ones
 * @param resets times that an instance went back to its first state
 * @param resetsVerified of these, how many were compared with that state in full
 * @param resetDifferences of these, how many were found to differ: 0, or there is a fault in
 *     Millrace
 */
public record InstancePoolMetrics(
    long compiles,
    long cacheHits,
    long instancesCreated,
    long instancesRetired,
    int instances,
    long memoryPages,
    long resets,
    long resetsVerified,
    long resetDifferences) {}
