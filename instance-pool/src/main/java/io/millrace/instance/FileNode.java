package io.millrace.instance;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** A file or directory of a {@link GuestFiles}. Never changes once it is built. */
abstract sealed class FileNode {

  private final long inode;

  private FileNode(long inode) {
    this.inode = inode;
  }

  /** A number that no other node of the tree has. */
  final long inode() {
    return inode;
  }

  /** A file's bytes; the array is never handed out to be written to. */
  static final class File extends FileNode {

    private final byte[] content;

    File(long inode, byte[] content) {
      super(inode);
      this.content = content;
    }

    byte[] content() {
      return content;
    }
  }

  /** A directory. */
  static final class Directory extends FileNode {

    private final Map<String, FileNode> entries;
    private final List<Map.Entry<String, FileNode>> inOrder;

    Directory(long inode, SortedMap<String, FileNode> entries) {
      super(inode);
      this.entries = entries;
      this.inOrder = List.copyOf(entries.entrySet());
    }

    /** Its entries, in the order of their names. */
    List<Map.Entry<String, FileNode>> entries() {
      return inOrder;
    }

    /**
     * The node that {@code path} leads to from here. There are no links, so {@code ..} leads back
     * to where the path came from, and never out of this directory.
     */
    FileNode find(String path) {
      if (path.isEmpty()) {
        throw Errno.NOENT.refusal();
      }
      if (path.startsWith("/")) {
        throw Errno.NOTCAPABLE.refusal();
      }
      Deque<Directory> above = new ArrayDeque<>();
      FileNode at = this;
      for (String name : path.split("/", -1)) {
        if (!(at instanceof Directory directory)) {
          throw Errno.NOTDIR.refusal();
        }
        if (name.equals("..")) {
          if (above.isEmpty()) {
            throw Errno.NOTCAPABLE.refusal();
          }
          at = above.pop();
        } else if (!name.isEmpty() && !name.equals(".")) {
          above.push(directory);
          at = directory.entries.get(name);
          if (at == null) {
            throw Errno.NOENT.refusal();
          }
        }
      }
      return at;
    }
  }
}
