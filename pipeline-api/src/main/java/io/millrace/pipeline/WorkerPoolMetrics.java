package io.millrace.pipeline;

/**
 * Counts of one pool since its start.
 *
 * @param workers how many workers the pool has
 * @param waiting invocations accepted and not begun
 * @param running invocations that a guest is running
 * @param completed invocations answered with bytes
 * @param failed invocations answered with a failure
 * @param rejected invocations refused because the pool was full or closed
 * @param cancelled invocations dropped or stopped because their subscriber cancelled
 */
public record WorkerPoolMetrics(
    int workers,
    int waiting,
    int running,
    long completed,
    long failed,
    long rejected,
    long cancelled) {}
