package io.millrace.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.GuestFunction;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

class CodecsOnGuestsTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final InstancePool guests =
      InstancePool.builder(
              ModuleSource.resource(CodecsOnGuestsTest.class, "/io/millrace/guests/c-digest.wasm"))
          .build();
  private final WorkerPool pool = WorkerPools.over(guests).workers(1).inboxCapacity(8).build();

  @AfterEach
  void close() {
    pool.close();
    guests.close();
  }

  record Order(String name, List<Integer> amounts) {}

  record Other(Order nested) {}

  @Test
  void jsonOfAnyLengthComesBack() {
    JsonCodec<Order> codec = JsonCodec.of(new ObjectMapper(), Order.class);
    GuestFunction<Order, Order> echo = pool.function("echo", codec, codec);
    for (int length : new int[] {0, 10, 100_000, 20}) {
      Order order = new Order("\u00e4".repeat(length), List.of(1, length));
      assertThat(echo.invoke(order).block(LONG)).isEqualTo(order);
    }
  }

  @Test
  void jsonOfAnotherShapeFailsItsOwnInvocation() {
    ObjectMapper mapper = new ObjectMapper();
    GuestFunction<Order, Other> echo =
        pool.function("echo", JsonCodec.of(mapper, Order.class), JsonCodec.of(mapper, Other.class));
    StepVerifier.create(echo.invoke(new Order("a", List.of())))
        .expectErrorSatisfies(
            thrown ->
                assertThat(thrown)
                    .isInstanceOf(WorkerException.CodecFailed.class)
                    .hasMessageStartingWith("echo: the codec failed to decode: "))
        .verify(LONG);
    assertThat(guests.metrics().instancesRetired()).isZero();
  }

  @Test
  void nettysBuffersOfEveryKindComeBack() {
    ByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
    ByteBufCodec codec = new ByteBufCodec(allocator);
    GuestFunction<ByteBuf, ByteBuf> echo = pool.function("echo", codec, codec);
    CompositeByteBuf composite = allocator.compositeBuffer();
    composite.addComponent(true, text(allocator.heapBuffer(), "he"));
    composite.addComponent(true, text(allocator.directBuffer(), "llo"));
    for (ByteBuf each :
        List.of(
            text(allocator.heapBuffer(), "hello"),
            text(allocator.directBuffer(), "xhello").skipBytes(1),
            composite)) {
      ByteBuf reply = Objects.requireNonNull(echo.invoke(each).block(LONG));
      assertThat(reply.toString(StandardCharsets.UTF_8)).isEqualTo("hello");
      assertThat(each.readableBytes()).as("its indices stay").isEqualTo(5);
      assertThat(each.refCnt()).isEqualTo(1);
      assertThat(reply.release()).isTrue();
      assertThat(each.release()).isTrue();
    }
  }

  @Test
  void oneLargeValueIsSoonForgotten() {
    JsonCodec<Order> codec = JsonCodec.of(new ObjectMapper(), Order.class);
    GuestFunction<Order, Order> echo = pool.function("echo", codec, codec);
    Order small = new Order("a", List.of());
    int first = codec.sizeHintBytes(small);
    echo.invoke(new Order("a".repeat(100_000), List.of())).block(LONG);
    assertThat(codec.sizeHintBytes(small)).isGreaterThan(100_000);
    for (int i = 0; i < 10; i++) {
      echo.invoke(small).block(LONG);
    }
    assertThat(codec.sizeHintBytes(small)).isEqualTo(first);
  }

  @Test
  void aBufferThatItsOwnerReleasesMeanwhileIsThereUntilItWasRead() {
    AtomicInteger references = new AtomicInteger();
    ByteBuf released =
        new UnpooledHeapByteBuf(UnpooledByteBufAllocator.DEFAULT, 8, 8) {
          @Override
          public ByteBuf getBytes(int index, ByteBuffer target) {
            release(); // as an owner does who was told of a deadline
            references.set(refCnt());
            return super.getBytes(index, target);
          }
        };
    ByteBufCodec codec = new ByteBufCodec(UnpooledByteBufAllocator.DEFAULT);
    GuestFunction<ByteBuf, ByteBuf> echo = pool.function("echo", codec, codec);
    ByteBuf reply = Objects.requireNonNull(echo.invoke(text(released, "hello")).block(LONG));
    assertThat(reply.toString(StandardCharsets.UTF_8)).isEqualTo("hello");
    assertThat(reply.release()).isTrue();
    assertThat(references).hasValue(1);
    assertThat(released.refCnt()).isZero();
  }

  private static ByteBuf text(ByteBuf buffer, String text) {
    return buffer.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
