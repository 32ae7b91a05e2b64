package io.millrace.instance;

import io.millrace.instance.FileNode.Directory;
import io.millrace.instance.FileNode.File;
import io.millrace.instance.OpenFiles.Open;
import io.millrace.memory.LinearMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The fd functions. Standard input is empty; the standard streams are character devices that cannot
 * be closed. Files can be read.
 *
 * <pre>
 *   fdstat, 24 bytes:    filetype u8 @0, flags u16 @2, rights u64 @8, inheriting rights u64 @16
 *   filestat, 64 bytes:  device u64 @0, inode u64 @8, filetype u8 @16, links u64 @24, size u64 @32,
 *                        three times u64 @40
 *   dirent, 24 bytes:    next u64 @0, inode u64 @8, name's length u32 @16, filetype u8 @20; the name
 *   prestat, 8 bytes:    tag u8 @0, name's length u32 @4
 * </pre>
 */
final class WasiDescriptors {

  private static final int CHARACTER_DEVICE = 2;
  private static final int DIRECTORY = 3;
  private static final int REGULAR_FILE = 4;

  private static final long RIGHT_READ = 1L << 1;
  private static final long RIGHT_WRITE = 1L << 6;

  /** Read, seek, set flags, tell, advise, get its state, poll. */
  private static final long FILE_RIGHTS =
      RIGHT_READ | 1L << 2 | 1L << 3 | 1L << 5 | 1L << 7 | 1L << 21 | 1L << 27;

  /** Open, list, read links and states beneath it, get its state. */
  private static final long DIRECTORY_RIGHTS = 1L << 13 | 1L << 14 | 1L << 15 | 1L << 18 | 1L << 21;

  /** Append, dsync, nonblock, rsync, sync. */
  private static final int ALL_FLAGS = 0x1F;

  private static final int DIRENT_BYTES = 24;
  private static final int FROM_START = 0;
  private static final int FROM_HERE = 1;
  private static final int FROM_END = 2;
  private static final String PREOPENED = "/";

  private WasiDescriptors() {}

  static boolean isStandard(long descriptor) {
    return descriptor >= 0 && descriptor < OpenFiles.FIRST;
  }

  static Errno write(WasiContext wasi, LinearMemory memory, long[] args) {
    if (args[0] != 1 && args[0] != 2) {
      return readOnly(wasi, memory, args);
    }
    IoVectors buffers = IoVectors.read(memory, (int) args[1], (int) args[2]);
    memory.putInt((int) args[3], buffers.totalBytes());
    buffers.gather(memory, wasi.output(args[0]));
    return Errno.SUCCESS;
  }

  static Errno read(WasiContext wasi, LinearMemory memory, long[] args) {
    if (args[0] == 0) {
      memory.putInt((int) args[3], 0);
      return Errno.SUCCESS;
    }
    File file = wasi.files().file(args[0]);
    Open open = wasi.files().get(args[0]);
    IoVectors buffers = IoVectors.read(memory, (int) args[1], (int) args[2]);
    memory.putInt((int) args[3], 0);
    int count = buffers.scatter(memory, file.content(), open.position());
    wasi.files().replace(args[0], open.at(open.position() + count));
    memory.putInt((int) args[3], count);
    return Errno.SUCCESS;
  }

  static Errno readAt(WasiContext wasi, LinearMemory memory, long[] args) {
    File file = wasi.files().file(args[0]);
    if (args[3] < 0) {
      return Errno.INVAL;
    }
    IoVectors buffers = IoVectors.read(memory, (int) args[1], (int) args[2]);
    memory.putInt((int) args[4], 0);
    memory.putInt((int) args[4], buffers.scatter(memory, file.content(), args[3]));
    return Errno.SUCCESS;
  }

  static Errno seek(WasiContext wasi, LinearMemory memory, long[] args) {
    if (isStandard(args[0])) {
      return Errno.SPIPE;
    }
    File file = wasi.files().file(args[0]);
    Open open = wasi.files().get(args[0]);
    long from;
    switch ((int) args[2]) {
      case FROM_START -> from = 0;
      case FROM_HERE -> from = open.position();
      case FROM_END -> from = file.content().length;
      default -> {
        return Errno.INVAL;
      }
    }
    long position = from + args[1];
    if (position < 0 || (args[1] > 0 && position < from)) {
      return Errno.INVAL;
    }
    memory.putLong((int) args[3], position);
    wasi.files().replace(args[0], open.at(position));
    return Errno.SUCCESS;
  }

  static Errno tell(WasiContext wasi, LinearMemory memory, long[] args) {
    if (isStandard(args[0])) {
      return Errno.SPIPE;
    }
    wasi.files().file(args[0]);
    memory.putLong((int) args[1], wasi.files().get(args[0]).position());
    return Errno.SUCCESS;
  }

  static Errno close(WasiContext wasi, LinearMemory memory, long[] args) {
    if (!isStandard(args[0])) {
      wasi.files().close(args[0]);
    }
    return Errno.SUCCESS;
  }

