package io.millrace.scheduler;

import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.SharedClaim;
import io.millrace.pipeline.WorkerEvent;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.ClaimArena;
import io.millrace.pipeline.spi.GuestSource;
import java.util.Objects;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * A claim on shared memory as an invocation: it takes room like any other, and is queued when it is
 * committed. Until then it is WAITING ({@link TaskState}) and stands in no queue; so its deadline,
 * a termination and its claimant end it as they end what waits, and one of them wins.
 *
 * <pre>
 *   request -> room in the pool -> slice -> claimant ... commit() -> dispatch -> a worker
 *               OpenClaims knows it ---------------------------|
 * </pre>
 */
final class ClaimTask extends SingleTask implements SharedClaim.Submission {

  private final SharedClaim claim;
  private final Mono<ClaimArena> arena;
  private final CoreSubscriber<? super Claim> claimant;
  private volatile boolean cancelled;

  ClaimTask(
      ScheduledWorkerPool pool,
      SharedClaim claim,
      Mono<ClaimArena> arena,
      CoreSubscriber<? super Claim> claimant) {
    super(pool, claim.invocation(), claimant);
    this.claim = claim;
    this.arena = arena;
    this.claimant = claimant;
  }

  // ---- the claimant's subscription

  /** Of one that was not handed out yet. Whoever has the claim cancels it by closing it. */
  @Override
  public void cancel() {
    cancelled = true;
    if (claim.tryDrop()) {
      super.cancel();
    }
  }

  // ---- the way to the claimant: it has room. A submitter, or the signaller

  @Override
  void admitted() {
    pool.claims().add(this);
    arena.subscribe(this::open, this::failed, this::noArena);
  }

  private void open(ClaimArena present) {
    pool.claims().knows(present);
    boolean opened;
    try {
      opened = claim.tryOpen(present, this);
    } catch (WorkerException noSlice) {
      failed(noSlice);
      return;
    }
    pool.platform().interleave();
    if (opened && cancelled) {
      claim.close(); // its subscriber had left before there was anything to hand out
    } else if (opened) {
      handOut();
    }
  }

  private void handOut() {
    try {
      claimant.onNext(claim);
      claimant.onComplete();
    } catch (Throwable claimantThrew) {
      claim.close();
      Outcomes.dropError(claimantThrew, claimant.currentContext());
    }
  }

  private void failed(Throwable failure) {
    WorkerException known =
        failure instanceof WorkerException typed
            ? typed
            : new WorkerException.WorkerTerminated(
                "there is no room to claim: " + failure, failure);
    pool.outcomes().tryAnswerWaiting(this, () -> known, false);
  }

  /** After the arena, too: there it finds the claim opened or ended. */
  private void noArena() {
    if (!claim.isOpened()) {
      failed(new IllegalStateException("the guests' source has no arena for claims"));
    }
  }

  // ---- what the claimant does

  @Override
  public void committed() {
    pool.dispatcher().put(this); // passed over there, if it has been ended in this very moment
    pool.dispatcher().poke();
    pool.claims().remove(this);
  }

  @Override
  public void aborted() {
    pool.outcomes().cancel(this);
  }

  // ---- the pool

  @Override
  void acceptPayload(GuestSource guests) {
    // There is none before it is filled.
  }

  @Override
  void dropPayload() {
    super.dropPayload();
    pool.claims().remove(this);
    if (claim.end()) {
      pool.announcer().eventLater(new WorkerEvent.ClaimReclaimed(invocation));
    }
  }

  /** After {@link #dropPayload}, where it was not committed. */
  @Override
  WorkerException deadlineExceeded(boolean started) {
    return claim.isTakenBack()
        ? WorkerException.DeadlineExceeded.ofClaim(
            invocation.function(), Objects.requireNonNull(invocation.deadline()))
        : super.deadlineExceeded(started);
  }

  @Override
  boolean deliver() {
    Reply reply = reply();
    if (claim.isOpened() && reply != null) {
      claim.answer(reply);
    } else if (reply instanceof Reply.Failed failed) {
      claimant.onError(failed.failure());
    }
    return true;
  }
}
