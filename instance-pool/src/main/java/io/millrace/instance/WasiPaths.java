package io.millrace.instance;

import io.millrace.instance.FileNode.Directory;
import io.millrace.instance.FileNode.File;
import io.millrace.memory.LinearMemory;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The path functions. A path is relative to an open directory and stays beneath it. What would
 * change anything is refused: with NOTCAPABLE where its path leaves the directory, else with ROFS.
 */
final class WasiPaths {

  private static final int HIGHEST_PATH_BYTES = 4096;
  private static final int CREATE = 1;
  private static final int DIRECTORY = 2;
  private static final int EXCLUSIVE = 4;
  private static final int TRUNCATE = 8;

  /** fd_write and fd_allocate: what compilers' libraries ask for when they open to write. */
  private static final long RIGHTS_TO_WRITE = 1L << 6 | 1L << 8;

  private WasiPaths() {}

  static Errno open(WasiContext wasi, LinearMemory memory, long[] args) {
    Directory base = wasi.files().directory(args[0]);
    String path = path(memory, args[2], args[3]);
    int how = (int) args[4];
    boolean creates = (how & CREATE) != 0;
    FileNode found;
    try {
      found = base.find(path);
    } catch (Errno.Refusal absent) {
      Errno why = Errno.of(absent);
      return why == Errno.NOENT && creates ? Errno.ROFS : why;
    }
    if (creates && (how & EXCLUSIVE) != 0) {
      return Errno.EXIST;
    }
    boolean writes = (how & TRUNCATE) != 0 || (args[5] & RIGHTS_TO_WRITE) != 0;
    if (found instanceof File) {
      if ((how & DIRECTORY) != 0) {
        return Errno.NOTDIR;
      }
      if (writes) {
        return Errno.ROFS;
      }
    } else if (writes || creates) {
      return Errno.ISDIR;
    }
    memory.putInt((int) args[8], 0); // faults before anything is open
    memory.putInt((int) args[8], wasi.files().add(found, WasiDescriptors.flags(args[7])));
    return Errno.SUCCESS;
  }

  static Errno status(WasiContext wasi, LinearMemory memory, long[] args) {
    FileNode found = wasi.files().directory(args[0]).find(path(memory, args[2], args[3]));
    WasiDescriptors.putStatus(memory, (int) args[4], found);
    return Errno.SUCCESS;
  }

  /** There are no links: what is there is none. */
  static Errno readLink(WasiContext wasi, LinearMemory memory, long[] args) {
    wasi.files().directory(args[0]).find(path(memory, args[1], args[2]));
    return Errno.INVAL;
  }

  /** Creates or removes what args 1 and 2 name. */
  static Errno change(WasiContext wasi, LinearMemory memory, long[] args) {
    return refuse(wasi, memory, args[0], args[1], args[2]);
  }

  static Errno setTimes(WasiContext wasi, LinearMemory memory, long[] args) {
    return refuse(wasi, memory, args[0], args[2], args[3]);
  }

  static Errno symlink(WasiContext wasi, LinearMemory memory, long[] args) {
    return refuse(wasi, memory, args[2], args[3], args[4]);
  }

  static Errno link(WasiContext wasi, LinearMemory memory, long[] args) {
    refuse(wasi, memory, args[0], args[2], args[3]);
    return refuse(wasi, memory, args[4], args[5], args[6]);
  }

  static Errno rename(WasiContext wasi, LinearMemory memory, long[] args) {
    refuse(wasi, memory, args[0], args[1], args[2]);
    return refuse(wasi, memory, args[3], args[4], args[5]);
  }

  /** A path that leaves its directory, or a base that is none, has an error of its own. */
  private static Errno refuse(
      WasiContext wasi, LinearMemory memory, long base, long address, long length) {
    Directory directory = wasi.files().directory(base);
    try {
      directory.find(path(memory, address, length));
    } catch (Errno.Refusal refused) {
      Errno why = Errno.of(refused);
      if (why != Errno.NOENT && why != Errno.NOTDIR) {
        throw refused;
      }
    }
    return Errno.ROFS;
  }

  private static String path(LinearMemory memory, long address, long length) {
    if (Integer.compareUnsigned((int) length, HIGHEST_PATH_BYTES) > 0) {
      throw Errno.NAMETOOLONG.refusal();
    }
    byte[] utf8 = memory.read((int) address, (int) length);
    String path;
    try {
      path = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException malformed) {
      throw Errno.ILSEQ.refusal();
    }
    if (path.indexOf('\0') >= 0) {
      throw Errno.INVAL.refusal();
    }
    return path;
  }
}
