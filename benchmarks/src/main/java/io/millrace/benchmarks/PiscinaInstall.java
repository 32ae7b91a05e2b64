package io.millrace.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;

/** Node's worker pool, with the scripts that make a peer of it. */
final class PiscinaInstall {

  private static final String PISCINA = "piscina@5.3.2";
  private static final List<String> SCRIPTS = List.of("piscina-peer.mjs", "piscina-worker.mjs");

  private PiscinaInstall() {}

  /**
   * Installs what is missing, and starts it.
   *
   * @throws IllegalStateException naming what is missing
   */
  static PeerProcess start(int workers) throws Exception {
    Path directory = NpmInstall.directory("piscina", PISCINA);
    for (String script : SCRIPTS) {
      copy(script, directory.resolve(script));
    }
    copy(PeerGuest.RESOURCE, directory.resolve("guest.wasm"));
    Files.write(directory.resolve("payload.bin"), PeerCall.SHA256.payload());
    try {
      return PeerProcess.program(
          PeerKind.PISCINA.title(),
          directory.toFile(),
          List.of("node", SCRIPTS.get(0), Integer.toString(workers)));
    } catch (IOException missing) {
      throw new IllegalStateException("there is no node here", missing);
    }
  }

  private static void copy(String resource, Path to) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(PiscinaInstall.class.getResourceAsStream(resource), resource)) {
      Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
