package io.millrace.instance;

/** Keeps modules interpreted, for tests in other packages too. */
public final class NeverCompiling {

  private NeverCompiling() {}

  /**
   * For pools with a tiered start: their modules stay interpreted, since no compile ever begins.
   */
  public static ModuleCache cache() {
    return new ModuleCache(1L << 30, null, compile -> {});
  }
}
