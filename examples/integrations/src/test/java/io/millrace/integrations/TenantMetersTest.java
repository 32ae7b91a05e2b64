package io.millrace.integrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPools;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What tenants cost, in a pool that has its own meters too. */
class TenantMetersTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @Test
  void eachTenantHasMetersUpToALimitBesideThoseOfThePool() {
    MicrometerRecorder ofThePool = new MicrometerRecorder(meters, "demo");
    TenantMeters ofTenants = new TenantMeters(meters, "demo", 2);
    ModuleSource module =
        ModuleSource.resource(TenantMetersTest.class, "/io/millrace/guests/c-digest.wasm");
    try (InstancePool guests = InstancePool.builder(module).build();
        WorkerPool pool =
            WorkerPools.over(guests).workers(1).recorder(ofThePool.and(ofTenants)).build()) {
      for (@Nullable String tenant : new @Nullable String[] {"a", "a", "b", "c", "d", null}) {
        pool.invoke(Invocation.of("sha256", "abc").withTenant(tenant)).block(LONG);
      }
    } // so that all was told
    assertRan("a", 2);
    assertRan("b", 1);
    assertRan("(others)", 2);
    assertRan("(none)", 1);
    assertThat(meters.find("millrace.tenant.guest").timers()).hasSize(4);
    assertThat(meters.get("millrace.copied.bytes").counter().count()).isEqualTo(6 * (3 + 64));
  }

  private void assertRan(String tenant, int calls) {
    assertThat(meters.get("millrace.tenant.guest").tag("tenant", tenant).timer())
        .satisfies(
            guest -> assertThat(guest.count()).isEqualTo(calls),
            guest -> assertThat(guest.totalTime(TimeUnit.NANOSECONDS)).isPositive());
    assertThat(meters.get("millrace.tenant.copied.bytes").tag("tenant", tenant).counter().count())
        .isEqualTo(calls * (3 + 64));
    assertThat(meters.get("millrace.tenant.host.calls").tag("tenant", tenant).counter().count())
        .isZero();
    assertThat(meters.get("millrace.tenant.pages").tag("tenant", tenant).gauge().value())
        .isPositive();
  }

  @Test
  void aLimitOfNothingIsRefused() {
    assertThatThrownBy(() -> new TenantMeters(meters, "demo", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limit is 0");
  }
}
