package io.millrace.pipeline;

import io.millrace.memory.Slice;
import io.millrace.memory.SliceStateException;
import io.millrace.pipeline.spi.ClaimArena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A claim on the one memory that guests share: it has a slice and no guest. To the pool it is an
 * invocation that is not queued before it was filled. What a {@link Claim} has not is the pool's to
 * call.
 *
 * <pre>
 *   PENDING --tryOpen()--> OPEN ---slice()--> SEEN --commit()--> COMMITTED  the slice goes back when
 *      |                    |                  |                             end() says so
 *      |                    +------------------+-----close()---> CLOSED     it goes back at once
 *      |                    |                  +-----end()-----> OVERDUE    quarantine, until
 *      |                    |                                               close() or commit()
 *      |                    +--end()-----------------------> UNSEEN     nobody can be writing
 *      |                                                                there: it goes back at once
 *      +--end(), tryDrop()-------------------------------> ENDED      nobody ever had it
 * </pre>
 *
 * <p>{@code commit} and {@code close} lead out of OPEN as they do out of SEEN.
 *
 * <table>
 *   <caption>Access</caption>
 *   <tr><th>field</th><th>mode</th></tr>
 *   <tr><td>state</td><td>compare-and-set, any thread; read volatile</td></tr>
 *   <tr><td>slice, arena, submission</td><td>plain, written before the compare-and-set to OPEN</td></tr>
 *   <tr><td>the slice of an UNSEEN claim</td><td>released by who made it UNSEEN, and by who then asks for
 *       it, before it is handed out: so no view is made of a slice that is lent to others</td></tr>
 *   <tr><td>the payload's slice</td><td>written before that to COMMITTED</td></tr>
 *   <tr><td>quarantined, finished</td><td>each is written, then the other is looked at: one of the two
 *       sees both, and takes {@code quarantined} by an exchange</td></tr>
 * </table>
 */
public final class SharedClaim implements Claim {

  /** What the pool does with the invocation behind a claim. Called once at most. */
  public interface Submission {

    /** The payload is there: the invocation is queued. Any thread. */
    void committed();

    /** The invocation is dropped, and its room free. Any thread. */
    void aborted();
  }

