package io.millrace.benchmarks;

import com.dylibso.chicory.wasm.Parser;
import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.instance.ModuleCache;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;

/** One cold start of a guest, in a JVM of its own; prints the nanoseconds that it took. */
final class ColdStart {

  private ColdStart() {}

  /** What is timed. */
  enum What {
    /** The engine's parser alone. */
    PARSE("parse"),
    /** From the bytes to a compiled module, which a directory keeps. */
    COMPILE("compile"),
    /** The same from what that directory has. */
    STORE("store"),
    /** To the first reply, interpreted, while the compiler is at work. */
    TIERED_REPLY("tieredReply");

    private final String word;

    What(String word) {
      this.word = word;
    }

    /** As it stands in the figures' names. */
    String word() {
      return word;
    }
  }

  /** {@code WHAT DIRECTORY MODULE} */
  public static void main(String[] args) throws IOException {
    ParentWatch.start();
    byte[] wasm;
    String resource = "/io/millrace/guests/" + args[2] + ".wasm";
    try (InputStream in =
        Objects.requireNonNull(ColdStart.class.getResourceAsStream(resource), resource)) {
      wasm = in.readAllBytes();
    }
    What what = What.valueOf(args[0]);
    Path directory = Path.of(args[1]);
    long start = System.nanoTime();
    run(what, wasm, directory);
    System.out.println(System.nanoTime() - start);
    System.out.flush();
    Runtime.getRuntime().halt(0); // a tiered start still compiles
  }

  private static void run(What what, byte[] wasm, Path directory) {
    if (what == What.PARSE) {
      Parser.parse(wasm);
      return;
    }
    InstancePoolBuilder builder = InstancePool.builder(ModuleSource.of("guest.wasm", wasm));
    if (what == What.COMPILE || what == What.STORE) {
      long plenty = 1L << 30;
      builder.moduleCache(ModuleCache.create(plenty, directory, plenty));
    }
    builder.tieredStart(what == What.TIERED_REPLY);
    try (InstancePool pool = builder.build()) {
      if (what == What.COMPILE || what == What.STORE) {
        pool.load().block();
        return;
      }
      try (GuestLease lease = pool.lease()) {
        int length = lease.guest(null).invoke(Invocation.of("sha256", "abc")).length;
        if (length != 64) {
          throw new IllegalStateException("a reply of " + length + " bytes");
        }
      }
    }
  }
}
