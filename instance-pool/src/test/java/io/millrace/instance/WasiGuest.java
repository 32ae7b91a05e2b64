package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;

import io.millrace.memory.LinearMemory;
import io.millrace.pipeline.Invocation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A module that does whatever a test wants of WASI: for each function of preview1 it exports one of
 * the same name, which passes on the arguments that lie in its payload and answers the errno.
 */
final class WasiGuest {

  /** Addresses of the module's memory that nothing else uses. */
  static final int IN = 3 << 16;

  static final int OUT = IN + 16_384;
  static final int OUT2 = OUT + 16_384;

  private static final int ERRNO = 16;

  /** The parameters of all functions but proc_exit: i for i32, I for i64. The result is an i32. */
  static final Map<String, String> PARAMETERS = parameters();

  static final byte[] WASM = build();

  private final GuestInstance instance;
  private final @Nullable String tenant;

  WasiGuest(GuestInstance instance, @Nullable String tenant) {
    this.instance = instance;
    this.tenant = tenant;
  }

  static InstancePoolBuilder pool(CapabilityPolicy policy) {
    return InstancePool.builder(ModuleSource.of("wasi.wasm", WASM))
        .moduleCache(Guests.COMPILED)
        .capabilities(policy)
        .verifyResetsEvery(1)
        .spares(0);
  }

  LinearMemory memory() {
    return instance.memory();
  }

  GuestInstance instance() {
    return instance;
  }

  /** Calls a function of WASI from inside the guest. */
  int call(String function, long... args) {
    ByteBuffer payload = ByteBuffer.allocate(8 * args.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long arg : args) {
      payload.putLong(arg);
    }
    byte[] reply = instance.invoke(Invocation.of(function, payload.array()).withTenant(tenant));
    return ByteBuffer.wrap(reply).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  /** Puts text to where {@link #IN} is, and answers its length. */
  int put(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    memory().write(IN, utf8, 0, utf8.length);
    return utf8.length;
  }

  /** Writes a list of buffers at {@code address}: pairs of address and length. */
  void buffers(int address, int... pairs) {
    for (int i = 0; i < pairs.length; i++) {
      memory().putInt(address + 4 * i, pairs[i]);
    }
  }

  String text(int address, int length) {
    return new String(memory().read(address, length), StandardCharsets.UTF_8);
  }

  /** Opens a path beneath the directory 3 to read; answers the errno, the descriptor is at OUT. */
  int open(String path) {
    return call("path_open", 3, 0, IN, put(path), 0, 1 << 1, 0, 0, OUT);
  }

  /** Writes to a descriptor with one buffer. */
  int write(int descriptor, String text) {
    buffers(OUT2, IN, put(text));
    return call("fd_write", descriptor, OUT2, 1, OUT);
  }

  private static Map<String, String> parameters() {
    Map<String, String> all = new TreeMap<>();
    String table =
        """
        args_get ii, args_sizes_get ii, environ_get ii, environ_sizes_get ii, clock_res_get ii,
        clock_time_get iIi, fd_advise iIIi, fd_allocate iII, fd_close i, fd_datasync i,
        fd_fdstat_get ii, fd_fdstat_set_flags ii, fd_fdstat_set_rights iII, fd_filestat_get ii,
        fd_filestat_set_size iI, fd_filestat_set_times iIIi, fd_pread iiiIi, fd_prestat_get ii,
        fd_prestat_dir_name iii, fd_pwrite iiiIi, fd_read iiii, fd_readdir iiiIi, fd_renumber ii,
        fd_seek iIii, fd_sync i, fd_tell ii, fd_write iiii, path_create_directory iii,
        path_filestat_get iiiii, path_filestat_set_times iiiiIIi, path_link iiiiiii,
        path_open iiiiiIIii, path_readlink iiiiii, path_remove_directory iii, path_rename iiiiii,
        path_symlink iiiii, path_unlink_file iii, poll_oneoff iiii, proc_raise i, sched_yield -,
        random_get ii, sock_accept iii, sock_recv iiiiii, sock_send iiiii, sock_shutdown ii
        """;
    for (String row : table.strip().split(",\\s+", -1)) {
      String[] parts = row.split(" ", 2);
      all.put(parts[0], parts[1].replace("-", ""));
    }
    return all;
  }

  private static byte[] build() {
    WasmBuilder builder = new WasmBuilder().memory(4, 8);
    List<String> names = new ArrayList<>(PARAMETERS.keySet());
    for (String name : names) {
      builder.imported(WasiFunctions.MODULE, name, parameterTypes(name), types(I32));
    }
    builder.imported(WasiFunctions.MODULE, "proc_exit", types(I32), types());
    builder.allocator(1024);
    for (int i = 0; i < names.size(); i++) {
      builder.function(names.get(i), types(I32, I32), types(I64), code(names.get(i), i));
    }
    return builder
        .function("proc_exit", types(I32, I32), types(I64), 0x41, 7, 0x10, names.size(), 0x42, 0)
        .build();
  }

  private static int[] parameterTypes(String name) {
    return PARAMETERS.getOrDefault(name, "").chars().map(type -> type == 'i' ? I32 : I64).toArray();
  }

  /** i32.const ERRNO, a load for each argument, call, i32.store, and where the errno lies. */
  private static int[] code(String name, int index) {
    List<Integer> code = new ArrayList<>(List.of(0x41, ERRNO));
    String params = PARAMETERS.getOrDefault(name, "");
    for (int i = 0; i < params.length(); i++) {
      code.addAll(List.of(0x20, 0, params.charAt(i) == 'i' ? 0x28 : 0x29, 0, 8 * i));
    }
    code.addAll(List.of(0x10, index, 0x36, 2, 0));
    for (int each : WasmBuilder.i64((long) ERRNO << 32 | 4)) {
      code.add(each);
    }
    return code.stream().mapToInt(Integer::intValue).toArray();
  }
}
