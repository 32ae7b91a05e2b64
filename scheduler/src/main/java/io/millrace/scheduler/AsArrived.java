package io.millrace.scheduler;

import io.millrace.pipeline.Reply;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replies in the order of arrival: the ring of arrivals is the order, and each reply stands at its
 * arrival's place in a ring of its own.
 *
 * <p>So the drain does not touch the tasks, of which other workers had most: to fetch one from
 * another's processor takes as long as all else that the drain does for a reply, while one line of
 * the ring has sixteen replies.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>ring</td><td>volatile, any thread reads; emptied in the drain</td></tr>
 *   <tr><td>replies</td><td>volatile, by the owner of the answer, who is the only one to write
 *       there until the drain has taken it; emptied in the drain, plain, before the place is used
 *       again</td></tr>
 * </table>
 */
final class AsArrived extends ReplyOrder {

  /** Of an array of replies: to cast an object to one would fetch its header. */
  private static final VarHandle REPLY = MethodHandles.arrayElementVarHandle(Reply[].class);

  private final AtomicReferenceArray<@Nullable StreamTask> ring;
  private final @Nullable Reply[] replies;
  private final int mask;

  AsArrived(
      AtomicReferenceArray<@Nullable StreamTask> ring, ScheduledWorkerPool pool, DrainState drain) {
    super(pool, drain);
    this.ring = ring;
    this.replies = new Reply[ring.length()];
    this.mask = ring.length() - 1;
  }

  @Override
  void hasReply(StreamTask task, Reply reply) {
    REPLY.setVolatile(replies, task.place(), reply);
    platform().interleave();
  }

  @Override
  boolean answered(StreamTask task) {
    return task.place() == place(awaited()) || awaitsAny();
  }

  @Override
  boolean submitted(StreamTask task, int arrival) {
    return true;
  }

  @Override
  long answeredBefore() {
    return drain.emittedSeen();
  }

  @Override
  @Nullable Reply poll() {
    int place = place(drain.emitted());
    Reply reply = (Reply) REPLY.getVolatile(replies, place);
    if (reply == null) {
      return null;
    }
    replies[place] = null;
    drain.countEmitted(); // first: who submits takes a place without a task for an answered one's
    platform().interleave();
    ring.setRelease(place, null);
    return reply;
  }

  @Override
  boolean isDue(long number) {
    int place = place(number);
    return REPLY.getVolatile(replies, place) != null || ring.get(place) == null;
  }

  private int place(long sequence) {
    return (int) sequence & mask;
  }

  @Override
  void forEach(Consumer<StreamTask> action) {
    for (int place = 0; place < ring.length(); place++) {
      StreamTask task = ring.get(place);
      if (task != null) {
        action.accept(task);
      }
    }
  }
}