  private enum State {
    PENDING,
    OPEN,
    SEEN,
    COMMITTED,
    CLOSED,
    OVERDUE,
    UNSEEN,
    ENDED
  }

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(SharedClaim.class, "state", State.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final int bytes;
  private final LentSlices payload = new LentSlices();
  private final Invocation invocation;
  private final Sinks.One<Reply> reply = Sinks.one();
  private volatile State state = State.PENDING;
  private @Nullable Slice slice;
  private @Nullable ClaimArena arena;
  private @Nullable Submission submission;
  private final AtomicReference<@Nullable Slice> quarantined = new AtomicReference<>();
  private volatile boolean finished;

  /**
   * Of {@code template}, whose payload is {@link Payload#reserved}.
   *
   * @throws IllegalArgumentException when it is not
   */
  public SharedClaim(Invocation template) {
    this.bytes = ReservedBytes.of(template).bytes();
    this.invocation = template.orDeadline(WorkerPool.CLAIM_DEADLINE).withPayload(payload);
  }

  // ---- the pool's side: any thread

  /** What is run once it is committed. It has a deadline. */
  public Invocation invocation() {
    return invocation;
  }

  /**
   * Takes a slice. Answers whether the claim can be handed out: not if it has ended meanwhile.
   *
   * @throws WorkerException when there is no such slice
   */
  public boolean tryOpen(ClaimArena arena, Submission submission) {
    Slice lent = arena.take(bytes);
    this.slice = lent;
    this.arena = arena;
    this.submission = submission;
    if (STATE.compareAndSet(this, State.PENDING, State.OPEN)) {
      return true;
    }
    lent.tryRelease();
    return false;
  }

  /** Ends a claim that nobody has yet. Answers whether it was one, and this caller ended it. */
  public boolean tryDrop() {
    return STATE.compareAndSet(this, State.PENDING, State.ENDED);
  }

  /**
   * No guest is going to have the slice, or none has it any more. Harmless when repeated.
   *
   * @return whether it was taken from a claimant who had it open
   */
  public boolean end() {
    if (tryDrop()) {
      return false;
    }
    if (STATE.compareAndSet(this, State.OPEN, State.UNSEEN)) {
      lent().tryRelease();
      return true;
    }
    if (STATE.compareAndSet(this, State.SEEN, State.OVERDUE)) {
      takeBack();
      return true;
    }
    payload.release(this);
    return false;
  }

  private void takeBack() {
    Slice kept;
    try {
      kept = lent().transfer(); // the claimant's handle ends here; a view of it does not
    } catch (SliceStateException gone) {
      return; // the claimant gave it away, or is about to commit
    }
    arena().quarantine(kept);
    quarantined.set(kept);
    if (finished) {
      freeQuarantined();
    }
  }

  private void freeQuarantined() {
    Slice kept = quarantined.getAndSet(null);
    if (kept != null) {
      arena().free(kept);
    }
  }

  /** Whether it was handed out, so that its answer is that of {@link #commit}. */
  public boolean isOpened() {
    State seen = state;
    return seen != State.PENDING && seen != State.ENDED;
  }

  /** Whether it was taken back from its claimant, who had not committed it. */
  public boolean isTakenBack() {
    State seen = state;
    return seen == State.OVERDUE || seen == State.UNSEEN;
  }

  /** How the invocation has ended. Once; runs subscribers' code. */
  public void answer(Reply answer) {
    if (answer instanceof Reply.Failed failed) {
      reply.tryEmitError(failed.failure());
    } else {
      reply.tryEmitValue(answer);
    }
  }

  private ClaimArena arena() {
    return Objects.requireNonNull(arena, "an open claim has an arena");
  }

  // ---- the claimant's side

  @Override
  public Slice slice() {
    if (!STATE.compareAndSet(this, State.OPEN, State.SEEN) && state == State.UNSEEN) {
      lent().tryRelease(); // whoever took it back may not have come so far
    }
    return lent();
  }

  /** The same for the pool: it does not write there. */
  private Slice lent() {
    return Objects.requireNonNull(slice, "a claim is handed out with its slice");
  }

  @Override
  public Mono<Reply> commit() {
    return commit(lent().length());
  }

  @Override
  public Mono<Reply> commit(int length) {
    Objects.checkFromToIndex(0, length, lent().length());
    Slice committed;
    try {
      committed = lent().transfer(length);
    } catch (SliceStateException dead) {
      return overdue(new WorkerException.SliceMisuse(dead));
    }
    payload.fill(committed, this);
    if (tryLeaveOpen(State.COMMITTED)) {
      Objects.requireNonNull(submission).committed();
      return reply.asMono();
    }
    committed.tryRelease(); // taken back in this very moment: the Mono says why
    return overdue(new WorkerException.SliceMisuse("the claim was closed"));
  }

  /** The reason why the claim was taken back, if it was. */
  private Mono<Reply> overdue(WorkerException.SliceMisuse otherwise) {
    if (!isTakenBack()) {
      throw otherwise;
    }
    finish();
    return reply.asMono();
  }

  /** Whoever has filled it says that it writes no more. */
  private void finish() {
    finished = true;
    freeQuarantined();
  }

  @Override
  public void close() {
    if (tryLeaveOpen(State.CLOSED)) {
      lent().tryRelease();
      Objects.requireNonNull(submission).aborted();
    } else if (state == State.OVERDUE) {
      finish();
    }
  }

  /** Only {@link #slice} goes from OPEN to SEEN, and nothing back: so two attempts decide it. */
  private boolean tryLeaveOpen(State to) {
    return STATE.compareAndSet(this, State.OPEN, to) || STATE.compareAndSet(this, State.SEEN, to);
  }
}
