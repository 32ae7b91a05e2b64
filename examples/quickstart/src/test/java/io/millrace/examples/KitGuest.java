package io.millrace.examples;

import io.millrace.instance.AbiDescriptor;
import io.millrace.instance.AbiDescriptor.Result;
import io.millrace.instance.AbiDescriptor.Status;
import io.millrace.instance.ModuleSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A guest that keeps the contract of examples/guests.
 *
 * @param name of its module, without the ending
 * @param trapsWhenFull whether its language cannot tell it that the memory is full
 */
record KitGuest(String name, AbiDescriptor abi, boolean trapsWhenFull) {

  private static final Result PREFIXED = new Result.LengthPrefixed();
  private static final Result GETTERS =
      new Result.Getters(
          "result_ptr", "result_len", List.of(Status.OUTPUT, Status.UNCHANGED, Status.ERROR));

  /** All of them: the argument of parameterized tests. */
  static Stream<KitGuest> all() {
    return Stream.of(
        new KitGuest("go", AbiDescriptor.FLAT, true),
        new KitGuest("rust", AbiDescriptor.FLAT, false),
        new KitGuest("c", AbiDescriptor.FLAT, false),
        new KitGuest("c-shared", AbiDescriptor.FLAT, false),
        new KitGuest("assemblyscript", AbiDescriptor.FLAT, false),
        new KitGuest("c-prefixed", abi(PREFIXED), false),
        new KitGuest("c-out-pointer", abi(new Result.OutPointer()), false),
        new KitGuest("c-getters", abi(GETTERS), false));
  }

  /** Whether all its instances share one memory. */
  boolean shared() {
    return name.equals("c-shared");
  }

  /** Those that have the article's one entry, too. */
  static Stream<KitGuest> flat() {
    return all()
        .filter(guest -> guest.name.equals("go") || guest.name.equals("c-prefixed"))
        .map(guest -> new KitGuest(guest.name, abi(PREFIXED), guest.trapsWhenFull));
  }

  private static AbiDescriptor abi(Result result) {
    return new AbiDescriptor("alloc", "free", AbiDescriptor.Input.ARENA, result, false, null);
  }

  ModuleSource source() {
    return Guests.source(name);
  }

  byte[] bytes() {
    try (InputStream in =
        KitGuest.class.getResourceAsStream("/io/millrace/guests/" + name + ".wasm")) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
