package io.millrace.pipeline;

import io.millrace.memory.Slice;
import reactor.core.publisher.Mono;

/**
 * A slice of a guest's memory that the caller fills before the guest's function gets it, so that
 * nothing is copied. See {@link WorkerPool#claim}.
 *
 * <table>
 *   <caption>What an open claim keeps, besides its place among those that wait</caption>
 *   <tr><th>the guests' memory</th><th>keeps</th><th>still open at its deadline</th></tr>
 *   <tr><td>one for each</td><td>a worker and its guest: no growth, no reset and no other tenant can
 *       touch the slice. So fill it at once</td><td>the guest's instance is not used again</td></tr>
 *   <tr><td>shared by all</td><td>the slice</td><td>its bytes are not lent again before {@link #close}
 *       or {@link #commit}, unless nobody has asked for the {@link #slice}</td></tr>
 * </table>
 *
 * <p>A claim that is still open at its deadline is taken back: the slice is dead, the pool tells of
 * it ({@link WorkerEvent.ClaimReclaimed}), and the Mono of {@link #commit} errors with {@link
 * WorkerException.DeadlineExceeded}. Since somebody may be writing to it in this very moment, what
 * the table says is given up.
 *
 * <p><strong>Keep no view of the slice</strong> ({@code slice().view()}) beyond commit or close:
 * the slice is dead then, but a view is not, and writes to memory that is another's.
 *
 * <p>One thread at a time; it need not be the one that got the claim. In a pipeline {@link
 * Mono#usingWhen} closes what was not committed. A claim that an operator drops on its way (a
 * timeout, a function that throws, a cancellation) is closed by {@code doOnDiscard(Claim.class,
 * Claim::close)} behind that operator, where it tells of what it drops; what nobody closes stays
 * open up to its deadline.
 *
 * <pre>{@code
 * try (Claim claim = pool.claim(Invocation.of("sha256", Payload.reserved(4096))).block()) {
 *   claim.slice().view().put(source);
 *   Reply reply = claim.commit(source.length).block();
 * }
 * }</pre>
 */
public interface Claim extends AutoCloseable {

  /** Where to write. Its address is a multiple of 8. Dead after commit, abort and deadline. */
  Slice slice();

  /** Commits the whole slice. */
  default Mono<Reply> commit() {
    return commit(slice().length());
  }

  /**
   * Hands the first {@code length} bytes to the function, at once and whether or not the Mono is
   * subscribed to. The Mono replays the reply; cancelling it does nothing.
   *
   * <p>After the claim was taken back nothing is handed over, and the Mono errors with the reason.
   *
   * @throws WorkerException.SliceMisuse when it was committed or closed before, or its slice was
   *     transferred or released
   * @throws IndexOutOfBoundsException when the slice is shorter
   */
  Mono<Reply> commit(int length);

  /**
   * Aborts what was not committed: the function does not run. Says that nobody writes to the slice
   * any more, which is worth saying also after the claim was taken back. Harmless otherwise.
   */
  @Override
  void close();
}
