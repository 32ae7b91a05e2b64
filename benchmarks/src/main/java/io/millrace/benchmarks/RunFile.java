package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is written anew while a run goes on. Whoever reads it, and whenever the run ends,
 * finds one whole state of it: the next one is written beside it and then takes its place.
 */
record RunFile(Path path) {

  /**
   * Now, and not after a minute of measuring; what the file holds stays until then.
   *
   * @throws IOException when it cannot be written
   */
  void requireWritable() throws IOException {
    Files.newByteChannel(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
  }

  /**
   * Writes a state.
   *
   * @param last whether the run has ended: a pipe or a device, which cannot be written anew, gets
   *     that state only
   */
  void write(String content, boolean last) throws IOException {
    if (!Files.isRegularFile(path)) {
      if (last) {
        Files.writeString(path, content);
      }
      return;
    }
    Path target = path.toRealPath(); // a link stays one
    Path next = target.resolveSibling(target.getFileName() + ".part");
    try {
      Files.writeString(next, content);
    } catch (AccessDeniedException folderNotWritable) {
      Files.writeString(target, content);
      return;
    }
    Files.move(next, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
