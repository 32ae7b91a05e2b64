package io.millrace.instance;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What makes two compiled modules the same one.
 *
 * @param sha256 of the module's bytes, lower-case hex
 * @param engine the engine's name and version
 * @param options the compiler's options
 * @param memoryKind the one kind of linear memory that the compiled code is used with: code that
 *     has met two kinds is compiled for both by the JIT, and runs at half its speed
 */
public record ModuleKey(String sha256, String engine, String options, String memoryKind) {

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new AssertionError(everyJdkHasIt);
    }
  }
}
