package io.millrace.instance;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionImport;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * WASI preview1 with nothing granted: no arguments, no environment, no files, no sockets. The guest
 * gets the clocks, secure random bytes, an empty standard input, and a standard output and error
 * that are counted and dropped.
 *
 * <p>Every function of the interface is there, so that a module links whatever its libraries
 * mention; what is not granted answers an errno. Source: the preview1 witx,
 * "wasi_snapshot_preview1". Stateless, safe for use by several instances.
 */
final class WasiImports {

  static final String MODULE = "wasi_snapshot_preview1";

  private static final int SUCCESS = 0;
  private static final int BADF = 8;
  private static final int FAULT = 21;
  private static final int INVAL = 28;
  private static final int NOTSUP = 58;
  private static final int SPIPE = 70;

  /** What POSIX calls IOV_MAX; a longer list is refused before it is walked. */
  private static final int HIGHEST_IOVS = 1024;

  private static final int RANDOM_CHUNK_BYTES = 4096;

  private static final SecureRandom RANDOM = new SecureRandom();

  @FunctionalInterface
  private interface Call {
    int apply(Memory memory, long[] args);
  }

  private record Function(String type, Call call) {}

  private static final Map<String, Function> FUNCTIONS = table();

  /** proc_exit, on its way through the engine to the invocation that it ends. */
  static final class ExitSignal extends RuntimeException {

    private static final long serialVersionUID = 1L;
    final int exitCode;

    ExitSignal(int exitCode) {
      super("proc_exit(" + exitCode + ")", null, false, false);
      this.exitCode = exitCode;
    }
  }

  private WasiImports() {}

  static boolean provides(String module, String name, String type) {
    Function known = FUNCTIONS.get(name);
    return module.equals(MODULE) && known != null && known.type().equals(type);
  }

  /** The functions of this interface that the module imports. */
  static List<ImportFunction> forModule(WasmModule module) {
    return module.importSection().stream()
        .filter(FunctionImport.class::isInstance)
        .map(FunctionImport.class::cast)
        .map(wanted -> function(module, wanted))
        .toList();
  }

  private static ImportFunction function(WasmModule module, FunctionImport wanted) {
    return new HostFunction(
        MODULE,
        wanted.name(),
        module.typeSection().getType(wanted.typeIndex()),
        (instance, args) -> call(wanted.name(), instance, args));
  }

  private static long[] call(String name, Instance instance, long[] args) {
    Function function = FUNCTIONS.get(name);
    if (function == null) {
      throw new IllegalStateException("not provided: " + name);
    }
    int errno;
    try {
      errno = function.call().apply(instance.memory(), args);
    } catch (WasmRuntimeException outOfBounds) {
      errno = FAULT;
    }
    return function.type().endsWith("()") ? new long[0] : new long[] {errno};
  }

  private static Map<String, Function> table() {
    Map<String, Function> table = new TreeMap<>();
    Call none = (memory, args) -> SUCCESS;
    Call noSuchFile = (memory, args) -> BADF;
    Call refused = (memory, args) -> NOTSUP;
    add(table, "args_get", "ii", none);
    add(table, "args_sizes_get", "ii", WasiImports::noStrings);
    add(table, "environ_get", "ii", none);
    add(table, "environ_sizes_get", "ii", WasiImports::noStrings);
    add(table, "clock_res_get", "ii", WasiImports::clockResolution);
    add(table, "clock_time_get", "iIi", WasiImports::clockTime);
    add(table, "random_get", "ii", WasiImports::random);
    add(table, "sched_yield", "", none);
    add(table, "poll_oneoff", "iiii", WasiPoll::oneoff);
    table.put("proc_exit", new Function("(i32) -> ()", WasiImports::exit));
    add(table, "proc_raise", "i", refused);
    add(table, "fd_write", "iiii", WasiImports::write);
    add(table, "fd_read", "iiii", WasiImports::read);
    add(table, "fd_fdstat_get", "ii", WasiImports::fdstat);
    add(table, "fd_fdstat_set_flags", "ii", (memory, args) -> standard(args) ? SUCCESS : BADF);
    add(table, "fd_close", "i", (memory, args) -> standard(args) ? SUCCESS : BADF);
    add(table, "fd_seek", "iIii", (memory, args) -> standard(args) ? SPIPE : BADF);
    add(table, "fd_tell", "ii", (memory, args) -> standard(args) ? SPIPE : BADF);
    add(table, "fd_advise", "iIIi", noSuchFile);
    add(table, "fd_allocate", "iII", noSuchFile);
    add(table, "fd_datasync", "i", noSuchFile);
    add(table, "fd_fdstat_set_rights", "iII", noSuchFile);
    add(table, "fd_filestat_get", "ii", noSuchFile);
    add(table, "fd_filestat_set_size", "iI", noSuchFile);
    add(table, "fd_filestat_set_times", "iIIi", noSuchFile);
    add(table, "fd_pread", "iiiIi", noSuchFile);
    add(table, "fd_prestat_dir_name", "iii", noSuchFile);
    add(table, "fd_prestat_get", "ii", noSuchFile);
    add(table, "fd_pwrite", "iiiIi", noSuchFile);
    add(table, "fd_readdir", "iiiIi", noSuchFile);
    add(table, "fd_renumber", "ii", noSuchFile);
    add(table, "fd_sync", "i", noSuchFile);
    add(table, "path_create_directory", "iii", noSuchFile);
    add(table, "path_filestat_get", "iiiii", noSuchFile);
    add(table, "path_filestat_set_times", "iiiiIIi", noSuchFile);
    add(table, "path_link", "iiiiiii", noSuchFile);
    add(table, "path_open", "iiiiiIIii", noSuchFile);
    add(table, "path_readlink", "iiiiii", noSuchFile);
    add(table, "path_remove_directory", "iii", noSuchFile);
    add(table, "path_rename", "iiiiii", noSuchFile);
    add(table, "path_symlink", "iiiii", noSuchFile);
    add(table, "path_unlink_file", "iii", noSuchFile);
    add(table, "sock_accept", "iii", refused);
    add(table, "sock_recv", "iiiiii", refused);
    add(table, "sock_send", "iiiii", refused);
    add(table, "sock_shutdown", "ii", refused);
    return table;
  }

