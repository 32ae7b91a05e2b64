package io.millrace.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;

/**
 * Node's worker pool: brought here once, before anything is measured, beside the program, where a
 * build's clean takes it away.
 */
final class PiscinaInstall {

  private static final String PISCINA = "piscina@5.3.2";
  private static final int SECONDS = 60;
  private static final List<String> SCRIPTS = List.of("piscina-peer.mjs", "piscina-worker.mjs");
  private static final String GUEST = "/io/millrace/guests/c-digest.wasm";

  private PiscinaInstall() {}

  /**
   * Installs what is missing, and starts it.
   *
   * @throws IllegalStateException naming what is missing
   */
  static PeerProcess start(int workers) throws Exception {
    Path directory = Files.createDirectories(Program.target().resolve("piscina"));
    if (!Files.isDirectory(directory.resolve("node_modules/piscina"))) {
      npm(directory.toFile());
    }
    for (String script : SCRIPTS) {
      copy(script, directory.resolve(script));
    }
    copy(GUEST, directory.resolve("guest.wasm"));
    try {
      return PeerProcess.program(
          PeerKind.PISCINA.title(),
          directory.toFile(),
          List.of("node", SCRIPTS.get(0), Integer.toString(workers)));
    } catch (IOException missing) {
      throw new IllegalStateException("there is no node here", missing);
    }
  }

  /** Its own limits are for when this program is killed meanwhile, and nobody else ends it. */
  private static void npm(File directory) throws InterruptedException {
    List<String> command =
        List.of(
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--fetch-timeout=20000",
            "--fetch-retries=1",
            PISCINA);
    try (ChildProcess npm =
        ChildProcess.start(
            "npm, which brings " + PISCINA, new ProcessBuilder(command).directory(directory))) {
      npm.awaitEnd(SECONDS);
    } catch (IOException missing) {
      throw new IllegalStateException("there is no npm here to bring " + PISCINA, missing);
    }
  }

  private static void copy(String resource, Path to) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(PiscinaInstall.class.getResourceAsStream(resource), resource)) {
      Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
