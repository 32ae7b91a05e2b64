package io.millrace.examples;

import io.millrace.examples.HostileModules.Hostile;
import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A service that is given every hostile module, in a JVM of its own. Prints one line for each, and
 * ends with code 0 when all callers were answered as they should be and the honest guest, which was
 * there all the while, still answers right.
 */
final class HostileHost {

  static final String SURVIVED = "survived";

  private static final int CALLERS = 4;
  private static final int HONEST_CALLS = 1_000;
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(30);

  private HostileHost() {}

  public static void main(String[] args) throws Exception {
    boolean right = true;
    try (InstancePool guests = Guests.digest().maximumPages(256).build();
        WorkerPool honest = WorkerPools.over(guests).workers(2).build()) {
      right &= answersRight(honest, 10);
      for (Hostile hostile : HostileModules.all()) {
        right &= survives(hostile);
        right &= answersRight(honest, 10);
      }
      right &= answersRight(honest, HONEST_CALLS);
    }
    System.out.println(right ? SURVIVED : "FAILED: see above");
    System.exit(right ? 0 : 1);
  }

  /** Several callers at once on two workers; then the pool is closed, and has to come to an end. */
  private static boolean survives(Hostile hostile) {
    long startNanos = System.nanoTime();
    Duration deadline = hostile.endless() ? SHORT : LONG;
    Set<String> answers;
    InstancePool guests =
        InstancePool.builder(ModuleSource.of(hostile.name(), hostile.wasm()))
            .maximumPages(256)
            .payloadLimitBytes(1 << 20)
            .startTimeout(deadline.multipliedBy(2))
            .build();
    try (guests;
        WorkerPool workers =
            WorkerPools.over(guests).workers(2).drainTimeout(Duration.ofSeconds(5)).build()) {
      answers =
          Flux.range(0, CALLERS)
              .flatMap(i -> answer(workers, deadline))
              .collect(Collectors.toCollection(TreeSet::new))
              .blockOptional(LONG.multipliedBy(2))
              .orElseThrow();
    }
    boolean right = hostile.answers().containsAll(answers);
    System.out.printf(
        "%s %s: %s, %d ms%n",
        right ? "ok" : "WRONG, wanted " + hostile.answers(),
        hostile.name(),
        answers,
        (System.nanoTime() - startNanos) / 1_000_000);
    return right;
  }

  private static Mono<String> answer(WorkerPool workers, Duration deadline) {
    return workers
        .invoke(Invocation.of("f", "x").withDeadline(deadline))
        .map(reply -> "a reply of " + reply.bytes().length + " bytes")
        .onErrorResume(WorkerException.class, e -> Mono.just(e.getClass().getSimpleName()))
        .onErrorResume(e -> Mono.just("untyped " + e));
  }

  private static boolean answersRight(WorkerPool honest, int calls) throws Exception {
    List<Reply> replies =
        honest
            .invokeAll(Flux.range(0, calls).map(i -> Invocation.of("sha256", "payload " + i)))
            .collectList()
            .blockOptional(LONG)
            .orElseThrow();
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < calls; i++) {
      byte[] expected = sha256.digest(("payload " + i).getBytes(StandardCharsets.UTF_8));
      if (!replies.get(i).utf8().equals(HexFormat.of().formatHex(expected))) {
        System.out.println("WRONG: an honest call was answered " + replies.get(i));
        return false;
      }
    }
    return true;
  }
}
