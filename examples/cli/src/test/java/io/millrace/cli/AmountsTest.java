package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class AmountsTest {

  private final Amounts.DurationConverter durations = new Amounts.DurationConverter();
  private final Amounts.BytesConverter sizes = new Amounts.BytesConverter();

  @ParameterizedTest
  @CsvSource({"500ms,500", "2s,2000", "1m,60000", "3H,10800000", "1MS,1"})
  void durationsHaveAUnit(String text, long millis) {
    assertThat(durations.convert(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "5", "s", "1 s", "1.5s", "-1s", "+1s", "1d", "1s2s", "999999999999999999h"})
  void otherDurationsAreRefused(String text) {
    assertThatThrownBy(() -> durations.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void noTimeAtAllIsRefused() {
    assertThatThrownBy(() -> durations.convert("0s")).hasMessageContaining("use 1ms or more");
  }

  @ParameterizedTest
  @CsvSource({"1,1", "512b,512", "64KiB,65536", "16MiB,16777216", "1gib,1073741824"})
  void sizesMayHaveAUnit(String text, int bytes) {
    assertThat(sizes.convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "16MB", "16 MiB", "-1", "0", "2GiB", "1.5MiB"})
  void otherSizesAreRefused(String text) {
    assertThatThrownBy(() -> sizes.convert(text)).isInstanceOf(TypeConversionException.class);
  }
}
