package io.millrace.integrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolMetrics;
import io.millrace.scheduler.WorkerPools;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class MicrometerTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final MicrometerRecorder recorder = new MicrometerRecorder(meters, "demo");
  private final InstancePool guests =
      InstancePool.builder(
              ModuleSource.resource(MicrometerTest.class, "/io/millrace/guests/c-digest.wasm"))
          .build();
  private final WorkerPool pool =
      WorkerPools.over(guests).workers(1).inboxCapacity(8).recorder(recorder).build();

  @AfterEach
  void close() {
    pool.close();
    guests.close();
  }

  @Test
  void invocationsAreTimedByFunctionAndOutcome() {
    recorder.bind(pool);
    for (int i = 0; i < 3; i++) {
      assertThat(pool.invoke(Invocation.of("sha256", "abc")).block(LONG)).isNotNull();
    }
    StepVerifier.create(pool.invoke(Invocation.of("trap", "")))
        .expectError(WorkerException.GuestTrap.class)
        .verify(LONG);

    assertThat(
            meters
                .get("millrace.service")
                .tags("pool", "demo", "function", "sha256", "outcome", "completed")
                .timer()
                .count())
        .isEqualTo(3);
    assertThat(
            meters
                .get("millrace.sojourn")
                .tags("function", "trap", "outcome", "GuestTrap")
                .timer()
                .totalTime(TimeUnit.NANOSECONDS))
        .isPositive();
    assertThat(meters.get("millrace.copied.bytes").counter().count()).isEqualTo(3 * (3 + 64));
    assertThat(meters.get("millrace.events").tag("event", "InvocationFailed").counter().count())
        .isEqualTo(1);
    assertThat(meters.get("millrace.workers").gauge().value()).isEqualTo(1);
    assertThat(meters.get("millrace.rejected").functionCounter().count()).isZero();
  }

  @Test
  void eachNumberOfAPoolHasAMeterOfItsOwn() {
    WorkerPool numbered =
        (WorkerPool)
            Proxy.newProxyInstance(
                WorkerPool.class.getClassLoader(),
                new Class<?>[] {WorkerPool.class},
                (proxy, method, args) ->
                    new WorkerPoolMetrics(0, 1, 2, 3, 0, 0, 4, 5, 6, 7, 8, 9, 10, 11));
    recorder.bind(numbered);
    List<String> gauges = List.of("workers", "waiting", "running", "claims.open");
    assertThat(gauges)
        .map(name -> meters.get("millrace." + name).gauge().value())
        .containsExactly(1.0, 2.0, 3.0, 10.0);
    assertThat(meters.get("millrace.claims.quarantined").gauge().value()).isEqualTo(11);
    List<String> counters =
        List.of(
            "rejected",
            "evicted",
            "cancelled",
            "workers.abandoned",
            "workers.died",
            "events.dropped");
    assertThat(counters)
        .map(name -> meters.get("millrace." + name).functionCounter().count())
        .containsExactly(4.0, 5.0, 6.0, 7.0, 8.0, 9.0);
  }

  @Test
  void namesOfFunctionsThatCallersMakeUpAreBounded() {
    for (int i = 0; i < 300; i++) {
      Mono<Reply> unknown = pool.invoke(Invocation.of("made-up-" + i, ""));
      StepVerifier.create(unknown).expectError(WorkerException.AbiMismatch.class).verify(LONG);
    }
    assertThat(meters.get("millrace.service").timers()).hasSizeLessThanOrEqualTo(102);
    assertThat(meters.get("millrace.service").tag("function", "(others)").timer().count())
        .isPositive();
  }

  @Test
  void anInvocationIsAnObservationBelowTheSubscribers() {
    TestObservationRegistry registry = TestObservationRegistry.create();
    Observation parent = Observation.start("request", registry);
    assertThatCode(
            () ->
                Observations.invoke(pool, registry, Invocation.of("sha256", "abc"))
                    .contextWrite(context -> context.put("micrometer.observation", parent))
                    .block(LONG))
        .doesNotThrowAnyException();
    parent.stop();
    TestObservationRegistryAssert.assertThat(registry)
        .hasObservationWithNameEqualTo(Observations.NAME)
        .that()
        .hasLowCardinalityKeyValue("function", "sha256")
        .hasBeenStarted()
        .hasBeenStopped()
        .hasParentObservationContextMatching(context -> "request".equals(context.getName()));
  }

  @Test
  void aStreamIsOneObservationWhichItsInvocationsComeFrom() {
    TestObservationRegistry registry = TestObservationRegistry.create();
    Observation parent = Observation.start("request", registry);
    List<String> seen = new ArrayList<>();
    Flux<Invocation> invocations =
        Flux.deferContextual(
            context -> {
              Observation current = context.get("micrometer.observation");
              seen.add(current.getContext().getName());
              return Flux.just(Invocation.of("sha256", "a"), Invocation.of("sha256", "b"));
            });
    assertThat(
            Observations.invokeAll(pool, registry, invocations)
                .contextWrite(context -> context.put("micrometer.observation", parent))
                .count()
                .block(LONG))
        .isEqualTo(2);
    parent.stop();
    assertThat(seen).containsExactly(Observations.STREAM_NAME);
    TestObservationRegistryAssert.assertThat(registry)
        .hasNumberOfObservationsWithNameEqualTo(Observations.STREAM_NAME, 1)
        .hasObservationWithNameEqualTo(Observations.STREAM_NAME)
        .that()
        .hasBeenStopped()
        .hasParentObservationContextMatching(context -> "request".equals(context.getName()));
  }
}
