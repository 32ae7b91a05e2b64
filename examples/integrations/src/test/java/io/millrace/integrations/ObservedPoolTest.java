package io.millrace.integrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationView;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.Claim;
import io.millrace.pipeline.Codecs;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.MessagePort;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.WorkerPoolRecorder;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** Who is whose child, whichever way an invocation comes. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ObservedPoolTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String CURRENT = "micrometer.observation";

  private final TestObservationRegistry registry = TestObservationRegistry.create();
  private final Observation parent = Observation.start("request", registry);
  private final Context context = Context.of(CURRENT, parent);

  private final List<String> stopped = new CopyOnWriteArrayList<>();
  private final AtomicInteger started = new AtomicInteger();

  /** What the recorder finds in the contexts of what is submitted. */
  private final List<String> recorded = new CopyOnWriteArrayList<>();

  private final InstancePool guests =
      InstancePool.builder(
              ModuleSource.resource(ObservedPoolTest.class, "/io/millrace/guests/c-digest.wasm"))
          .build();
  private final WorkerPool bare =
      WorkerPools.over(guests)
          .workers(1)
          .inboxCapacity(8)
          .recorder(
              new WorkerPoolRecorder() {
                @Override
                public void submitted(Invocation invocation, ContextView seen) {
                  Observation current = seen.get(CURRENT);
                  recorded.add(current.getContext().getName());
                }
              })
          .build();
  private final WorkerPool pool = Observations.observed(bare, registry);

  @AfterEach
  void close() {
    pool.close();
    guests.close();
  }

  @BeforeEach
  void watch() {
    registry
        .observationConfig()
        .observationHandler(
            new ObservationHandler<Observation.Context>() {
              @Override
              public void onStart(Observation.Context each) {
                started.incrementAndGet();
              }

              @Override
              public void onStop(Observation.Context each) {
                stopped.add(line(each));
              }

              @Override
              public boolean supportsContext(Observation.Context each) {
                return !"request".equals(each.getName());
              }
            });
  }

  /** As in {@code millrace.invocation(trap) failed < request}. */
  private static String line(Observation.Context each) {
    KeyValue function = each.getLowCardinalityKeyValue("function");
    ObservationView above = each.getParentObservation();
    KeyValue status = each.getLowCardinalityKeyValue("reactor.status");
    boolean cancelled = status != null && status.getValue().equals("cancelled");
    return each.getName()
        + (function == null ? "" : "(" + function.getValue() + ")")
        + (each.getError() == null ? "" : " failed")
        + (cancelled ? " cancelled" : "")
        + (above == null ? "" : " < " + above.getContextView().getName());
  }

  private void assertStopped(String... lines) {
    await().untilAsserted(() -> assertThat(stopped).containsExactlyInAnyOrder(lines));
  }

  @Test
  void aStreamIsAChildOfItsSubscribersObservation() {
    Flux<byte[]> stream = pool.stream(Invocation.of("sha256", "abc"));
    assertThat(stream.contextWrite(context).count().block(LONG)).isEqualTo(1);
    assertStopped("millrace.invocation(sha256) < request");
    assertThat(recorded).as("it runs within its own").containsExactly(Observations.NAME);
  }

  @Test
  void whatAStreamSignalsHasTheContextOfItsSubscriber() {
    StepVerifier.create(
            pool.stream(Invocation.of("sha256", "abc"))
                .flatMap(
                    message -> Mono.deferContextual(seen -> Mono.just(seen.get(CURRENT) == parent)))
                .contextWrite(context))
        .expectNext(true)
        .expectComplete()
        .verify(LONG);
  }

  @Test
  void aFunctionIsObservedToo() {
    assertThat(
            pool.function("sha256", Codecs.utf8(), Codecs.utf8())
                .invoke("abc")
                .contextWrite(context)
                .block(LONG))
        .hasSize(64);
    assertStopped("millrace.invocation(sha256) < request");
  }

  @Test
  void eachMessageOfAPortIsAChildOfTheObservationThatItWasPostedWith() {
    Observation other = Observation.start("other", registry);
    MessagePort port = pool.connect(Invocation.of("sha256", ""));
    port.post(Payload.utf8("a"), context);
    port.post(Payload.utf8("b"), context);
    port.post(Payload.utf8("c"), Context.of(CURRENT, other));
    port.close();
    assertThat(port.messages().count().block(LONG)).isEqualTo(3);
    assertStopped(
        "millrace.invocation(sha256) < request",
        "millrace.invocation(sha256) < request",
        "millrace.invocation(sha256) < other");
    assertThat(recorded).as("each runs within its own").hasSize(3);
  }

  @Test
  void aMessageWithoutAContextIsAnObservationOfItsOwn() {
    MessagePort port = pool.connect(Invocation.of("sha256", ""));
    port.post(Payload.utf8("a"));
    port.close();
    assertThat(port.messages().count().block(LONG)).isEqualTo(1);
    assertStopped("millrace.invocation(sha256)");
  }

  @Test
  void aMessageThatIsRefusedIsStillRefusedOnTheSpot() {
    MessagePort port = pool.connect(Invocation.of("sha256", ""));
    bare.terminate();
    assertThatThrownBy(() -> port.post(Payload.utf8("a"), context))
        .isInstanceOf(WorkerException.PoolClosed.class);
    assertStopped("millrace.invocation(sha256) failed < request");
  }

  @Test
  void aPortEndsWhenThePoolBeneathIsTerminated() {
    MessagePort port = pool.connect(Invocation.of("sha256", ""));
    StepVerifier.create(port.messages())
        .then(bare::terminate)
        .expectError(WorkerException.WorkerTerminated.class)
        .verify(LONG);
  }

  @Test
  void eachInvocationOfAStreamIsAChildOfTheStreams() {
    Invocation same = Invocation.of("sha256", "a");
    Flux<Invocation> invocations = Flux.just(same, Invocation.of("trap", ""), same);
    for (int i = 1; i <= 2; i++) {
      List<Reply> replies =
          Objects.requireNonNull(
              (i == 1 ? pool.invokeAll(invocations) : pool.invokeAllUnordered(invocations, 2))
                  .contextWrite(context)
                  .collectList()
                  .block(LONG));
      assertThat(replies).hasSize(3);
      assertStopped(
          "millrace.invocations < request",
          "millrace.invocation(sha256) < millrace.invocations",
          "millrace.invocation(trap) failed < millrace.invocations",
          "millrace.invocation(sha256) < millrace.invocations");
      stopped.clear();
    }
    assertThat(recorded).as("single ones only").isEmpty();
  }

  @Test
  void whatACancelledStreamLeavesIsStopped() {
    Flux<Invocation> two = Flux.just(Invocation.of("spin", ""), Invocation.of("sha256", "a"));
    Disposable running = pool.invokeAll(two).contextWrite(context).subscribe();
    await().untilAsserted(() -> assertThat(started).as("with the stream's").hasValue(3));
    running.dispose();
    assertStopped(
        "millrace.invocations cancelled < request",
        "millrace.invocation(spin) cancelled < millrace.invocations",
        "millrace.invocation(sha256) cancelled < millrace.invocations");
  }

  @Test
  void whatArrivesWhileItsStreamIsCancelledIsStoppedToo() {
    AtomicReference<Disposable> running = new AtomicReference<>();
    registry
        .observationConfig()
        .observationHandler(
            new ObservationHandler<Observation.Context>() {
              @Override
              public void onStart(Observation.Context each) {
                Objects.requireNonNull(running.get()).dispose();
              }

              @Override
              public boolean supportsContext(Observation.Context each) {
                return Observations.NAME.equals(each.getName());
              }
            });
    Sinks.One<Invocation> late = Sinks.one();
    running.set(pool.invokeAll(late.asMono()).subscribe());
    late.tryEmitValue(Invocation.of("sha256", "a"));
    assertStopped(
        "millrace.invocations cancelled",
        "millrace.invocation(sha256) cancelled < millrace.invocations");
  }

  @Test
  void invocationsHaveTheSameKeysWhicheverWayTheyCome() {
    List<Set<String>> keys = new CopyOnWriteArrayList<>();
    registry
        .observationConfig()
        .observationHandler(
            new ObservationHandler<Observation.Context>() {
              @Override
              public void onStop(Observation.Context each) {
                keys.add(
                    each.getLowCardinalityKeyValues().stream()
                        .map(KeyValue::getKey)
                        .collect(Collectors.toSet()));
              }

              @Override
              public boolean supportsContext(Observation.Context each) {
                return Observations.NAME.equals(each.getName());
              }
            });
    pool.invoke(Invocation.of("sha256", "a")).block(LONG);
    pool.invokeAll(Flux.just(Invocation.of("trap", ""), Invocation.of("sha256", "a")))
        .blockLast(LONG);
    await().untilAsserted(() -> assertThat(keys).hasSize(3));
    assertThat(keys).containsOnly(Set.of("function", "reactor.type", "reactor.status"));
  }

  @Test
  void handlersThatThrowHarmNoCaller() {
    registry
        .observationConfig()
        .observationHandler(
            new ObservationHandler<Observation.Context>() {
              @Override
              public void onStart(Observation.Context each) {
                throw new IllegalStateException("a handler's own, at the start");
              }

              @Override
              public void onError(Observation.Context each) {
                throw new IllegalStateException("a handler's own, at an error");
              }

              @Override
              public void onStop(Observation.Context each) {
                throw new IllegalStateException("a handler's own, at the end");
              }

              @Override
              public boolean supportsContext(Observation.Context each) {
                return true;
              }
            });
    assertThat(pool.invoke(Invocation.of("sha256", "a")).block(LONG)).isNotNull();
    StepVerifier.create(pool.invoke(Invocation.of("trap", "")))
        .expectError(WorkerException.GuestTrap.class)
        .verify(LONG);
    Flux<Invocation> three =
        Flux.just("sha256", "trap", "sha256").map(function -> Invocation.of(function, "a"));
    StepVerifier.create(pool.invokeAll(three)).expectNextCount(3).expectComplete().verify(LONG);
    StepVerifier.create(Observations.invokeAll(bare, registry, three))
        .expectNextCount(3)
        .expectComplete()
        .verify(LONG);
  }

  @Test
  void theRestIsThePoolsOwn() {
    try (Claim claim =
        Objects.requireNonNull(
            pool.claim(Invocation.of("sha256", Payload.reserved(1)))
                .contextWrite(context)
                .block(LONG))) {
      claim.slice().putByte(0, (byte) 'a');
      assertThat(claim.commit().block(LONG)).isNotNull();
    }
    assertThat(pool.metrics().completed()).isEqualTo(1);
    assertThat(pool.load().service().count()).isEqualTo(1);
    pool.closeGracefully().block(LONG);
    StepVerifier.create(pool.events()).expectComplete().verify(LONG);
    assertThat(started).hasValue(0);
  }
}
