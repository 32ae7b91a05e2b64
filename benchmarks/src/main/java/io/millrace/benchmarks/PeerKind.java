package io.millrace.benchmarks;

/** Who is compared; the figures bear their names. */
enum PeerKind {
  MILLRACE("millrace", "Millrace"),
  MILLRACE_UNORDERED("millraceUnordered", "Millrace, unordered"),
  /** The limit: each thread calls its own guest. */
  RAW_LOOPS("rawLoops", "raw loops (limit)"),
  LOCK("lock", "one instance, a lock (limit)"),
  INSTANCE_PER_CALL("instancePerCall", "instance per call"),
  COMMONS_POOL("commonsPool2", "commons-pool2 + executor"),
  REACTOR_POOL("reactorPool", "reactor-pool + flatMap"),
  EXTISM("extism", "Extism chicory-sdk"),
  WASMTIME("wasmtime", "wasmtime (native, JNI)"),
  V8("v8", "V8 in process (Javet)"),
  PISCINA("piscina", "node + Piscina"),
  /** Told to interpret, and named so: with a compiler it is another peer. */
  GRAAL_WASM("graalWasm", "GraalWasm (interpreter)"),
  /** Where the JVM has the compiler, and for who brings it. */
  GRAAL_WASM_COMPILED("graalWasmCompiled", "GraalWasm, compiled");

  private final String word;
  private final String title;

  PeerKind(String word, String title) {
    this.word = word;
    this.title = title;
  }

  /** As it stands in the figures' names. */
  String word() {
    return word;
  }

  /** For readers. */
  String title() {
    return title;
  }

  /** The same, short enough to stand before a bar. */
  String label() {
    return switch (this) {
      case LOCK -> "a lock (limit)";
      case COMMONS_POOL -> "commons-pool2";
      default -> title;
    };
  }

  /** Whether that is ourselves. */
  boolean isOwn() {
    return this == MILLRACE || this == MILLRACE_UNORDERED;
  }

  /** What nobody can be faster than, since it does without a thread hop. */
  boolean isLimit() {
    return this == RAW_LOOPS || this == LOCK;
  }
}
