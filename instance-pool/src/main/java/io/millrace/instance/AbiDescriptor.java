package io.millrace.instance;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How bytes cross into and out of a module's functions. Immutable.
 *
 * @param allocate the export {@code (i32 length) -> i32 pointer} that lends the host a block
 * @param free the export {@code (i32 pointer) -> ()} or {@code (i32 pointer, i32 length) -> ()}
 *     that takes a block back; null where there is none
 * @param input where payloads are written, and what a function is told of them
 * @param result where a function's result is found
 * @param freesResult whether the host gives a result's block to {@code free} after it has copied it
 * @param afterCall an export {@code () -> ()} that the host calls after it has copied a result;
 *     null for none
 */
public record AbiDescriptor(
    String allocate,
    @Nullable String free,
    Input input,
    Result result,
    boolean freesResult,
    @Nullable String afterCall) {

  /** Where payloads are written, and what a function is told of them. */
  public enum Input {

    /**
     * Into one block that the host gets once and subdivides by itself; the function gets pointer
     * and length. The cheapest.
     */
    ARENA,

    /** Into a block that the host gets for each call; the function gets pointer and length. */
    BLOCK_PER_CALL,

    /**
     * Into a block that the host gets for each call; asking for it has told the guest already, and
     * the function gets nothing.
     */
    LAST_BLOCK
  }

  /** Where a function's result is found. */
  public sealed interface Result {

    /** {@code -> i64}: pointer in the upper, length in the lower half. */
    record Packed() implements Result {}

    /** {@code -> i32}: points to the length as four little-endian bytes, and the bytes after it. */
    record LengthPrefixed() implements Result {}

    /**
     * The function takes one more i32: where it stores pointer and length, as four little-endian
     * bytes each.
     */
    record OutPointer() implements Result {}

    /**
     * Two exports {@code () -> i32} tell where the last result lies.
     *
     * @param pointer the export that answers its address
     * @param length the export that answers its length
     * @param statuses what the i32 means that functions answer, from 0 upwards; empty where they
     *     answer nothing
     */
    record Getters(String pointer, String length, List<Status> statuses) implements Result {

      /** Copies the list. */
      public Getters {
        Objects.requireNonNull(pointer, "pointer");
        Objects.requireNonNull(length, "length");
        statuses = List.copyOf(statuses);
      }
    }
  }

  /** What a function's status says of its result. */
  public enum Status {
    /** The result is the reply. */
    OUTPUT,
    /** There is no result: the reply equals the payload. */
    UNCHANGED,
    /** The result is the text of an error. */
    ERROR
  }

  /**
   * Exports {@code alloc} and {@code free}, one arena, packed results that stay until the next
   * call.
   */
  public static final AbiDescriptor FLAT =
      new AbiDescriptor("alloc", "free", Input.ARENA, new Result.Packed(), false, null);

  static final String ALLOCATE_TYPE = "(i32) -> i32";
  static final String FREE_TYPE = "(i32) -> ()";
  static final String FREE_WITH_LENGTH_TYPE = "(i32, i32) -> ()";
  static final String ACTION_TYPE = "() -> ()";
  static final String GETTER_TYPE = "() -> i32";

  /** Checks that what belongs together is there. */
  public AbiDescriptor {
    Objects.requireNonNull(allocate, "allocate");
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(result, "result");
    if (freesResult && free == null) {
      throw new IllegalArgumentException("freesResult wants the name of an export: set free");
    }
    if (freesResult && result instanceof Result.LengthPrefixed && input == Input.LAST_BLOCK) {
      throw new IllegalArgumentException("a result in the last block cannot be freed");
    }
  }

  /**
   * The descriptor that a module's exported functions speak for, where only one does.
   *
   * @param functions the exports, as {@link ModuleReport#functions} lists them
   */
  public static Optional<AbiDescriptor> detect(List<ModuleReport.FunctionFit> functions) {
    if (!has(functions, "alloc", ALLOCATE_TYPE)) {
      return Optional.empty();
    }
    boolean getters =
        has(functions, "output_ptr", GETTER_TYPE) && has(functions, "output_len", GETTER_TYPE);
    String free =
        has(functions, "free", FREE_TYPE) || has(functions, "free", FREE_WITH_LENGTH_TYPE)
            ? "free"
            : null;
    List<AbiDescriptor> fitting =
        Stream.of(new Result.Packed(), new Result.LengthPrefixed())
            .map(each -> new AbiDescriptor("alloc", free, Input.ARENA, each, false, null))
            .filter(each -> functions.stream().anyMatch(f -> f.type().equals(each.functionType())))
            .toList();
    // With getters there is no telling what a status means; with both kinds of results, or with
    // nobody to take an arena's block back, which way is meant.
    return getters || fitting.size() != 1 || free == null
        ? Optional.empty()
        : Optional.of(fitting.get(0));
  }

  private static boolean has(List<ModuleReport.FunctionFit> functions, String name, String type) {
    return functions.stream().anyMatch(f -> f.name().equals(name) && f.type().equals(type));
  }

  /** The type that a function must have to be invoked. */
  String functionType() {
    String payload = input == Input.LAST_BLOCK ? "" : "i32, i32";
    if (result instanceof Result.OutPointer) {
      return "(" + payload + (payload.isEmpty() ? "" : ", ") + "i32) -> ()";
    }
    String answer = "i32";
    if (result instanceof Result.Packed) {
      answer = "i64";
    } else if (result instanceof Result.Getters getters && getters.statuses().isEmpty()) {
      answer = "()";
    }
    return "(" + payload + ") -> " + answer;
  }

  /** The exports that belong to the ABI, and the types that each may have. */
  List<Export> exports() {
    Stream.Builder<Export> all = Stream.builder();
    all.add(new Export(allocate, List.of(ALLOCATE_TYPE)));
    if (free != null) {
      all.add(new Export(free, List.of(FREE_TYPE, FREE_WITH_LENGTH_TYPE)));
    }
    if (afterCall != null) {
      all.add(new Export(afterCall, List.of(ACTION_TYPE)));
    }
    if (result instanceof Result.Getters getters) {
      all.add(new Export(getters.pointer(), List.of(GETTER_TYPE)));
      all.add(new Export(getters.length(), List.of(GETTER_TYPE)));
    }
    return all.build().toList();
  }

  /** An export that the ABI wants. */
  record Export(String name, List<String> types) {}
}
