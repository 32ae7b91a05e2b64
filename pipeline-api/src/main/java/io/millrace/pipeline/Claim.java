package io.millrace.pipeline;

import io.millrace.memory.Slice;
import reactor.core.publisher.Mono;

/**
 * A slice of a guest's memory that the caller fills before the guest's function gets it, so that
 * nothing is copied. See {@link WorkerPool#claim}.
 *
 * <p>On private memory the claim reserves the guest and its worker while it is open: no growth, no
 * reset and no other tenant can touch the slice. So fill it at once, and commit. A claim that is
 * still open at its deadline is taken back: the slice is dead, the guest's instance is not used
 * again, since somebody may be writing to its memory, the pool tells of it ({@link
 * WorkerEvent.ClaimReclaimed}), and the Mono of {@link #commit} errors with {@link
 * WorkerException.DeadlineExceeded}.
 *
 * <p><strong>Keep no view of the slice</strong> ({@code slice().view()}) beyond the commit: the
 * slice is dead then, but a view is not, and writes to memory that is another's.
 *
 * <p>One thread at a time; it need not be the one that got the claim.
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

  /** Aborts what was not committed: the function does not run. Harmless otherwise. */
  @Override
  void close();
}