  /** {@code params}: i for i32, I for i64. The result is an errno. */
  private static void add(Map<String, Function> table, String name, String params, Call call) {
    String types =
        String.join(", ", params.chars().mapToObj(type -> type == 'i' ? "i32" : "i64").toList());
    table.put(name, new Function("(" + types + ") -> i32", call));
  }

  private static int noStrings(Memory memory, long[] args) {
    memory.writeI32((int) args[0], 0);
    memory.writeI32((int) args[1], 0);
    return SUCCESS;
  }

  private static int clockResolution(Memory memory, long[] args) {
    if (args[0] != WasiClock.REALTIME && args[0] != WasiClock.MONOTONIC) {
      return INVAL;
    }
    memory.writeLong((int) args[1], args[0] == WasiClock.REALTIME ? 1_000 : 1);
    return SUCCESS;
  }

  private static int clockTime(Memory memory, long[] args) {
    if (args[0] != WasiClock.REALTIME && args[0] != WasiClock.MONOTONIC) {
      return INVAL;
    }
    memory.writeLong((int) args[2], WasiClock.nanos((int) args[0]));
    return SUCCESS;
  }

  private static int random(Memory memory, long[] args) {
    int address = (int) args[0];
    long length = args[1] & 0xFFFF_FFFFL;
    byte[] chunk = new byte[(int) Math.min(length, RANDOM_CHUNK_BYTES)];
    long done = 0;
    while (done < length) {
      // A guest may ask for 2 GiB: its deadline must be able to stop that.
      if (Thread.currentThread().isInterrupted()) {
        throw new ChicoryInterruptedException("interrupted in random_get");
      }
      int count = (int) Math.min(chunk.length, length - done);
      RANDOM.nextBytes(chunk);
      memory.write((int) (address + done), chunk, 0, count);
      done += count;
    }
    return SUCCESS;
  }

  private static int exit(Memory memory, long[] args) {
    throw new ExitSignal((int) args[0]);
  }

  private static int write(Memory memory, long[] args) {
    if (args[0] != 1 && args[0] != 2) {
      return BADF;
    }
    long count = args[2] & 0xFFFF_FFFFL;
    if (count > HIGHEST_IOVS) {
      return INVAL;
    }
    long total = 0;
    for (int i = 0; i < count; i++) {
      total += memory.readInt((int) args[1] + i * 8 + 4) & 0xFFFF_FFFFL;
    }
    if (total > Integer.MAX_VALUE) {
      return INVAL;
    }
    memory.writeI32((int) args[3], (int) total);
    return SUCCESS;
  }

  private static int read(Memory memory, long[] args) {
    if (args[0] != 0) {
      return BADF;
    }
    memory.writeI32((int) args[3], 0);
    return SUCCESS;
  }

  /** The three standard streams: character devices, the first to read, the others to write. */
  private static int fdstat(Memory memory, long[] args) {
    if (!standard(args)) {
      return BADF;
    }
    int address = (int) args[1];
    long rightsToReadOrWrite = args[0] == 0 ? 1 << 1 : 1 << 6;
    memory.writeLong(address, 2);
    memory.writeLong(address + 8, rightsToReadOrWrite);
    memory.writeLong(address + 16, 0);
    return SUCCESS;
  }

  private static boolean standard(long[] args) {
    return args[0] >= 0 && args[0] <= 2;
  }
}
