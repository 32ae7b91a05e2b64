package io.millrace.memory;

/** One width of atomics, called by operation number: lets a test go over all of them. */
enum AtomicWidth {
  BYTE(1) {
    @Override
    long apply(SharedAtomics on, int operation, int address, long value, long expected) {
      byte operand = (byte) value;
      return switch (operation) {
        case GET -> on.getByte(address);
        case PUT -> {
          on.putByte(address, operand);
          yield 0;
        }
        case ADD -> on.getAndAddByte(address, operand);
        case AND -> on.getAndAndByte(address, operand);
        case OR -> on.getAndOrByte(address, operand);
        case XOR -> on.getAndXorByte(address, operand);
        case SET -> on.getAndSetByte(address, operand);
        default -> on.compareAndExchangeByte(address, (byte) expected, operand);
      };
    }
  },
  SHORT(2) {
    @Override
    long apply(SharedAtomics on, int operation, int address, long value, long expected) {
      short operand = (short) value;
      return switch (operation) {
        case GET -> on.getShort(address);
        case PUT -> {
          on.putShort(address, operand);
          yield 0;
        }
        case ADD -> on.getAndAddShort(address, operand);
        case AND -> on.getAndAndShort(address, operand);
        case OR -> on.getAndOrShort(address, operand);
        case XOR -> on.getAndXorShort(address, operand);
        case SET -> on.getAndSetShort(address, operand);
        default -> on.compareAndExchangeShort(address, (short) expected, operand);
      };
    }
  },
  INT(4) {
    @Override
    long apply(SharedAtomics on, int operation, int address, long value, long expected) {
      int operand = (int) value;
      return switch (operation) {
        case GET -> on.getInt(address);
        case PUT -> {
          on.putInt(address, operand);
          yield 0;
        }
        case ADD -> on.getAndAddInt(address, operand);
        case AND -> on.getAndAndInt(address, operand);
        case OR -> on.getAndOrInt(address, operand);
        case XOR -> on.getAndXorInt(address, operand);
        case SET -> on.getAndSetInt(address, operand);
        default -> on.compareAndExchangeInt(address, (int) expected, operand);
      };
    }
  },
  LONG(8) {
    @Override
    long apply(SharedAtomics on, int operation, int address, long value, long expected) {
      return switch (operation) {
        case GET -> on.getLong(address);
        case PUT -> {
          on.putLong(address, value);
          yield 0;
        }
        case ADD -> on.getAndAddLong(address, value);
        case AND -> on.getAndAndLong(address, value);
        case OR -> on.getAndOrLong(address, value);
        case XOR -> on.getAndXorLong(address, value);
        case SET -> on.getAndSetLong(address, value);
        default -> on.compareAndExchangeLong(address, expected, value);
      };
    }
  };

  static final int GET = 0;
  static final int PUT = 1;
  static final int ADD = 2;
  static final int AND = 3;
  static final int OR = 4;
  static final int XOR = 5;
  static final int SET = 6;
  static final int COMPARE_AND_EXCHANGE = 7;
  static final int OPERATIONS = 8;

  final int bytes;

  AtomicWidth(int bytes) {
    this.bytes = bytes;
  }

  /** The value before; 0 for a store. */
  abstract long apply(SharedAtomics on, int operation, int address, long value, long expected);

  /** The low bits, with their sign. */
  long narrow(long value) {
    int unused = Long.SIZE - bytes * Byte.SIZE;
    return value << unused >> unused;
  }
}
