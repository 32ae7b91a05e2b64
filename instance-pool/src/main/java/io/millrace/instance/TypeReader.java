package io.millrace.instance;

import io.millrace.pipeline.WorkerException;

/**
 * Reads value types, immediates and constant expressions, and names the parts of wasm that are not
 * supported.
 *
 * <p>Garbage-collected objects are refused although the engine knows them: a guest could fill the
 * JVM's heap with them, and nothing limits that. Multiple and 64-bit memories do not fit the pool's
 * memory; vectors are not in the engine's published form.
 */
final class TypeReader {

  /** The block type of a block without values. */
  static final int NO_VALUE = 0x40;

  private static final int REFERENCE = 0x64;
  private static final int NULLABLE_REFERENCE = 0x63;
  private static final int FUNCTION_REFERENCE = 0x70;
  private static final int EXTERN_REFERENCE = 0x6F;
  private static final int EXCEPTION_REFERENCE = 0x69;

  private final WasmReader in;
  private final FunctionTypes types;

  TypeReader(WasmReader in, FunctionTypes types) {
    this.in = in;
    this.types = types;
  }

  /** A value type; answers its first byte. */
  int value() {
    int type = in.octet();
    switch (type) {
      case 0x7F, 0x7E, 0x7D, 0x7C, FUNCTION_REFERENCE, EXTERN_REFERENCE, EXCEPTION_REFERENCE -> {}
      case 0x7B -> throw simd();
      case REFERENCE, NULLABLE_REFERENCE -> heap();
      case 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x71, 0x72, 0x73 -> throw garbageCollection();
      default -> throw in.malformed(String.format("0x%02X is no value type", type));
    }
    return type;
  }

  /** A value type by its first byte, as reports show it. */
  static String text(int type) {
    return switch (type) {
      case 0x7F -> "i32";
      case 0x7E -> "i64";
      case 0x7D -> "f32";
      case 0x7C -> "f64";
      case FUNCTION_REFERENCE -> "funcref";
      case EXTERN_REFERENCE -> "externref";
      case EXCEPTION_REFERENCE -> "exnref";
      default -> "ref";
    };
  }

  /** A heap type: an abstract one, or the index of a function type. */
  void heap() {
    int next = in.peek();
    if (next >= NO_VALUE && next < 0x80) {
      in.octet();
      switch (next) {
        case FUNCTION_REFERENCE, EXTERN_REFERENCE, EXCEPTION_REFERENCE -> {}
        default -> throw garbageCollection();
      }
    } else {
      // Types may name each other: an index ahead is the engine's to judge.
      long index = in.signed(33);
      if (index < 0) {
        throw in.malformed("a type has the index " + index);
      }
    }
  }

  void requireType(long index) {
    if (index < 0 || index >= types.types()) {
      throw in.malformed("it points at type " + index + ", there are " + types.types());
    }
  }

  /** The immediates of an instruction that is known but for {@link Opcode#CONTROL} ones. */
  void immediate(int opcode, int known) {
    switch (Opcode.immediate(known)) {
      case Opcode.NOTHING -> {}
      case Opcode.INDEX -> in.u32();
      case Opcode.TWO_INDICES -> {
        in.u32();
        in.u32();
      }
      case Opcode.S32 -> in.signed(32);
      case Opcode.S64 -> in.signed(64);
      case Opcode.FOUR_BYTES -> in.skip(4, "a number");
      case Opcode.EIGHT_BYTES -> in.skip(8, "a number");
      case Opcode.ONE_BYTE -> in.octet();
      case Opcode.MEMORY_ARGUMENT -> memoryArgument();
      case Opcode.HEAP_TYPE -> heap();
      default -> throw unsupported(opcode);
    }
  }

  /** An expression that only computes a constant; each instruction becomes an object. */
  void constant(CompileCost cost) {
    while (true) {
      cost.item();
      int opcode = in.octet();
      switch (opcode) {
        case Opcode.END -> {
          return;
        }
        case 0x41, 0x42, 0x43, 0x44, Opcode.GLOBAL_GET, Opcode.REF_NULL, Opcode.REF_FUNC ->
            immediate(opcode, Opcode.plain(opcode));
        case 0x6A, 0x6B, 0x6C, 0x7C, 0x7D, 0x7E -> {} // add, sub and mul of i32 and i64
        case Opcode.PREFIX_GC, Opcode.PREFIX_SIMD -> throw unsupported(opcode);
        default -> throw in.malformed(String.format("instruction 0x%02X in a constant", opcode));
      }
    }
  }

  private void memoryArgument() {
    long flags = in.u32();
    if (flags >= 0x80) {
      throw in.malformed("a memory argument has the flags " + flags);
    }
    if (flags >= 0x40) {
      in.u32(); // a memory's index: there is one at most
    }
    in.u32();
  }

  WorkerException.ModuleRejected unsupported(int opcode) {
    return switch (opcode) {
      case Opcode.PREFIX_SIMD -> simd();
      case Opcode.PREFIX_GC -> garbageCollection();
      case 0x06, 0x07, 0x09, 0x18, 0x19 ->
          in.unsupported(
              "exception handling of the old kind (try, catch)",
              "compile it with -wasm-use-legacy-eh=false, or without exceptions");
      default -> in.malformed(String.format("instruction 0x%02X is not known here", opcode));
    };
  }

  private WorkerException.ModuleRejected simd() {
    return in.unsupported("SIMD (v128)", "compile it without, such as -mno-simd128");
  }

  WorkerException.ModuleRejected garbageCollection() {
    return in.unsupported(
        "garbage collection (struct, array, anyref)", "compile it for linear memory");
  }
}
