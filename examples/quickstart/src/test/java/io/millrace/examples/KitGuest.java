package io.millrace.examples;

import io.millrace.instance.AbiDescriptor;
import io.millrace.instance.ModuleSource;
import java.util.stream.Stream;

/**
 * A guest that keeps the contract of examples/guests.
 *
 * @param name of its module, without the ending
 * @param trapsWhenFull whether its language cannot tell it that the memory is full
 */
record KitGuest(String name, AbiDescriptor abi, boolean trapsWhenFull) {

  /** All of them: the argument of parameterized tests. */
  static Stream<KitGuest> all() {
    return Stream.of(
        new KitGuest("go", AbiDescriptor.FLAT, true), new KitGuest("c", AbiDescriptor.FLAT, false));
  }

  ModuleSource source() {
    return ModuleSource.resource(KitGuest.class, "/io/millrace/guests/" + name + ".wasm");
  }

  @Override
  public String toString() {
    return name;
  }
}
