package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What profiles make of the rates that they see. */
class RatesTest {

  /** Takes so many nanoseconds, one round after the other. */
  private static Load load(long... nanos) {
    Deque<Long> left = new ArrayDeque<>();
    for (long each : nanos) {
      left.add(each);
    }
    return new Load() {
      @Override
      public int invocations() {
        return 1;
      }

      @Override
      public long run() {
        return left.remove();
      }
    };
  }

  @Test
  void whatAFeatureAddsIsUncertainWhereItScatters() throws Exception {
    Load plain = load(100, 100, 100, 100, 100, 100);
    Load steady = load(120, 120, 121, 119, 120, 120);
    Load wild = load(101, 110, 95, 150, 120, 130);
    Figures figures = new Figures();
    DispatchProfile.putItems(
        figures, Rates.ofLoads(6, 1, 0, List.of(plain, steady, wild, steady())));
    assertThat(figures.values().get("dispatch.deadline.extraNanos")).isEqualTo(20, within(1e-6));
    assertThat(figures.uncertain()).containsOnlyKeys("dispatch.tenants.extraNanos");
    assertThat(figures.doubts()).isEmpty();
  }

  private static Load steady() {
    return load(120, 120, 120, 120, 120, 120);
  }

  @Test
  void theShareOfBareLoopsIsNotTakenForALoss() {
    Ratio share = new Ratio(new double[] {0.98, 0.98, 0.98, 0.98, 0.98, 0.98});
    Figures figures = new Figures();
    ScalingProfile.putShares(figures, share, share);
    assertThat(figures.values()).containsEntry("overhead.sha256.oneWorker", 0.98);
    assertThat(figures.notes())
        .singleElement()
        .asString()
        .contains("overhead.sha256", "share of bare loops", "that is kept", "1 is no overhead");
    assertThat(Glossary.of("scaling", "overhead.sha256.oneWorker").orElseThrow().meaning())
        .contains("that is kept", "1 is no overhead");
  }
}
