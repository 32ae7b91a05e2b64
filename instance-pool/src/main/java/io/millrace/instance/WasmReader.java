package io.millrace.instance;

import io.millrace.pipeline.WorkerException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a module's bytes from front to back (core specification, section 5.2). What does not fit
 * rejects the module; nothing here allocates by a number that the module claims.
 */
final class WasmReader {

  /** What to do about a damaged module. */
  static final String BUILD_AGAIN = "build it again, or copy it anew";

  private static final int INT_BYTES = 5;
  private static final int LONG_BYTES = 10;

  private final String name;
  private final byte[] bytes;
  private int position;
  private int end;

  WasmReader(String name, byte[] bytes) {
    this(name, bytes, 0, bytes.length);
  }

  private WasmReader(String name, byte[] bytes, int position, int end) {
    this.name = name;
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** Another reader of what is left here; this one passes it by. */
  WasmReader takeRest() {
    WasmReader rest = new WasmReader(name, bytes, position, end);
    position = end;
    return rest;
  }

  boolean hasMore() {
    return position < end;
  }

  int remaining() {
    return end - position;
  }

  /** Confines what follows to the next {@code length} bytes; answers what {@link #leave} wants. */
  int enter(long length, String what) {
    if (length > remaining()) {
      throw malformed(what + " claims " + length + " bytes, " + remaining() + " are left");
    }
    int outer = end;
    end = position + (int) length;
    return outer;
  }

  /** Ends what {@link #enter} began; all of it must have been read. */
  void leave(int outer, String what) {
    if (position != end) {
      throw malformed(what + " has " + remaining() + " bytes too many");
    }
    end = outer;
  }

  int octet() {
    if (position >= end) {
      throw malformed("it ends where a byte is wanted");
    }
    return bytes[position++] & 0xFF;
  }

  /** The next byte, which stays the next; -1 at the end. */
  int peek() {
    return position < end ? bytes[position] & 0xFF : -1;
  }

  void skip(long length, String what) {
    if (length > remaining()) {
      throw malformed(what + " claims " + length + " bytes, " + remaining() + " are left");
    }
    position += (int) length;
  }

  /** An unsigned LEB128 of 32 bits. */
  long u32() {
    int first = octet();
    if (first < 0x80) {
      return first;
    }
    long value = first & 0x7F;
    for (int i = 1; i < INT_BYTES; i++) {
      int next = octet();
      value |= (long) (next & 0x7F) << (7 * i);
      if (next < 0x80) {
        if (i == INT_BYTES - 1 && next > 0x0F) {
          throw malformed("a LEB128 integer is larger than 32 bits");
        }
        return value;
      }
    }
    throw malformed("a LEB128 integer of 32 bits is longer than " + INT_BYTES + " bytes");
  }

  /** A signed LEB128 of at most {@code bits} bits, 32, 33 or 64. */
  long signed(int bits) {
    int longest = bits == 64 ? LONG_BYTES : INT_BYTES;
    long value = 0;
    for (int i = 0; i < longest; i++) {
      int next = octet();
      value |= (long) (next & 0x7F) << (7 * i);
      if (next < 0x80) {
        if (i == longest - 1) {
          // The unused bits of the last byte repeat the sign.
          int unused = -1 << (bits - 7 * i - 1) & 0x7F;
          if ((next & unused) != 0 && (next & unused) != unused) {
            throw malformed("a LEB128 integer is larger than " + bits + " bits");
          }
        }
        int shift = 64 - Math.min(64, 7 * (i + 1));
        return value << shift >> shift;
      }
    }
    throw malformed("a LEB128 integer of " + bits + " bits is longer than " + longest + " bytes");
  }

  /** The length of a vector whose items take {@code itemBytes} each at least. */
  long count(String what, int itemBytes) {
    long count = u32();
    if (count * itemBytes > remaining()) {
      throw malformed(
          "it claims " + count + " " + what + ", the " + remaining() + " bytes left hold fewer");
    }
    return count;
  }

  /** A name: its length, then UTF-8. */
  String name() {
    int start = position;
    skipName();
    WasmReader again = new WasmReader(name, bytes, start, position);
    again.u32();
    return new String(bytes, again.position, again.remaining(), StandardCharsets.UTF_8);
  }

  /** A name that nobody wants to know; it has to be one all the same. */
  void skipName() {
    int outer = enter(u32(), "a name");
    while (position < end) {
      codePoint();
    }
    end = outer;
  }

  /** Reads a name and answers whether it is {@code ascii}. */
  boolean nameIs(String ascii) {
    return name().equals(ascii);
  }

  private void codePoint() {
    int first = octet();
    if (first < 0x80) {
      return;
    }
    int following = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    if (first < 0xC2 || first > 0xF4) {
      throw malformed("a name is not UTF-8");
    }
    int point = first & (0x3F >> following);
    for (int i = 0; i < following; i++) {
      int next = octet();
      if ((next & 0xC0) != 0x80) {
        throw malformed("a name is not UTF-8");
      }
      point = point << 6 | (next & 0x3F);
    }
    boolean overlong = (following == 2 && point < 0x800) || (following == 3 && point < 0x10000);
    if (overlong || point > Character.MAX_CODE_POINT || (point >= 0xD800 && point < 0xE000)) {
      throw malformed("a name is not UTF-8");
    }
  }

  /** The module breaks the binary format at or just before the position. */
  WorkerException.ModuleRejected malformed(String why) {
    return rejected("is malformed or truncated at byte " + position + ": " + why, BUILD_AGAIN);
  }

  /** The module uses a part of wasm that is not supported; {@code instead} says what to do. */
  WorkerException.ModuleRejected unsupported(String feature, String instead) {
    return rejected("uses " + feature + ", which is not supported", instead);
  }

  WorkerException.ModuleRejected rejected(String why, String advice) {
    return new WorkerException.ModuleRejected(name + " " + why, advice, null);
  }

  /** Refuses {@code figure} of something when the limit is lower; {@code where} may be empty. */
  void require(ModuleLimits limits, ModuleLimits.Limit limit, long figure, String where) {
    if (figure > limits.get(limit)) {
      throw over(limits, limit, figure, where);
    }
  }

  private WorkerException.ModuleRejected over(
      ModuleLimits limits, ModuleLimits.Limit limit, long figure, String where) {
    String what =
        limit.verb() + " " + figure + " " + limit.noun() + (where.isEmpty() ? "" : " " + where);
    return overLimit(what, figure, limits.get(limit), limit.advice());
  }

  /** {@code what} tells the figure already; {@code advice} says what to do. */
  WorkerException.ModuleRejected overLimit(String what, long figure, long most, String advice) {
    return new WorkerException.ModuleRejected(
        name + " " + what + ", the limit is " + most, advice, figure, most);
  }
}
