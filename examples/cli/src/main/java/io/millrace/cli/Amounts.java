package io.millrace.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers with a unit, as they are typed. */
final class Amounts {

  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]{1,18})([a-z]*)");

  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);

  private static final Map<String, Long> BYTES =
      Map.of("", 1L, "b", 1L, "kib", 1L << 10, "mib", 1L << 20, "gib", 1L << 30);

  private static final long LONGEST_MILLIS = 1_000L * 3_600_000;

  private Amounts() {}

  /** {@code 500ms}, {@code 2s}, {@code 1m}, {@code 1h}. */
  static final class DurationConverter implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String text) {
      long millis = amount(text, MILLIS, "a duration: write 500ms, 2s or 1m");
      if (millis > LONGEST_MILLIS) {
        throw new TypeConversionException("'" + text + "' is far too much: use 1000h or less");
      }
      if (millis == 0) {
        throw new TypeConversionException("'" + text + "' is no time at all: use 1ms or more");
      }
      return Duration.ofMillis(millis);
    }
  }

  /** {@code 4096}, {@code 64KiB}, {@code 16MiB}, {@code 1GiB}. */
  static final class BytesConverter implements ITypeConverter<Integer> {

    /** An array's length is an int, and some of it is room for the reader. */
    private static final long MAXIMUM = 1L << 30;

    @Override
    public Integer convert(String text) {
      long bytes = amount(text, BYTES, "a size: write 4096, 64KiB or 16MiB");
      if (bytes < 1 || bytes > MAXIMUM) {
        throw new TypeConversionException(
            "'" + text + "' is out of range: use 1 byte or more, and 1GiB or less");
      }
      return (int) bytes;
    }
  }

  private static long amount(String text, Map<String, Long> units, String expected) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text.toLowerCase(Locale.ROOT));
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new TypeConversionException("'" + text + "' is not " + expected);
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    } catch (ArithmeticException overflow) {
      throw new TypeConversionException("'" + text + "' is far too much");
    }
  }
}
