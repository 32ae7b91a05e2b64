package io.millrace.instance;

import io.millrace.instance.FileNode.Directory;
import io.millrace.instance.FileNode.File;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files for guests to read, kept in memory: guests see them beneath the directory {@code /}, which
 * is their descriptor 3. Whatever would change them is refused as on a read-only file system. All
 * times are 0. Immutable; one tree serves any number of instances.
 */
public final class GuestFiles {

  private static final int HIGHEST_PATH_CHARS = 1024;
  private static final int DEFAULT_OPEN = 64;

  private final Directory root;
  private final int mostOpen;

  private GuestFiles(Directory root, int mostOpen) {
    this.root = root;
    this.mostOpen = mostOpen;
  }

  /**
   * A tree of these files and the directories that lead to them. Copies the bytes.
   *
   * @param files by path, such as {@code etc/app.conf}; a leading slash changes nothing
   * @throws IllegalArgumentException when a path is empty, longer than 1024 characters, holds a
   *     NUL, an empty name, {@code .} or {@code ..}, or is both a file and a directory
   */
  public static GuestFiles of(Map<String, byte[]> files) {
    TreeMap<String, byte[]> byPath = new TreeMap<>();
    files.forEach(
        (path, content) -> {
          String plain = path.startsWith("/") ? path.substring(1) : path;
          check(path, plain);
          if (byPath.put(plain, content.clone()) != null) {
            throw new IllegalArgumentException("path \"" + plain + "\" is given twice");
          }
        });
    return new GuestFiles(new Builder().directory(byPath, ""), DEFAULT_OPEN);
  }

  /**
   * The same, with so many descriptors that one instance may open at a time; one more is refused
   * with EMFILE. Default 64.
   */
  public GuestFiles withMostOpen(int descriptors) {
    if (descriptors < 1) {
      throw new IllegalArgumentException("mostOpen is " + descriptors + ": it must be 1 or more");
    }
    return new GuestFiles(root, descriptors);
  }

  Directory root() {
    return root;
  }

  int mostOpen() {
    return mostOpen;
  }

  private static void check(String given, String plain) {
    boolean wrong = plain.length() > HIGHEST_PATH_CHARS || plain.indexOf('\0') >= 0;
    for (String name : plain.split("/", -1)) {
      wrong |= name.isEmpty() || name.equals(".") || name.equals("..");
    }
    if (wrong) {
      throw new IllegalArgumentException(
          "path \""
              + LogText.escaped(given)
              + "\": wanted are names between slashes, none of them empty, . or .., up to "
              + HIGHEST_PATH_CHARS
              + " characters");
    }
  }

  /** Builds the tree from its leaves, and numbers the nodes. */
  private static final class Builder {

    private long inodes;

    Directory directory(Map<String, byte[]> files, String path) {
      long inode = ++inodes;
      TreeMap<String, FileNode> entries = new TreeMap<>();
      Map<String, Map<String, byte[]>> beneath = new HashMap<>();
      files.forEach(
          (rest, content) -> {
            int slash = rest.indexOf('/');
            if (slash < 0) {
              entries.put(rest, new File(++inodes, content));
            } else {
              beneath
                  .computeIfAbsent(rest.substring(0, slash), name -> new TreeMap<>())
                  .put(rest.substring(slash + 1), content);
            }
          });
      new TreeMap<>(beneath)
          .forEach(
              (name, theirs) -> {
                if (entries.containsKey(name)) {
                  throw new IllegalArgumentException(
                      "path \"" + path + name + "\" is both a file and a directory");
                }
                entries.put(name, directory(theirs, path + name + "/"));
              });
      return new Directory(inode, entries);
    }
  }
}
