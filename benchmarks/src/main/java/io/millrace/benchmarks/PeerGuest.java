package io.millrace.benchmarks;

import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The guest that peers call: the C guest's files, and a function that does nothing beside them. */
final class PeerGuest {

  /** As a resource of this package. */
  static final String RESOURCE = "peers-digest.wasm";

  private PeerGuest() {}

  /** For those who are given instances: private memory, flat. */
  static InstancePool pool() {
    return InstancePool.builder(ModuleSource.resource(PeerGuest.class, RESOURCE))
        .dirtyTracking(false)
        .build();
  }

  /** For those who bring an engine of their own. */
  static byte[] bytes() throws IOException {
    return bytes(RESOURCE);
  }

  /** Another one of this package. */
  static byte[] bytes(String resource) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(PeerGuest.class.getResourceAsStream(resource), resource)) {
      return in.readAllBytes();
    }
  }
}
