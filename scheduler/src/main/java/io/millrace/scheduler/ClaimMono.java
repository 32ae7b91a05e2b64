package io.millrace.scheduler;

import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.SharedClaim;
import io.millrace.pipeline.spi.ClaimArena;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/** One claim on shared memory for each subscription, submitted at the first request. */
final class ClaimMono extends Mono<Claim> {

  private final ScheduledWorkerPool pool;
  private final Invocation template;
  private final Mono<ClaimArena> arena;

  ClaimMono(ScheduledWorkerPool pool, Invocation template, Mono<ClaimArena> arena) {
    this.pool = pool;
    this.template = template;
    this.arena = arena;
  }

  @Override
  public void subscribe(CoreSubscriber<? super Claim> actual) {
    actual.onSubscribe(new ClaimTask(pool, new SharedClaim(template), arena, actual));
  }
}
