package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class PoolMessagePortTest {

  private final Queue<Sinks.One<Reply>> posted = new ConcurrentLinkedQueue<>();
  private final List<Payload> payloads = new CopyOnWriteArrayList<>();
  private final List<String> keys = new CopyOnWriteArrayList<>();

  /** One that leaves its answers to the test. */
  private final WorkerPool pool =
      (WorkerPool)
          Proxy.newProxyInstance(
              WorkerPool.class.getClassLoader(),
              new Class<?>[] {WorkerPool.class},
              (proxy, method, args) ->
                  switch (method.getName()) {
                    case "termination" -> Mono.never();
                    case "terminated" -> null;
                    default -> answer((Invocation) args[0]);
                  });

  private final MessagePort port = new PoolMessagePort(pool, Invocation.of("trap", ""));

  private Mono<Reply> answer(Invocation invocation) {
    keys.add(String.valueOf(invocation.key()));
    payloads.add(invocation.payload());
    Sinks.One<Reply> reply = Sinks.one();
    posted.add(reply);
    return reply.asMono();
  }

  /** On a thread of its own, as the port tells a failure from a refusal by its thread. */
  private Thread failNext() {
    Sinks.One<Reply> reply = posted.remove();
    WorkerException failure = new WorkerException.WorkerTerminated("a test ends it", null);
    Thread worker = new Thread(() -> reply.tryEmitError(failure));
    worker.start();
    return worker;
  }

  @Test
  void portsWithoutAKeyHaveOneOfTheirOwnThatNoTextIsEqualTo() {
    port.post(Payload.utf8(""));
    port.post(Payload.utf8(""));
    new PoolMessagePort(pool, Invocation.of("trap", "")).post(Payload.utf8(""));
    new PoolMessagePort(pool, Invocation.of("trap", "").withKey("port-1")).post(Payload.utf8(""));
    assertThat(keys.get(1)).isEqualTo(keys.get(0)).startsWith("\0");
    assertThat(keys.get(2)).isNotEqualTo(keys.get(0)).startsWith("\0");
    assertThat(keys.get(3)).isEqualTo("port-1");
  }

  @Test
  void messagesThatFailWhileAListenerIsBusyAreAllTold() throws InterruptedException {
    List<WorkerException> errors = new CopyOnWriteArrayList<>();
    AtomicLong looks = new AtomicLong(); // no onSpinWait on a thread of Reactor's
    AtomicBoolean busy = new AtomicBoolean(true);
    AtomicBoolean completed = new AtomicBoolean();
    port.errors()
        .doOnComplete(() -> completed.set(true))
        .subscribe(
            error -> {
              errors.add(error);
              while (busy.get()) {
                looks.incrementAndGet();
              }
            });
    for (int i = 0; i < 3; i++) {
      port.post(Payload.utf8(""));
    }
    failNext();
    await().until(() -> errors.size() == 1);
    failNext().join();
    failNext().join();
    port.close();
    busy.set(false);
    await().untilTrue(completed);
    assertThat(errors).hasSize(3);
  }

  @Test
  void whatIsPostedIsTheSendersAgainAtOnce() {
    ByteBuffer direct = ByteBuffer.allocateDirect(2).put(0, (byte) 1).position(1).put(1, (byte) 2);
    byte[] bytes = {0, 1, 2, 3};
    port.post(Payload.copied(bytes, 1, 2));
    port.post(Payload.copied(ByteBuffer.wrap(bytes, 1, 2)));
    port.post(Payload.copied(direct.rewind()));
    Arrays.fill(bytes, (byte) 9);
    direct.put(0, (byte) 9).put(1, (byte) 9);
    assertThat(payloads)
        .hasSize(3)
        .allSatisfy(
            payload ->
                assertThat(((Payload.Copied) payload).view())
                    .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2})));
  }

  @Test
  void messagesThatFailAtTheSameTimeAreAllTold() throws InterruptedException {
    List<WorkerException> errors = new CopyOnWriteArrayList<>();
    port.errors().subscribe(errors::add);
    for (int round = 1; round <= 500; round++) {
      port.post(Payload.utf8(""));
      port.post(Payload.utf8(""));
      Thread one = failNext();
      Thread other = failNext();
      one.join();
      other.join();
      int soFar = 2 * round;
      await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> errors.size() == soFar);
    }
  }
}
