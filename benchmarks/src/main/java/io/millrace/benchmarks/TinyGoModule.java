package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A module that TinyGo built: gofmt, as others publish it, since TinyGo is not at hand everywhere
 * and no guest here is built with it. It is not committed; npm brings it once.
 */
final class TinyGoModule {

  private static final String PACKAGE = "@wasm-fmt/gofmt@0.7.3";
  private static final String FILE = "node_modules/@wasm-fmt/gofmt/gofmt.wasm";
  private static final String SHA256 =
      "24da2e1b76c0ed5e4e3652aab25525ddce2fad95853a519b1e7750df45911c86";

  private TinyGoModule() {}

  /**
   * Where it lies.
   *
   * @throws IllegalStateException saying why it is not there, or is another one
   */
  static Path file() throws IOException, InterruptedException {
    Path file = NpmInstall.directory("tinygo", PACKAGE).resolve(FILE);
    return requireSame(file, SHA256);
  }

  /** Whatever the package's version says, figures are of these bytes. */
  static Path requireSame(Path file, String sha256) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      if (!HexFormat.of().formatHex(digest).equals(sha256)) {
        throw new IllegalStateException(file.getFileName() + " of " + PACKAGE + " is another one");
      }
      return file;
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this Java has no SHA-256", missing);
    }
  }
}
