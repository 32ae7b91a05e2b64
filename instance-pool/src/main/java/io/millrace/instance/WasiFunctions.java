package io.millrace.instance;

import io.millrace.memory.LinearMemory;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The table of all 46 functions of WASI preview1 (witx, "wasi_snapshot_preview1"). Every one of
 * them is there, so that a module links whatever its libraries mention; what a pool does not grant
 * answers an errno. Descriptors beyond the standard streams do not exist without files.
 */
final class WasiFunctions {

  static final String MODULE = "wasi_snapshot_preview1";

  @FunctionalInterface
  interface Call {
    Errno apply(WasiContext wasi, LinearMemory memory, long[] args);
  }

  private record Function(String type, Call call) {}

  private static final Map<String, Function> FUNCTIONS = table();

  private WasiFunctions() {}

  /** The type of a function, or null where WASI has none of that name. */
  static @Nullable String type(String module, String name) {
    Function known = module.equals(MODULE) ? FUNCTIONS.get(name) : null;
    return known == null ? null : known.type();
  }

  static boolean provides(String module, String name, String type) {
    return type.equals(type(module, name));
  }

  /** Runs a function that is {@linkplain #provides provided}, and answers its errno. */
  static int call(String name, WasiContext wasi, LinearMemory memory, long[] args) {
    Function function = FUNCTIONS.get(name);
    if (function == null) {
      throw new IllegalStateException("not provided: " + name);
    }
    try {
      return function.call().apply(wasi, memory, args).number();
    } catch (HostSignal end) {
      throw end;
    } catch (RuntimeException failure) {
      return Errno.of(failure).number();
    }
  }

  private static Map<String, Function> table() {
    Map<String, Function> table = new TreeMap<>();
    Call none = (wasi, memory, args) -> Errno.SUCCESS;
    Call refused = (wasi, memory, args) -> Errno.NOTSUP;
    add(table, "args_get", "ii", WasiStrings::args);
    add(table, "args_sizes_get", "ii", WasiStrings::argsSizes);
    add(table, "environ_get", "ii", WasiStrings::environment);
    add(table, "environ_sizes_get", "ii", WasiStrings::environmentSizes);
    add(table, "clock_res_get", "ii", WasiClock::resolution);
    add(table, "clock_time_get", "iIi", WasiClock::time);
    add(table, "random_get", "ii", WasiRandom::get);
    add(table, "sched_yield", "", none);
    add(table, "poll_oneoff", "iiii", WasiPoll::oneoff);
    table.put("proc_exit", new Function("(i32) -> ()", WasiFunctions::exit));
    add(table, "proc_raise", "i", refused);
    add(table, "fd_advise", "iIIi", WasiDescriptors::nothingToDo);
    add(table, "fd_allocate", "iII", WasiDescriptors::readOnly);
    add(table, "fd_close", "i", WasiDescriptors::close);
    add(table, "fd_datasync", "i", WasiDescriptors::nothingToDo);
    add(table, "fd_fdstat_get", "ii", WasiDescriptors::status);
    add(table, "fd_fdstat_set_flags", "ii", WasiDescriptors::setFlags);
    add(table, "fd_fdstat_set_rights", "iII", WasiDescriptors::notSupported);
    add(table, "fd_filestat_get", "ii", WasiDescriptors::fileStatus);
    add(table, "fd_filestat_set_size", "iI", WasiDescriptors::readOnly);
    add(table, "fd_filestat_set_times", "iIIi", WasiDescriptors::readOnly);
    add(table, "fd_pread", "iiiIi", WasiDescriptors::readAt);
    add(table, "fd_prestat_dir_name", "iii", WasiDescriptors::preopenedName);
    add(table, "fd_prestat_get", "ii", WasiDescriptors::preopened);
    add(table, "fd_pwrite", "iiiIi", WasiDescriptors::readOnly);
    add(table, "fd_read", "iiii", WasiDescriptors::read);
    add(table, "fd_readdir", "iiiIi", WasiDescriptors::list);
    add(table, "fd_renumber", "ii", WasiDescriptors::renumber);
    add(table, "fd_seek", "iIii", WasiDescriptors::seek);
    add(table, "fd_sync", "i", WasiDescriptors::nothingToDo);
    add(table, "fd_tell", "ii", WasiDescriptors::tell);
    add(table, "fd_write", "iiii", WasiDescriptors::write);
    add(table, "path_create_directory", "iii", WasiPaths::change);
    add(table, "path_filestat_get", "iiiii", WasiPaths::status);
    add(table, "path_filestat_set_times", "iiiiIIi", WasiPaths::setTimes);
    add(table, "path_link", "iiiiiii", WasiPaths::link);
    add(table, "path_open", "iiiiiIIii", WasiPaths::open);
    add(table, "path_readlink", "iiiiii", WasiPaths::readLink);
    add(table, "path_remove_directory", "iii", WasiPaths::change);
    add(table, "path_rename", "iiiiii", WasiPaths::rename);
    add(table, "path_symlink", "iiiii", WasiPaths::symlink);
    add(table, "path_unlink_file", "iii", WasiPaths::change);
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

  private static Errno exit(WasiContext wasi, LinearMemory memory, long[] args) {
    throw new HostSignal.Exit((int) args[0]);
  }
}
