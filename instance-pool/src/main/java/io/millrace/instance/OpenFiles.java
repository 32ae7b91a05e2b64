package io.millrace.instance;

import io.millrace.instance.FileNode.Directory;
import io.millrace.instance.FileNode.File;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One instance's descriptors from 3 on; 0 to 2 are the standard streams, which are always open. A
 * preopened directory is number 3 where the pool grants files.
 */
final class OpenFiles {

  static final int FIRST = 3;

  private final TreeMap<Integer, Open> open = new TreeMap<>();
  private final int most;

  /**
   * An open descriptor.
   *
   * @param position of the next byte; 0 for a directory
   * @param flags that the guest has set, which change nothing for reading
   */
  record Open(FileNode node, long position, int flags, boolean preopened) {

    Open at(long position) {
      return new Open(node, position, flags, preopened);
    }

    Open with(int flags) {
      return new Open(node, position, flags, preopened);
    }
  }

  OpenFiles(@Nullable GuestFiles files) {
    most = files == null ? 0 : files.mostOpen();
    if (files != null) {
      open.put(FIRST, new Open(files.root(), 0, 0, true));
    }
  }

  /** What is open under a number. */
  Open get(long descriptor) {
    Open found = open.get((int) descriptor);
    if (found == null) {
      throw Errno.BADF.refusal();
    }
    return found;
  }

  boolean isOpen(long descriptor) {
    return open.containsKey((int) descriptor);
  }

  /** The file that is open under a number. */
  File file(long descriptor) {
    if (get(descriptor).node() instanceof File file) {
      return file;
    }
    throw Errno.ISDIR.refusal();
  }

  /** The directory that is open under a number. */
  Directory directory(long descriptor) {
    if (get(descriptor).node() instanceof Directory directory) {
      return directory;
    }
    throw Errno.NOTDIR.refusal();
  }

  /** Opens a node, under the lowest number that is free. */
  int add(FileNode node, int flags) {
    long opened = open.values().stream().filter(each -> !each.preopened()).count();
    if (opened >= most) {
      throw Errno.MFILE.refusal();
    }
    int descriptor = FIRST;
    while (open.containsKey(descriptor)) {
      descriptor++;
    }
    open.put(descriptor, new Open(node, 0, flags, false));
    return descriptor;
  }

  /** Puts another state in the place of what is open under a number. */
  void replace(long descriptor, Open state) {
    get(descriptor);
    open.put((int) descriptor, state);
  }

  void close(long descriptor) {
    get(descriptor);
    open.remove((int) descriptor);
  }

  /** Gives what is open under one number another's, which is closed. */
  void move(long from, long to) {
    Open moved = get(from);
    get(to);
    open.remove((int) from);
    open.put((int) to, moved);
  }

  /** All of it, as it is now. */
  Map<Integer, Open> state() {
    return Map.copyOf(open);
  }

  void state(Map<Integer, Open> wanted) {
    open.clear();
    open.putAll(wanted);
  }
}
