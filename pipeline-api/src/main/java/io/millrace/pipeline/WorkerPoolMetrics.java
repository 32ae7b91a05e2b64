package io.millrace.pipeline;

/**
 * Counts of one pool since its start.
 *
 * @param workers the most workers that the pool may have
 * @param liveWorkers how many it has now
 * @param waiting invocations accepted and not begun
 * @param running invocations that a guest is running
 * @param completed invocations answered with bytes
 * @param failed invocations answered with a failure, but for the two following
 * @param rejected invocations refused because the pool was full or closed
 * @param evicted invocations dropped or shed to make room for others
 * @param cancelled invocations dropped or stopped because their subscriber cancelled
 * @param abandonedWorkers workers given up because their guest did not stop when told to
 * @param diedWorkers workers whose thread died; each was replaced
 * @param droppedEvents events that a subscriber of {@link WorkerPool#events} did not get
 * @param openClaims claims on shared memory that are being filled, or wait for their slice; they
 *     are among those that wait
 * @param quarantinedBytes bytes of shared memory that were taken back from claims at their
 *     deadlines and are not lent again, since nobody has closed these claims: of whole blocks, a
 *     power of two for each claim; of all pools over the same guests
 */
public record WorkerPoolMetrics(
    int workers,
    int liveWorkers,
    int waiting,
    int running,
    long completed,
    long failed,
    long rejected,
    long evicted,
    long cancelled,
    long abandonedWorkers,
    long diedWorkers,
    long droppedEvents,
    int openClaims,
    long quarantinedBytes) {}
