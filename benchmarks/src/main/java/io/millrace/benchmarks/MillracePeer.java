package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.GuestSource;
import io.millrace.scheduler.WorkerPools;
import org.HdrHistogram.Histogram;
import reactor.core.publisher.Flux;

/** Ourselves: a stream with a limit on what is under way, in order or as replies come. */
final class MillracePeer implements Peer {

  private static final int CAPACITY = 2048;

  private final WorkerPool pool;
  private final PeerKind kind;

  /** One of the two kinds that are ourselves. */
  MillracePeer(PeerKind kind, GuestSource guests, int workers) throws Exception {
    this.kind = kind;
    pool = WorkerPools.over(guests).workers(workers).inboxCapacity(CAPACITY).build();
    for (PeerCall call : PeerCall.values()) {
      Reply reply = pool.invoke(call.invocation()).block(LIMIT);
      call.check(reply == null ? new byte[0] : reply.bytes());
    }
  }

  @Override
  public PeerRound run(PeerCall call, int calls, int inFlight, boolean timed) {
    Invocation invocation = call.invocation();
    Flux<Invocation> all = Flux.fromIterable(new Copies<>(invocation, calls));
    Histogram sojourns = Peer.histogram();
    long start = System.nanoTime();
    Flux<Reply> replies;
    if (!timed) {
      replies = through(all, inFlight);
    } else if (kind == PeerKind.MILLRACE) {
      SentInOrder sent = new SentInOrder(inFlight);
      // Not by the iterable: Reactor takes an element from it before it is asked for one.
      replies =
          through(all.map(sent::sent), inFlight)
              .doOnNext(reply -> sojourns.recordValue(sent.nanos()));
    } else {
      SentByInvocation sent = new SentByInvocation(invocation, inFlight);
      replies =
          through(all.map(any -> sent.sent()), inFlight)
              .doOnNext(reply -> sojourns.recordValue(sent.nanos(reply)));
    }
    long completed =
        Peer.count(kind.title(), replies.filter(Reply.Completed.class::isInstance), LIMIT);
    return PeerRound.of(System.nanoTime() - start, calls - completed, sojourns);
  }

  private Flux<Reply> through(Flux<Invocation> all, int inFlight) {
    return kind == PeerKind.MILLRACE
        ? pool.invokeAll(all, inFlight)
        : pool.invokeAllUnordered(all, inFlight);
  }

  @Override
  public void close() {
    pool.close();
  }

  /** When each was sent. Replies come in order, so a ring tells; signals come one by one. */
  private static final class SentInOrder {

    private final long[] nanos;
    private final int mask;
    private int sent;
    private int replied;

    SentInOrder(int inFlight) {
      // One more than may be under way would do; a power of two, since a division takes longer.
      nanos = new long[2 * Integer.highestOneBit(inFlight)];
      mask = nanos.length - 1;
    }

    Invocation sent(Invocation invocation) {
      nanos[sent++ & mask] = System.nanoTime();
      return invocation;
    }

    long nanos() {
      return System.nanoTime() - nanos[replied++ & mask];
    }
  }
}
