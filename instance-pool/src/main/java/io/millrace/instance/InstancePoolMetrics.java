package io.millrace.instance;

/**
 * Counts of one pool since its start.
 *
 * @param compiles modules compiled by the pool's cache
 * @param cacheHits how often the cache had the module, or had begun to compile it
 * @param instancesCreated instances that have served an invocation
 * @param instancesRetired instances given up: after a trap, an interrupt, an exit, or for the sake
 *     of another tenant
 */
public record InstancePoolMetrics(
    long compiles, long cacheHits, long instancesCreated, long instancesRetired) {}
