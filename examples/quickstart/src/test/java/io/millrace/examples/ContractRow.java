package io.millrace.examples;

import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.instance.ModuleCache;
import io.millrace.instance.NeverCompiling;
import io.millrace.pipeline.Invocation;
import java.util.stream.Stream;

/** A guest, and how it is run and called: one row of the contract's table. */
record ContractRow(KitGuest guest, Way way) {

  enum Way {
    COMPILED(""),
    INTERPRETED(", interpreted"),
    /** Compiled, through the one entry of the article. */
    FLAT(", invoke_flat");

    private final String suffix;

    Way(String suffix) {
      this.suffix = suffix;
    }
  }

  static final int PAGES = 2048;

  /** For all rows that compile: each module once. */
  static final ModuleCache COMPILED = ModuleCache.create();

  /** All of them: the argument of parameterized tests. */
  static Stream<ContractRow> all() {
    return Stream.of(
            KitGuest.all().map(guest -> new ContractRow(guest, Way.COMPILED)),
            KitGuest.all().map(guest -> new ContractRow(guest, Way.INTERPRETED)),
            KitGuest.flat().map(guest -> new ContractRow(guest, Way.FLAT)))
        .flatMap(rows -> rows);
  }

  boolean interpreted() {
    return way == Way.INTERPRETED;
  }

  /** Instances on one memory are to be at work on it together. */
  int workers() {
    return guest.shared() ? 4 : 2;
  }

  ModuleCache cache() {
    return interpreted() ? NeverCompiling.cache() : COMPILED;
  }

  InstancePoolBuilder pool(ModuleCache cache) {
    return InstancePool.builder(guest.source())
        .abi(guest.abi())
        .maximumPages(PAGES)
        .sharedMemory(guest.shared())
        .moduleCache(cache)
        .tieredStart(interpreted());
  }

  Invocation call(String function, byte[] payload) {
    if (way != Way.FLAT) {
      return Invocation.of(function, payload);
    }
    byte[] name = ContractCase.utf8(function + " ");
    byte[] all = new byte[name.length + payload.length];
    System.arraycopy(name, 0, all, 0, name.length);
    System.arraycopy(payload, 0, all, name.length, payload.length);
    return Invocation.of("invoke_flat", all);
  }

  Invocation call(String function, String payload) {
    return call(function, ContractCase.utf8(payload));
  }

  @Override
  public String toString() {
    return guest.name() + way.suffix;
  }
}
