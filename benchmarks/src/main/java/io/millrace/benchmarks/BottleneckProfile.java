package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.Guest;
import io.millrace.pipeline.spi.GuestLease;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where the time of one call goes: an array of ints is encoded to bytes, copied in, worked on by
 * the guest, and the answer copied out and decoded. For 64 bytes to 1 MiB, and for guests from
 * light to heavy. Codec and copies are measured by themselves, in turn with the whole call; the
 * guest's share is the rest, call overhead included.
 */
final class BottleneckProfile implements Profile {

  private static final List<String> FUNCTIONS = List.of("echo", "sum", "sha256");
  private static final List<Integer> SIZES = List.of(64, 1 << 10, 16 << 10, 64 << 10, 1 << 20);
  private static final List<Integer> QUICK_SIZES = List.of(64, 16 << 10, 1 << 20);
  private static final int ROUNDS = 7;
  private static final int MILLIS = 60;
  private static final int WARM_UP_MILLIS = 200;

  @Override
  public String name() {
    return "bottleneck";
  }

  @Override
  public String description() {
    return "where a call's time goes: encode, copy in, guest, copy out, decode; 64 B to 1 MiB";
  }

  @Override
  public int quickSeconds() {
    return 9;
  }

  @Override
  public void run(Figures figures) throws Exception {
    try (InstancePool guests = DigestGuests.pool(false);
        GuestLease lease = guests.lease()) {
      Guest guest = lease.guest(null);
      boolean quick = Effort.chosen() == Effort.QUICK;
      if (quick) {
        figures.note("not in --quick: 1 KiB and 64 KiB");
      }
      for (String function : FUNCTIONS) {
        for (int size : quick ? QUICK_SIZES : SIZES) {
          measure(figures, guest, function, size);
        }
      }
    }
  }

  private static void measure(Figures figures, Guest guest, String function, int size)
      throws Exception {
    int[] numbers = new int[size / Integer.BYTES];
    Arrays.setAll(numbers, i -> i * 0x9E3779B9);
    byte[] encoded = encode(numbers);
    byte[] reply = guest.invoke(Invocation.of(function, encoded));
    PrivateLinearMemory memory = new PrivateLinearMemory(new PageLimits(20, 20));
    Rates rates =
        Rates.inTurn(
            ROUNDS,
            MILLIS,
            WARM_UP_MILLIS,
            () -> encode(numbers).length,
            () -> {
              memory.write(0, encoded, 0, encoded.length);
              return memory.getByte(encoded.length / 2);
            },
            () -> memory.read(0, reply.length).length,
            () -> decode(function, reply),
            () -> decode(function, guest.invoke(Invocation.of(function, encode(numbers)))));
    double[] micros =
        IntStream.range(0, 5).mapToDouble(i -> Ratio.median(rates.micros(i))).toArray();
    Shares shares = Shares.of(micros[0], micros[1], micros[2], micros[3], micros[4]);
    String prefix = function + "." + sizeName(size) + ".";
    figures.put(prefix + "micros", rates.micros(4));
    figures.put(prefix + "encode.percent", shares.encode());
    figures.put(prefix + "copyIn.percent", shares.copyIn());
    figures.put(prefix + "guest.percent", shares.guest());
    figures.put(prefix + "copyOut.percent", shares.copyOut());
    figures.put(prefix + "decode.percent", shares.decode());
    Shares.doubt(micros[0], micros[1], micros[2], micros[3], micros[4])
        .ifPresent(why -> figures.doubt(prefix + "guest.percent: " + why));
  }

  /**
   * What each part is of a call's time, in per cent; together 100.
   *
   * @param guest what the others leave
   */
  record Shares(double encode, double copyIn, double guest, double copyOut, double decode) {

    /** Of a whole call, that the parts may take longer by themselves than within it. */
    private static final double TOLERANCE = 1.15;

    /** From the microseconds of each part, and of the whole call. */
    static Shares of(double encode, double copyIn, double copyOut, double decode, double whole) {
      double others = encode + copyIn + copyOut + decode;
      double percent = 100 / Math.max(whole, others);
      return new Shares(
          encode * percent,
          copyIn * percent,
          100 - others * percent,
          copyOut * percent,
          decode * percent);
    }

    /** Why the parts cannot be parts of the whole, if so. */
    static Optional<String> doubt(
        double encode, double copyIn, double copyOut, double decode, double whole) {
      return encode + copyIn + copyOut + decode <= TOLERANCE * whole
          ? Optional.empty()
          : Optional.of("the other parts took longer than the whole call: use a quieter machine");
    }
  }

  static String sizeName(int bytes) {
    return bytes < 1 << 10
        ? bytes + "B"
        : bytes < 1 << 20 ? (bytes >> 10) + "KiB" : (bytes >> 20) + "MiB";
  }

  private static byte[] encode(int[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(numbers);
    return bytes.array();
  }

  /** Echo gives the numbers back, the others text. */
  private static long decode(String function, byte[] reply) {
    if (!function.equals("echo")) {
      return new String(reply, StandardCharsets.US_ASCII).hashCode();
    }
    int[] numbers = new int[reply.length / Integer.BYTES];
    ByteBuffer.wrap(reply).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(numbers);
    return numbers[numbers.length / 2];
  }
}
