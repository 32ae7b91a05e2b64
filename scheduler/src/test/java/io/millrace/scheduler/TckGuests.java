package io.millrace.scheduler;

import io.millrace.memory.BumpArena;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import io.millrace.pipeline.spi.GuestSource;
import io.millrace.pipeline.spi.Receiver;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Guests that answer their payload, post it as so many messages as it says, or fail. */
final class TckGuests implements GuestSource, Guest {

  private final PrivateLinearMemory memory = new PrivateLinearMemory(new PageLimits(1, 1));

  /** A pool whose streams may have more under way than any test of the kit asks for. */
  static WorkerPool pool() {
    return WorkerPools.over(new TckGuests()).workers(2).inboxCapacity(256).build();
  }

  /** Posts {@code messages} messages, one byte each. */
  static Invocation posting(long messages) {
    return Invocation.of("post", Long.toString(messages));
  }

  /** The same, and then it fails. */
  static Invocation postingInVain(long messages) {
    return posting(messages).withPriority(-1);
  }

  static Invocation echo(Object number) {
    return Invocation.of("echo", number.toString());
  }

  /** So many of them, also more than an int can count. */
  static Flux<Invocation> invocations(long count) {
    return Flux.generate(
        () -> 0L,
        (sent, sink) -> {
          if (sent == count) {
            sink.complete();
          } else {
            sink.next(echo(sent));
          }
          return sent + 1;
        });
  }

  static String text(Payload payload) {
    byte[] bytes = new byte[((Payload.Copied) payload).length()];
    ((Payload.Copied) payload).view().get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public GuestLease lease() {
    return new GuestLease() {
      @Override
      public Guest guest(@Nullable String tenant) {
        return TckGuests.this;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Object call(Invocation invocation) {
    if (invocation.function().equals("fail")) {
      throw new WorkerException.GuestFailed("fail", "as it was told to");
    }
    String payload = text(invocation.payload());
    Receiver receiver = invocation.receiver();
    if (!invocation.function().equals("post") || receiver == null) {
      return payload.getBytes(StandardCharsets.UTF_8);
    }
    try {
      boolean wanted = true;
      for (long left = Long.parseLong(payload); left > 0 && wanted; left--) {
        wanted = receiver.message(new BumpArena(memory, 0, 1).allocate(1, 1));
      }
    } catch (InterruptedException stop) {
      throw new WorkerException.WorkerTerminated("stopped while it posted", stop);
    }
    if (invocation.priority() < 0) {
      throw new WorkerException.GuestFailed("post", "behind its messages");
    }
    return receiver.reply(new BumpArena(memory, 0, 0).allocate(0, 1));
  }
}
