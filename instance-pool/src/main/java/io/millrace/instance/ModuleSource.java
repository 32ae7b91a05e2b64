package io.millrace.instance;

import io.millrace.pipeline.WorkerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

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

  /**
   * A stream that {@code open} gives when the module is needed, on the thread that needs it; it is
   * read to its end, or to one byte over the limit, and closed. {@code name} is used in messages.
   */
  public static ModuleSource stream(String name, Callable<InputStream> open) {
    return new ModuleSource(
        name,
        () -> {
          try (InputStream in = open.call()) {
            return in.readNBytes(HIGHEST_BYTES + 1);
          } catch (IOException | RuntimeException known) {
            throw known;
          } catch (Exception failed) {
            throw new IOException(failed);
          }
        });
  }

  /** The name used in messages. */
  public String name() {
    return name;
  }

  /**
   * Reads the bytes, of a file or a resource at most one more than the limit.
   *
   * @throws WorkerException.ModuleRejected when there is nothing to read
   */
  byte[] read() {
    try {
      return reader.read();
    } catch (NoSuchFileException missing) {
      throw new WorkerException.ModuleRejected(name + ": no such file", "check its path", missing);
    } catch (IOException unreadable) {
      throw new WorkerException.ModuleRejected(
          name + ": cannot be read: " + unreadable.getMessage(),
          "see that this process may read it",
          unreadable);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
