package io.millrace.instance;

/** What is interpreted stays so: to tell how much memory that takes, with no compiler beside it. */
public final class NoCompiler {

  private NoCompiler() {}

  /** A cache whose compiler never begins; only for pools with a tiered start. */
  public static ModuleCache cache() {
    return new ModuleCache(Long.MAX_VALUE, null, compile -> {});
  }
}
