package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.memory.BumpArena;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.memory.Slice;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class MessageChannelTest {

  private final MessageChannel<int[]> channel = new MessageChannel<>(Codecs.ints());
  private final List<int[]> received = new CopyOnWriteArrayList<>();

  private static Slice slice(int bytes) {
    return new BumpArena(new PrivateLinearMemory(new PageLimits(1, 1)), 0, 1024).allocate(bytes, 8);
  }

  @Test
  void aMessageThatCannotBeReadUsesUpNoDemand() throws InterruptedException {
    channel.flux().subscribe(received::add);
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> channel.message(slice(3)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(channel.message(slice(4))).isTrue();
    await().untilAsserted(() -> assertThat(received).hasSize(1));
  }
}
