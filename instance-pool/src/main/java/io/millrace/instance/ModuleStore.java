package io.millrace.instance;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Compiled modules in a directory, one file each. Safe for use by several threads and processes: a
 * file appears under its name when it is whole, and is never changed. One that is damaged, cut off
 * or of another kind is ignored, and replaced by the next that writes it.
 *
 * <p>Whoever can write there can run code here: the directory is made private to its owner, and one
 * that others can write to is refused. The checksum is against accidents.
 */
final class ModuleStore {

  private static final int MAGIC = 0x4D52_4302;
  private static final String SUFFIX = ".millrace";
  private static final String UNFINISHED = ".unfinished";
  private static final int CHECKSUM_BYTES = 32;

  /** Whoever died while writing left its file behind. */
  private static final Duration ABANDONED = Duration.ofMinutes(10);

  private static final System.Logger LOGGER = System.getLogger(ModuleStore.class.getName());

  private final Path directory;
  private final long maximumBytes;

  /**
   * @throws UncheckedIOException when the directory cannot be made or written to
   * @throws IllegalArgumentException when others can write to it
   */
  ModuleStore(Path directory, long maximumBytes) {
    this.directory = directory;
    this.maximumBytes = maximumBytes;
    try {
      boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
      if (!Files.isDirectory(directory)) {
        if (posix) {
          Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rwx------");
          Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(owner));
        } else {
          Files.createDirectories(directory);
        }
      }
      if (posix) {
        Set<PosixFilePermission> present = Files.getPosixFilePermissions(directory);
        if (present.contains(PosixFilePermission.GROUP_WRITE)
            || present.contains(PosixFilePermission.OTHERS_WRITE)) {
          throw new IllegalArgumentException(
              "others can write to "
                  + directory
                  + ", and so run code here: use a directory of your own, or chmod 700");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("module directory " + directory + " cannot be used", e);
    }
  }

  boolean has(ModuleKey key) {
    return Files.exists(file(key));
  }

  /** The module of a key, where it is stored and sound. */
  Optional<StoredModule> read(ModuleKey key) {
    Path file = file(key);
    try {
      if (Files.size(file) > maximumBytes) {
        throw new IOException("it is larger than all that may be here");
      }
      byte[] bytes = Files.readAllBytes(file);
      StoredModule module = decode(key, bytes);
      touch(file);
      return Optional.of(module);
    } catch (IOException | RuntimeException absentOrUnsound) {
      if (Files.exists(file)) {
        LOGGER.log(System.Logger.Level.WARNING, "ignored: " + file, absentOrUnsound);
      }
      return Optional.empty();
    }
  }

  /**
   * What was used last is removed last. A directory that cannot be written to serves all the same.
   */
  private static void touch(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (IOException readOnlyOrGone) {
      LOGGER.log(System.Logger.Level.DEBUG, "not touched: " + file, readOnlyOrGone);
    }
  }

  /** Stores a module. That it cannot is worth a line in the log: the module works all the same. */
  void write(ModuleKey key, StoredModule module) {
    try {
      Path unfinished = Files.createTempFile(directory, "", UNFINISHED); // private to its owner
      try {
        Files.write(unfinished, encode(key, module));
        Files.move(unfinished, file(key), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(unfinished);
      }
      removeOldest();
    } catch (IOException | RuntimeException failed) {
      LOGGER.log(System.Logger.Level.WARNING, "not stored: " + file(key), failed);
    }
  }

  private Path file(ModuleKey key) {
    byte[] id = identity(key).getBytes(StandardCharsets.UTF_8);
    return directory.resolve(ModuleKey.sha256(id) + SUFFIX);
  }

  /** The kind of memory does not matter here: each cache loads the classes for one of its own. */
  private static String identity(ModuleKey key) {
    return String.join(
        "\n", key.sha256(), key.engine(), key.options(), "jdk-" + Runtime.version().feature());
  }

  private static byte[] encode(ModuleKey key, StoredModule module) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeUTF(identity(key));
      out.writeBoolean(module.namesUsable());
      out.writeInt(module.wasm().length);
      out.write(module.wasm());
      out.writeInt(module.classes().length);
      out.write(module.classes());
      out.write(checksum(bytes.toByteArray(), bytes.size()));
    }
    return bytes.toByteArray();
  }

  private static StoredModule decode(ModuleKey key, byte[] bytes) throws IOException {
    int body = bytes.length - CHECKSUM_BYTES;
    if (body < 0
        || !Arrays.equals(checksum(bytes, body), Arrays.copyOfRange(bytes, body, bytes.length))) {
      throw new IOException("it is damaged");
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, body))) {
      if (in.readInt() != MAGIC || !in.readUTF().equals(identity(key))) {
        throw new IOException("it is another module's");
      }
      boolean namesUsable = in.readBoolean();
      byte[] wasm = in.readNBytes(in.readInt());
      byte[] classes = in.readNBytes(in.readInt());
      return new StoredModule(wasm, namesUsable, classes);
    }
  }

  private static byte[] checksum(byte[] bytes, int length) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(bytes, 0, length);
      return sha256.digest();
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new AssertionError(everyJdkHasIt);
    }
  }

  private record Entry(Path file, long bytes, Instant used) {}

  /** Other processes may be at the same: what is gone already is gone. */
  private void removeOldest() throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        entry(file, entries);
      }
    }
    entries.sort(Comparator.comparing(Entry::used));
    long total = entries.stream().mapToLong(Entry::bytes).sum();
    for (Entry oldest : entries) {
      if (total <= maximumBytes) {
        return;
      }
      Files.deleteIfExists(oldest.file());
      total -= oldest.bytes();
    }
  }

  private static void entry(Path file, List<Entry> entries) {
    try {
      Instant used = Files.getLastModifiedTime(file).toInstant();
      if (file.toString().endsWith(SUFFIX)) {
        entries.add(new Entry(file, Files.size(file), used));
      } else if (file.toString().endsWith(UNFINISHED)
          && used.isBefore(Instant.now().minus(ABANDONED))) {
        Files.deleteIfExists(file);
      }
    } catch (IOException gone) {
      LOGGER.log(System.Logger.Level.DEBUG, "gone meanwhile: " + file, gone);
    }
  }
}
