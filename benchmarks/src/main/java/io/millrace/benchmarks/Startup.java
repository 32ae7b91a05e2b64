package io.millrace.benchmarks;

import com.dylibso.chicory.wasm.Parser;
import io.millrace.instance.AbiDescriptor;
import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.instance.ModuleCache;
import io.millrace.instance.ModuleInspector;
import io.millrace.instance.ModuleSource;
import io.millrace.instance.NoCompiler;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One cold start of one module in a JVM of its own; prints {@code name=nanoseconds ...}. */
final class Startup {

  /** How the module is started. */
  enum Mode {
    /** By the interpreter; once the instance is ready the compiler is at work beside it. */
    INTERPRETER("interpreter"),
    /** The same without a compiler, which would be seen in what memory is taken. */
    INTERPRETER_ALONE("interpreter"),
    /** By the compiler, and a directory keeps what it made. */
    COMPILED("compiled"),
    /** The same without a second instance, which would be seen in what memory is taken. */
    COMPILED_ALONE("compiled"),
    /** From what another process has left there. */
    DISK("disk"),
    /** Compiled, step by step. */
    PARTS("parts"),
    /** Only the instance, without the guest's initialisation, which the pool would call at once. */
    INSTANCE("instance");

    private final String word;

    Mode(String word) {
      this.word = word;
    }

    /** As it stands in the figures' names. */
    String word() {
      return word;
    }

    /** Whether it tells what memory is taken, and no times. */
    private boolean isAlone() {
      return this == INTERPRETER_ALONE || this == COMPILED_ALONE;
    }

    private boolean isInterpreted() {
      return this == INTERPRETER || this == INTERPRETER_ALONE;
    }
  }

  private static final String MEMORY = "memory";

  /** Asks the guest for nothing before the first call, which one without initialisation fails. */
  private static final AbiDescriptor NO_ARENA =
      new AbiDescriptor(
          "alloc",
          null,
          AbiDescriptor.Input.BLOCK_PER_CALL,
          new AbiDescriptor.Result.Packed(),
          false,
          null);

  /** How the module that TinyGo built passes bytes. */
  private static final AbiDescriptor GOFMT =
      new AbiDescriptor(
          "alloc",
          null,
          AbiDescriptor.Input.LAST_BLOCK,
          new AbiDescriptor.Result.Getters(
              "output_ptr",
              "output_len",
              List.of(
                  AbiDescriptor.Status.UNCHANGED,
                  AbiDescriptor.Status.OUTPUT,
                  AbiDescriptor.Status.ERROR)),
          false,
          "dispose");

  private Startup() {}

  /** {@code MODE MODULE FUNCTION PAYLOAD DIRECTORY} */
  public static void main(String[] args) throws IOException {
    ParentWatch.start();
    Path module = Path.of(args[1]);
    Invocation call = Invocation.of(args[2], args[3]);
    Mode mode = Mode.valueOf(args[0]);
    Map<String, Long> nanos = new LinkedHashMap<>();
    switch (mode) {
      case PARTS -> parts(module, call, nanos);
      case INSTANCE -> instance(module, call, nanos);
      default -> whole(mode, module, call, Path.of(args[4]), nanos);
    }
    System.out.println(
        nanos.entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining(" ")));
    System.out.flush();
    Runtime.getRuntime().halt(0); // a tiered start still compiles
  }

  private static InstancePoolBuilder builder(ModuleSource source, Invocation call) {
    InstancePoolBuilder builder = InstancePool.builder(source).spares(0);
    return call.function().equals("format") ? builder.abi(GOFMT) : builder;
  }

  private static void whole(
      Mode mode, Path module, Invocation call, Path directory, Map<String, Long> nanos) {
    long start = System.nanoTime();
    InstancePoolBuilder builder = builder(ModuleSource.of(module), call);
    if (mode == Mode.INTERPRETER_ALONE) {
      builder.moduleCache(NoCompiler.cache());
    } else if (!mode.isInterpreted()) {
      long plenty = 1L << 30;
      builder.moduleCache(ModuleCache.create(plenty, directory, plenty));
    }
    try (InstancePool pool = builder.tieredStart(mode.isInterpreted()).build();
        GuestLease first = pool.lease();
        GuestLease second = pool.lease()) {
      reply(first, call);
      if (!mode.isAlone()) {
        nanos.put("firstReply", System.nanoTime() - start);
      }
      if (mode == Mode.COMPILED) {
        long again = System.nanoTime();
        reply(second, call);
        nanos.put("secondInstance", System.nanoTime() - again);
      }
      if (mode.isAlone() || mode == Mode.DISK) {
        nanos.put(MEMORY, usedBytes());
      }
    }
  }

  private static void parts(Path module, Invocation call, Map<String, Long> nanos)
      throws IOException {
    long start = System.nanoTime();
    byte[] wasm = Files.readAllBytes(module);
    long read = System.nanoTime();
    ModuleSource source = ModuleSource.of(module.toString(), wasm);
    ModuleInspector.inspect(source);
    long scanned = System.nanoTime();
    Parser.parse(wasm);
    long parsed = System.nanoTime();
    nanos.put("read", read - start);
    nanos.put("scan", scanned - read);
    nanos.put("parse", parsed - scanned);
    // The pool scans and parses once more; what that takes by now is no part of the compile.
    ModuleInspector.inspect(source);
    Parser.parse(wasm);
    long again = System.nanoTime() - parsed;
    long loading = System.nanoTime();
    try (InstancePool pool = builder(source, call).build();
        GuestLease lease = pool.lease()) {
      pool.load().block();
      long loaded = System.nanoTime();
      lease.guest(null);
      long started = System.nanoTime();
      reply(lease, call);
      nanos.put("compile", Math.max(0, loaded - loading - again));
      nanos.put("instantiateAndInit", started - loaded);
      nanos.put("firstReply", System.nanoTime() - started);
    }
  }

  /**
   * The pool offers nothing between the instance and its initialisation, so the module's exports of
   * that get other names, by which nobody calls them; whatever else it is stays.
   */
  private static void instance(Path module, Invocation call, Map<String, Long> nanos)
      throws IOException {
    byte[] wasm = withoutInit(Files.readAllBytes(module));
    InstancePoolBuilder builder = builder(ModuleSource.of(module.toString(), wasm), call);
    if (!call.function().equals("format")) { // that one has no arena
      builder.abi(NO_ARENA);
    }
    try (InstancePool pool = builder.build();
        GuestLease lease = pool.lease()) {
      pool.load().block();
      long loaded = System.nanoTime();
      lease.guest(null);
      nanos.put("instantiate", System.nanoTime() - loaded);
    }
  }

  /** An export is its name's length, its name, a zero for a function, and which one. */
  static byte[] withoutInit(byte[] wasm) {
    String bytes = new String(wasm, StandardCharsets.ISO_8859_1); // byte by byte, and back
    for (String name : List.of("_initialize", "init")) {
      String other = name.substring(0, name.length() - 1) + "~";
      char length = (char) name.length();
      bytes = bytes.replace(length + name + '\0', length + other + '\0');
    }
    return bytes.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void reply(GuestLease lease, Invocation call) {
    if (lease.guest(null).invoke(call).length == 0) {
      throw new IllegalStateException("an empty reply");
    }
  }

  /** Heap after a collection, and what classes take. */
  private static long usedBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(each -> each.getType() == MemoryType.NON_HEAP)
            .filter(each -> each.getName().contains("Metaspace"))
            .map(MemoryPoolMXBean::getUsage)
            .mapToLong(usage -> usage.getUsed())
            .sum();
  }
}
