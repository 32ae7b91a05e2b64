package io.millrace.instance;

import io.millrace.pipeline.WorkerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Where a module's bytes come from. Nothing is read before the module is first needed. */
public final class ModuleSource {

  /** The largest module that is read: 64 MiB. */
  public static final int HIGHEST_BYTES = 64 * 1024 * 1024;

  @FunctionalInterface
  private interface Reader {
    byte[] read() throws IOException;
  }

  private final String name;
  private final Reader reader;

  private ModuleSource(String name, Reader reader) {
    this.name = name;
    this.reader = reader;
  }

  /** A file. */
  public static ModuleSource of(Path file) {
    return new ModuleSource(
        file.toString(),
        () -> {
          if (Files.isDirectory(file)) {
            throw new IOException("it is a directory, a .wasm file is wanted");
          }
          try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(HIGHEST_BYTES + 1);
          }
        });
  }

  /** Bytes in memory, which are not copied; {@code name} is used in messages. */
  public static ModuleSource of(String name, byte[] bytes) {
    return new ModuleSource(name, () -> bytes);
  }

  /** A classpath resource, looked up as {@link Class#getResourceAsStream} does. */
  public static ModuleSource resource(Class<?> anchor, String name) {
    return new ModuleSource(
        name,
        () -> {
          try (InputStream in = anchor.getResourceAsStream(name)) {
            if (in == null) {
              throw new NoSuchFileException(name);
            }
            return in.readNBytes(HIGHEST_BYTES + 1);
          }
        });
  }

  /** The name used in messages. */
  public String name() {
    return name;
  }

  /**
   * Reads the bytes and checks the header.
   *
   * @throws WorkerException.ModuleRejected when there is nothing to read or it is no wasm module
   */
  byte[] read() {
    byte[] bytes;
    try {
      bytes = reader.read();
    } catch (NoSuchFileException missing) {
      throw new WorkerException.ModuleRejected(name + ": no such file", missing);
    } catch (IOException unreadable) {
      throw new WorkerException.ModuleRejected(
          name + ": cannot be read: " + unreadable.getMessage(), unreadable);
    }
    checkHeader(bytes);
    return bytes;
  }

  /** Magic and version: core specification, section 5.5.16. */
  private void checkHeader(byte[] bytes) {
    if (bytes.length > HIGHEST_BYTES) {
      throw rejected("is larger than the limit of " + HIGHEST_BYTES + " bytes");
    }
    if (bytes.length == 0) {
      throw rejected("is empty, a wasm module is wanted");
    }
    byte[] magic = {0, 'a', 's', 'm'};
    for (int i = 0; i < Math.min(4, bytes.length); i++) {
      if (bytes[i] != magic[i]) {
        throw rejected("is not wasm: it does not start with \\0asm");
      }
    }
    if (bytes.length < 8) {
      throw rejected("is truncated: " + bytes.length + " bytes do not hold a wasm header");
    }
    int version = (bytes[4] & 0xFF) | (bytes[5] & 0xFF) << 8;
    int layer = (bytes[6] & 0xFF) | (bytes[7] & 0xFF) << 8;
    if (layer == 1) {
      throw rejected("is a wasm component: core modules of version 1 are supported");
    }
    if (version != 1 || layer != 0) {
      throw rejected("has wasm version " + version + ": version 1 is supported");
    }
  }

  private WorkerException.ModuleRejected rejected(String why) {
    return new WorkerException.ModuleRejected(name + " " + why, null);
  }

  @Override
  public String toString() {
    return name;
  }
}
