package io.millrace.instance;

import java.io.ByteArrayOutputStream;

/** Writes modules byte by byte, wrong ones too. What {@link WasmBuilder} would never write. */
public final class RawModule {

  /** The function type without parameters and results. */
  public static final byte[] NO_TYPE = bytes(0x60, 0, 0);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Begins with the header. */
  public RawModule() {
    out.writeBytes(bytes(0, 'a', 's', 'm', 1, 0, 0, 0));
  }

  /** A section with its true length. */
  public RawModule section(int id, byte[]... content) {
    byte[] joined = join(content);
    out.write(id);
    out.writeBytes(leb(joined.length));
    out.writeBytes(joined);
    return this;
  }

  /** Types, functions and code: {@code count} functions without parameters, all of one body. */
  public static RawModule functions(int count, byte[] body) {
    return new RawModule()
        .section(1, vector(1, NO_TYPE))
        .section(3, vector(count, bytes(0)))
        .section(10, vector(count, body));
  }

  public byte[] build() {
    return out.toByteArray();
  }

  /** A vector of {@code count} times the same item. */
  public static byte[] vector(int count, byte[] item) {
    return join(leb(count), repeat(count, item));
  }

  /** A function's body with its length and its final end. */
  public static byte[] body(byte[] locals, byte[]... code) {
    byte[] content = join(locals, join(code), bytes(0x0B));
    return join(leb(content.length), content);
  }

  public static byte[] repeat(int count, byte[] item) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      all.writeBytes(item);
    }
    return all.toByteArray();
  }

  public static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  public static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** An unsigned LEB128. */
  public static byte[] leb(long value) {
    ByteArrayOutputStream leb = new ByteArrayOutputStream();
    long rest = value;
    while (rest >= 0x80) {
      leb.write((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    leb.write((int) rest);
    return leb.toByteArray();
  }
}
