package io.millrace.cli;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens what the user named, or says in one line why that cannot be. */
final class UserFiles {

  private UserFiles() {}

  static InputStream openInput(Path file) {
    if (!Files.exists(file)) {
      throw new UsageError("--input " + file + ": no such file");
    }
    if (Files.isDirectory(file)) {
      throw new UsageError("--input " + file + ": is a directory, not a file of records");
    }
    if (!Files.isReadable(file)) {
      throw new UsageError("--input " + file + ": not readable: check its permissions");
    }
    try {
      return new FileInputStream(file.toFile());
    } catch (IOException e) {
      throw new UsageError("--input " + file + ": cannot be opened: " + ErrorLine.oneLine(e), e);
    }
  }

  static OutputStream openOutput(Path file) {
    requireWritable("--output", file);
    try {
      return new FileOutputStream(file.toFile());
    } catch (IOException e) {
      throw new UsageError("--output " + file + ": cannot be opened: " + ErrorLine.oneLine(e), e);
    }
  }

  /** Refuses what cannot become a file, without touching it yet. */
  static void requireWritable(String option, Path file) {
    if (Files.isDirectory(file)) {
      throw new UsageError(option + " " + file + ": is a directory: name a file in it");
    }
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      throw new UsageError(option + " " + file + ": no such directory: " + parent);
    }
    if (!Files.isWritable(Files.exists(file) || parent == null ? file : parent)) {
      throw new UsageError(option + " " + file + ": not writable: check the permissions");
    }
  }

  /** Refuses to write over what is read, or over what is written too; none is touched yet. */
  static void requireDifferent(String option, Path written, String what, Path other) {
    try {
      boolean same =
          (Files.exists(written) && Files.exists(other))
              ? Files.isRegularFile(written) && Files.isSameFile(written, other)
              : written.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
      if (same) {
        throw new UsageError(option + " " + written + ": is " + what + ": name another file");
      }
    } catch (IOException e) {
      throw new UsageError(option + " " + written + ": " + ErrorLine.oneLine(e), e);
    }
  }
}