  static Errno renumber(WasiContext wasi, LinearMemory memory, long[] args) {
    wasi.files().move(args[0], args[1]);
    return Errno.SUCCESS;
  }

  static Errno status(WasiContext wasi, LinearMemory memory, long[] args) {
    int address = (int) args[1];
    int type = CHARACTER_DEVICE;
    int flags = 0;
    long rights = args[0] == 0 ? RIGHT_READ : RIGHT_WRITE;
    long inheriting = 0;
    if (!isStandard(args[0])) {
      Open open = wasi.files().get(args[0]);
      boolean directory = open.node() instanceof Directory;
      type = directory ? DIRECTORY : REGULAR_FILE;
      flags = open.flags();
      rights = directory ? DIRECTORY_RIGHTS : FILE_RIGHTS;
      inheriting = directory ? DIRECTORY_RIGHTS | FILE_RIGHTS : 0;
    }
    memory.putLong(address, type | (long) flags << 16);
    memory.putLong(address + 8, rights);
    memory.putLong(address + 16, inheriting);
    return Errno.SUCCESS;
  }

  static Errno setFlags(WasiContext wasi, LinearMemory memory, long[] args) {
    if (isStandard(args[0])) {
      return Errno.SUCCESS;
    }
    Open open = wasi.files().get(args[0]);
    wasi.files().replace(args[0], open.with(flags(args[1])));
    return Errno.SUCCESS;
  }

  static int flags(long given) {
    if ((given & ~ALL_FLAGS) != 0) {
      throw Errno.INVAL.refusal();
    }
    return (int) given;
  }

  /** What is well for every open file, since there is nothing to do. */
  static Errno nothingToDo(WasiContext wasi, LinearMemory memory, long[] args) {
    wasi.files().get(args[0]);
    return Errno.SUCCESS;
  }

  static Errno notSupported(WasiContext wasi, LinearMemory memory, long[] args) {
    wasi.files().get(args[0]);
    return Errno.NOTSUP;
  }

  static Errno readOnly(WasiContext wasi, LinearMemory memory, long[] args) {
    wasi.files().get(args[0]);
    return Errno.ROFS;
  }

  static Errno fileStatus(WasiContext wasi, LinearMemory memory, long[] args) {
    putStatus(memory, (int) args[1], wasi.files().get(args[0]).node());
    return Errno.SUCCESS;
  }

  static void putStatus(LinearMemory memory, int address, FileNode node) {
    boolean file = node instanceof File;
    long[] fields = new long[8];
    fields[1] = node.inode();
    fields[2] = file ? REGULAR_FILE : DIRECTORY;
    fields[3] = 1;
    fields[4] = node instanceof File content ? content.content().length : 0;
    for (int i = 0; i < fields.length; i++) {
      memory.putLong(address + 8 * i, fields[i]);
    }
  }

  static Errno list(WasiContext wasi, LinearMemory memory, long[] args) {
    Directory directory = wasi.files().directory(args[0]);
    int address = (int) args[1];
    int room = (int) args[2];
    LinearMemory.check(address, room, memory.sizeBytes());
    List<Map.Entry<String, FileNode>> entries = directory.entries();
    int used = 0;
    // The cookie is the number of entries already told; . and .. come first.
    for (long next = args[3]; next >= 0 && next < entries.size() + 2L && used < room; next++) {
      byte[] entry =
          next < 2
              ? entry(next, next == 0 ? "." : "..", directory)
              : entry(
                  next,
                  entries.get((int) next - 2).getKey(),
                  entries.get((int) next - 2).getValue());
      int count = Math.min(entry.length, room - used);
      memory.write(address + used, entry, 0, count);
      used += count;
    }
    memory.putInt((int) args[4], used);
    return Errno.SUCCESS;
  }

  private static byte[] entry(long number, String name, FileNode node) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(DIRENT_BYTES + utf8.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(number + 1)
        .putLong(node.inode())
        .putInt(utf8.length)
        .putInt(node instanceof File ? REGULAR_FILE : DIRECTORY)
        .put(utf8)
        .array();
  }

  static Errno preopened(WasiContext wasi, LinearMemory memory, long[] args) {
    requirePreopened(wasi, args[0]);
    memory.putLong((int) args[1], (long) PREOPENED.length() << 32);
    return Errno.SUCCESS;
  }

  static Errno preopenedName(WasiContext wasi, LinearMemory memory, long[] args) {
    requirePreopened(wasi, args[0]);
    byte[] name = PREOPENED.getBytes(StandardCharsets.UTF_8);
    if (Integer.compareUnsigned((int) args[2], name.length) < 0) {
      return Errno.NAMETOOLONG;
    }
    memory.write((int) args[1], name, 0, name.length);
    return Errno.SUCCESS;
  }

  private static void requirePreopened(WasiContext wasi, long descriptor) {
    if (!wasi.files().get(descriptor).preopened()) {
      throw Errno.BADF.refusal();
    }
  }
}
