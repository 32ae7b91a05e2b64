package io.millrace.examples;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Fills its heap until nothing large fits any more, calls guests with large payloads, and frees it
 * again: what fails meanwhile has to fail with a typed error, and afterwards all is well again.
 */
final class FullHeapHost {

  static final String SURVIVED = "survived";

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int LARGE_BYTES = 6 << 20;
  private static final int ROUNDS = 5;
  private static final int HONEST_CALLS = 1_000;

  private final WorkerPool workers;
  private final byte[] large = new byte[LARGE_BYTES];

  private FullHeapHost(WorkerPool workers) {
    this.workers = workers;
  }

  public static void main(String[] args) {
    try (InstancePool guests = Guests.digest().spares(0).build();
        WorkerPool workers = WorkerPools.over(guests).workers(2).inboxCapacity(8).build()) {
      FullHeapHost host = new FullHeapHost(workers);
      int failed = 0;
      for (int round = 0; round < ROUNDS; round++) {
        host.call(host.large); // the guest's memory has room for it from now on
        failed += host.withFullHeap();
        for (int i = 0; i < HONEST_CALLS; i++) {
          String text = "honest " + i;
          if (!host.call(text.getBytes(StandardCharsets.UTF_8)).equals(text)) {
            throw new IllegalStateException("another caller's reply");
          }
        }
      }
      if (guests.metrics().instances() > 2) {
        throw new IllegalStateException("instances were lost: " + guests.metrics());
      }
      System.out.println("failed " + failed);
    }
    System.out.println(SURVIVED);
  }

  private String call(byte[] payload) {
    return reply(payload).utf8();
  }

  private Reply.Completed reply(byte[] payload) {
    Reply reply = workers.invoke(Invocation.of("echo", payload)).block(LONG);
    return (Reply.Completed) Objects.requireNonNull(reply);
  }

  /** Answers how many calls failed. */
  private int withFullHeap() {
    List<byte[]> ballast = new ArrayList<>(1024);
    try {
      while (true) {
        ballast.add(new byte[CHUNK_BYTES]);
      }
    } catch (OutOfMemoryError full) {
      return callTwice(ballast);
    }
  }

  private int callTwice(List<byte[]> ballast) {
    int failed = 0;
    for (int i = 0; i < 2; i++) {
      try {
        reply(large);
      } catch (WorkerException typed) {
        failed++;
      }
    }
    ballast.clear();
    return failed;
  }
}
