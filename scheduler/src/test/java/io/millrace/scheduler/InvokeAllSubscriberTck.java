package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPool;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.reactivestreams.tck.SubscriberWhiteboxVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;
import reactor.core.publisher.BaseSubscriber;

/** How invokeAll behaves to its publisher: its demand is its subscriber's. */
public class InvokeAllSubscriberTck extends SubscriberWhiteboxVerification<Invocation> {

  private final WorkerPool pool = TckGuests.pool();

  /** For TestNG. */
  public InvokeAllSubscriberTck() {
    super(new TestEnvironment(2_000, 50));
  }

  @Override
  public Invocation createElement(int element) {
    return TckGuests.echo(element);
  }

  @Override
  public Subscriber<Invocation> createSubscriber(WhiteboxSubscriberProbe<Invocation> probe) {
    AtomicReference<@Nullable Subscriber<? super Invocation>> upstreamSide =
        new AtomicReference<>();
    Publisher<Invocation> source = upstreamSide::set;
    Downstream downstream = new Downstream();
    pool.invokeAll(source).subscribe(downstream);
    Subscriber<? super Invocation> stream = Objects.requireNonNull(upstreamSide.get());
    return new Probed(stream, downstream, probe);
  }

  private static final class Downstream extends BaseSubscriber<Reply> {
    @Override
    protected void hookOnSubscribe(Subscription subscription) {}
  }

  /** Tells the kit what passes by. */
  private record Probed(
      Subscriber<? super Invocation> stream,
      Downstream downstream,
      WhiteboxSubscriberProbe<Invocation> probe)
      implements Subscriber<Invocation> {

    @Override
    public void onSubscribe(Subscription subscription) {
      stream.onSubscribe(subscription);
      probe.registerOnSubscribe(
          new SubscriberPuppet() {
            @Override
            public void triggerRequest(long elements) {
              downstream.request(elements);
            }

            @Override
            public void signalCancel() {
              downstream.cancel();
            }
          });
    }

    @Override
    public void onNext(Invocation invocation) {
      stream.onNext(invocation);
      probe.registerOnNext(invocation);
    }

    @Override
    public void onError(Throwable failure) {
      stream.onError(failure);
      probe.registerOnError(failure);
    }

    @Override
    public void onComplete() {
      stream.onComplete();
      probe.registerOnComplete();
    }
  }

  /** Ends the pool. */
  @AfterClass
  public void close() {
    pool.terminate();
    pool.close();
  }
}
