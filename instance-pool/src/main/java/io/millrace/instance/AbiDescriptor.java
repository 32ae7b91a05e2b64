package io.millrace.instance;

import java.util.List;
import java.util.Map;
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

  /**
   * Where a function's result is found. A length that the function itself tells, which is any but
   * that of {@link Getters}, may have its top bit set: then the result is the text of an error, and
   * the other 31 bits are its length.
   */
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
   * @param types of the exported functions, by name
   */
  static Optional<AbiDescriptor> detect(Map<String, String> types) {
    String freeType = types.getOrDefault("free", "");
    boolean allocates =
        ALLOCATE_TYPE.equals(types.get("alloc"))
            && (freeType.equals(FREE_TYPE) || freeType.equals(FREE_WITH_LENGTH_TYPE));
    // With getters there is no telling what a status means.
    boolean getters = types.containsKey("output_ptr") || types.containsKey("output_len");
    if (!allocates || getters) {
      return Optional.empty();
    }
    List<AbiDescriptor> fitting =
        Stream.of(new Result.Packed(), new Result.LengthPrefixed())
            .map(each -> new AbiDescriptor("alloc", "free", Input.ARENA, each, false, null))
            .filter(each -> types.containsValue(each.functionType()))
            .toList();
    return fitting.size() == 1 ? Optional.of(fitting.get(0)) : Optional.empty();
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
