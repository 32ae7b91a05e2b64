package io.millrace.instance;

/**
 * What the scan knows of each instruction (core specification, sections 5.4 and 7.3): which
 * immediates follow it, how many values it takes from the stack and how many it leaves there.
 *
 * <p>One int for each: {@code immediate | pops << 8 | pushes << 16}. {@link #UNKNOWN} is no
 * instruction; {@link #CONTROL} ones are more than that, and read by {@link CodeScan} itself.
 */
final class Opcode {

  static final int UNKNOWN = 0;
  static final int CONTROL = 1;
  static final int NOTHING = 2;
  static final int INDEX = 3;
  static final int TWO_INDICES = 4;
  static final int S32 = 5;
  static final int S64 = 6;
  static final int FOUR_BYTES = 7;
  static final int EIGHT_BYTES = 8;
  static final int ONE_BYTE = 9;
  static final int MEMORY_ARGUMENT = 10;
  static final int HEAP_TYPE = 11;

  static final int UNREACHABLE = 0x00;
  static final int BLOCK = 0x02;
  static final int LOOP = 0x03;
  static final int IF = 0x04;
  static final int ELSE = 0x05;
  static final int THROW = 0x08;
  static final int THROW_REF = 0x0A;
  static final int END = 0x0B;
  static final int BR = 0x0C;
  static final int BR_IF = 0x0D;
  static final int BR_TABLE = 0x0E;
  static final int RETURN = 0x0F;
  static final int CALL = 0x10;
  static final int CALL_INDIRECT = 0x11;
  static final int RETURN_CALL = 0x12;
  static final int RETURN_CALL_INDIRECT = 0x13;
  static final int CALL_REF = 0x14;
  static final int RETURN_CALL_REF = 0x15;
  static final int SELECT = 0x1B;
  static final int SELECT_TYPED = 0x1C;
  static final int TRY_TABLE = 0x1F;
  static final int GLOBAL_GET = 0x23;
  static final int REF_NULL = 0xD0;
  static final int REF_FUNC = 0xD2;
  static final int BR_ON_NULL = 0xD5;
  static final int BR_ON_NON_NULL = 0xD6;
  static final int PREFIX_GC = 0xFB;
  static final int PREFIX_MORE = 0xFC;
  static final int PREFIX_SIMD = 0xFD;
  static final int PREFIX_ATOMIC = 0xFE;

  private static final int[] PLAIN = new int[0x100];
  private static final int[] MORE = new int[18];
  private static final int[] ATOMIC = new int[0x4F];

