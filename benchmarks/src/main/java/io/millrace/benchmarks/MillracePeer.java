package io.millrace.benchmarks;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.GuestSource;
import io.millrace.scheduler.WorkerPools;
import java.util.Collections;
import java.util.Iterator;
import org.HdrHistogram.Histogram;
import reactor.core.publisher.Flux;

/** Ourselves: {@code invokeAll}, with a limit on what is under way. */
final class MillracePeer implements Peer {

  private static final int CAPACITY = 2048;

  private final WorkerPool pool;

  MillracePeer(GuestSource guests, int workers) throws Exception {
    pool = WorkerPools.over(guests).workers(workers).inboxCapacity(CAPACITY).build();
    for (PeerCall call : PeerCall.values()) {
      Reply reply = pool.invoke(call.invocation()).block();
      call.check(reply == null ? new byte[0] : reply.bytes());
    }
  }

  @Override
  public Round run(PeerCall call, int calls, int inFlight, boolean timed) {
    Sent sent = new Sent();
    Iterable<Invocation> all = Collections.nCopies(calls, call.invocation());
    long start = System.nanoTime();
    Flux<Reply> stream =
        timed
            ? pool.invokeAll(Flux.fromIterable(sent.stamping(all)), inFlight)
                .doOnNext(sent::replied)
            : pool.invokeAll(Flux.fromIterable(all), inFlight);
    Long replies = stream.filter(Reply.Completed.class::isInstance).count().block();
    if (replies == null || replies != calls) {
      throw new IllegalStateException(replies + " replies to " + calls + " invocations");
    }
    return Round.of(start, sent.sojourns);
  }

  @Override
  public void close() {
    pool.close();
  }

  /** When each was sent. Replies come in order, so a ring tells; signals come one by one. */
  private static final class Sent {

    private static final int RING = 8192; // more than are ever under way

    private final long[] nanos = new long[RING];
    private final Histogram sojourns = Peer.histogram();
    private int sent;
    private int replied;

    Iterable<Invocation> stamping(Iterable<Invocation> all) {
      return () -> {
        Iterator<Invocation> each = all.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return each.hasNext();
          }

          @Override
          public Invocation next() {
            nanos[sent++ % RING] = System.nanoTime();
            return each.next();
          }
        };
      };
    }

    void replied(Reply reply) {
      sojourns.recordValue(System.nanoTime() - nanos[replied++ % RING]);
    }
  }
}
