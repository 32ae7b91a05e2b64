package io.millrace.instance;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import java.nio.charset.StandardCharsets;

/** The committed guests, and short ways to call them. */
final class Guests {

  /**
   * For tests that do not care which of them compiles a module: a Go guest takes seconds. Tests of
   * what is compiled when have a cache of their own.
   */
  static final ModuleCache COMPILED = ModuleCache.create();

  private Guests() {}

  static ModuleSource digest() {
    return ModuleSource.resource(Guests.class, "/io/millrace/guests/c-digest.wasm");
  }

  static ModuleSource auth() {
    return ModuleSource.resource(Guests.class, "/io/millrace/guests/go-auth.wasm");
  }

  static InstancePool pool(byte[] wasm) {
    return InstancePool.builder(ModuleSource.of("test.wasm", wasm)).build();
  }

  static String call(GuestLease lease, String function, String payload) {
    return new String(
        call(lease, function, payload.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
  }

  static byte[] call(GuestLease lease, String function, byte[] payload) {
    return lease.guest(null).invoke(Invocation.of(function, payload));
  }
}
