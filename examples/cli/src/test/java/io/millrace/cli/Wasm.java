package io.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;

/** Modules for tests, as files. */
final class Wasm {

  private Wasm() {}

  static Path digest(Path folder) {
    return resource(folder, "c-digest.wasm");
  }

  static Path auth(Path folder) {
    return resource(folder, "go-auth.wasm");
  }

  /** Nothing but one import, env.f, which no pool grants. */
  static Path wantsUnknownImport(Path folder) {
    return hex(folder, "0061736d 01000000 0104 01600000 0209 01 03656e76 0166 0000");
  }

  static Path hex(Path folder, String hex) {
    return file(folder, "hex.wasm", HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  static Path file(Path folder, String name, byte[] bytes) {
    try {
      return Files.write(folder.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path resource(Path folder, String name) {
    try (InputStream in = Wasm.class.getResourceAsStream("/io/millrace/guests/" + name)) {
      return file(folder, name, Objects.requireNonNull(in, name).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
