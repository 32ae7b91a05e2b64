package io.millrace.scheduler;

/**
 * What happens to an invocation that finds {@code inboxCapacity} others waiting, or as many as its
 * tenant or the streams may have there ({@link WorkerPoolConfig#inboxCapacity}). Each of them is
 * answered exactly once: in {@code invoke} by an error, in {@code invokeAll} by a {@code
 * Reply.Failed}.
 */
public enum Overflow {

  /**
   * {@code invokeAll} lets it wait in its stream, and asks the upstream for no more than there is
   * room for. {@code invoke} has no upstream that could wait: it is rejected. The default.
   */
  WAIT,

  /** It is rejected at once, with {@code InboxFull}. */
  REJECT,

  /**
   * The oldest that waits, of the tenant of which most wait and of its lowest priority, is answered
   * with {@code Dropped}, and the new one takes its place. Use it where only the latest counts.
   * What a worker was handed already, some 200 us of work or up to 64 short runs, goes only where
   * nothing else waits; with a key it does not go at all. Where 1024 new ones wait for their turn
   * to be let in, the next is rejected with {@code InboxFull}.
   */
  DROP_OLDEST,

  /**
   * Those whose deadline leaves less time than their run is going to take, by what their tenant's
   * runs took of late, are answered with {@code Shed}; the new one takes such a place, or is
   * rejected with {@code InboxFull} where there is none. A worker does not begin what cannot end in
   * time either, but for one that nobody else waits behind: so the pool finds out when runs become
   * shorter again.
   */
  SHED_LATE
}