  static {
    set(PLAIN, 0x00, 0x00, CONTROL, 0, 0);
    set(PLAIN, 0x01, 0x01, NOTHING, 0, 0); // nop
    set(PLAIN, 0x02, 0x05, CONTROL, 0, 0);
    set(PLAIN, 0x08, 0x08, CONTROL, 0, 0);
    set(PLAIN, 0x0A, 0x15, CONTROL, 0, 0);
    set(PLAIN, 0x1A, 0x1A, NOTHING, 1, 0); // drop
    set(PLAIN, 0x1B, 0x1C, CONTROL, 0, 0);
    set(PLAIN, 0x1F, 0x1F, CONTROL, 0, 0);
    set(PLAIN, 0x20, 0x20, INDEX, 0, 1); // local.get
    set(PLAIN, 0x21, 0x21, INDEX, 1, 0);
    set(PLAIN, 0x22, 0x22, INDEX, 1, 1);
    set(PLAIN, 0x23, 0x23, INDEX, 0, 1); // global.get
    set(PLAIN, 0x24, 0x24, INDEX, 1, 0);
    set(PLAIN, 0x25, 0x25, INDEX, 1, 1); // table.get
    set(PLAIN, 0x26, 0x26, INDEX, 2, 0);
    set(PLAIN, 0x28, 0x35, MEMORY_ARGUMENT, 1, 1); // loads
    set(PLAIN, 0x36, 0x3E, MEMORY_ARGUMENT, 2, 0); // stores
    set(PLAIN, 0x3F, 0x3F, INDEX, 0, 1); // memory.size
    set(PLAIN, 0x40, 0x40, INDEX, 1, 1); // memory.grow
    set(PLAIN, 0x41, 0x41, S32, 0, 1);
    set(PLAIN, 0x42, 0x42, S64, 0, 1);
    set(PLAIN, 0x43, 0x43, FOUR_BYTES, 0, 1);
    set(PLAIN, 0x44, 0x44, EIGHT_BYTES, 0, 1);
    unary(0x45, 0x45); // i32: eqz, then comparisons
    binary(0x46, 0x4F);
    unary(0x50, 0x50); // i64
    binary(0x51, 0x66);
    unary(0x67, 0x69); // i32 arithmetic
    binary(0x6A, 0x78);
    unary(0x79, 0x7B); // i64
    binary(0x7C, 0x8A);
    unary(0x8B, 0x91); // f32
    binary(0x92, 0x98);
    unary(0x99, 0x9F); // f64
    binary(0xA0, 0xA6);
    unary(0xA7, 0xC4); // conversions, sign extension
    set(PLAIN, 0xD0, 0xD0, HEAP_TYPE, 0, 1); // ref.null
    unary(0xD1, 0xD1);
    set(PLAIN, 0xD2, 0xD2, INDEX, 0, 1); // ref.func
    unary(0xD4, 0xD4);
    set(PLAIN, 0xD5, 0xD6, CONTROL, 0, 0);
    set(PLAIN, 0xFB, 0xFE, CONTROL, 0, 0);

    set(MORE, 0, 7, NOTHING, 1, 1); // saturating truncation
    set(MORE, 8, 8, TWO_INDICES, 3, 0); // memory.init
    set(MORE, 9, 9, INDEX, 0, 0); // data.drop
    set(MORE, 10, 10, TWO_INDICES, 3, 0); // memory.copy
    set(MORE, 11, 11, INDEX, 3, 0); // memory.fill
    set(MORE, 12, 12, TWO_INDICES, 3, 0); // table.init
    set(MORE, 13, 13, INDEX, 0, 0); // elem.drop
    set(MORE, 14, 14, TWO_INDICES, 3, 0); // table.copy
    set(MORE, 15, 15, INDEX, 2, 1); // table.grow
    set(MORE, 16, 16, INDEX, 0, 1); // table.size
    set(MORE, 17, 17, INDEX, 3, 0); // table.fill

    set(ATOMIC, 0x00, 0x00, MEMORY_ARGUMENT, 2, 1); // notify
    set(ATOMIC, 0x01, 0x02, MEMORY_ARGUMENT, 3, 1); // wait
    set(ATOMIC, 0x03, 0x03, ONE_BYTE, 0, 0); // fence
    set(ATOMIC, 0x10, 0x16, MEMORY_ARGUMENT, 1, 1);
    set(ATOMIC, 0x17, 0x1D, MEMORY_ARGUMENT, 2, 0);
    set(ATOMIC, 0x1E, 0x47, MEMORY_ARGUMENT, 2, 1);
    set(ATOMIC, 0x48, 0x4E, MEMORY_ARGUMENT, 3, 1); // compare and exchange
  }

  private Opcode() {}

  static int plain(int opcode) {
    return PLAIN[opcode];
  }

  /** Behind {@link #PREFIX_MORE}. */
  static int more(long opcode) {
    return opcode < MORE.length ? MORE[(int) opcode] : UNKNOWN;
  }

  /** Behind {@link #PREFIX_ATOMIC}. */
  static int atomic(long opcode) {
    return opcode < ATOMIC.length ? ATOMIC[(int) opcode] : UNKNOWN;
  }

  static int immediate(int known) {
    return known & 0xFF;
  }

  static int pops(int known) {
    return known >> 8 & 0xFF;
  }

  static int pushes(int known) {
    return known >> 16;
  }

  private static void unary(int first, int last) {
    set(PLAIN, first, last, NOTHING, 1, 1);
  }

  private static void binary(int first, int last) {
    set(PLAIN, first, last, NOTHING, 2, 1);
  }

  private static void set(int[] table, int first, int last, int immediate, int pops, int pushes) {
    for (int i = first; i <= last; i++) {
      table[i] = immediate | pops << 8 | pushes << 16;
    }
  }
}
