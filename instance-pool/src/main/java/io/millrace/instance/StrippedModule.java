package io.millrace.instance;

import java.io.ByteArrayOutputStream;

/**
 * A module without the code that was compiled from it: each function's body is one {@code
 * unreachable}. The engine parses such a one in a fraction of the time and heap, and instantiates
 * it with the classes that it compiled from the whole.
 */
final class StrippedModule {

  private static final int HEADER_BYTES = 8;
  private static final int CUSTOM = 0;
  private static final int CODE = 10;

  /** A body of three bytes: no locals, unreachable, end. */
  private static final byte[] EMPTY_BODY = {3, 0, 0, 0x0B};

  private StrippedModule() {}

  /** Strips a module that the scan has let through; of custom sections the names stay. */
  static byte[] of(ScannedModule scanned) {
    byte[] wasm = scanned.bytes();
    WasmReader in = new WasmReader(scanned.name(), wasm);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(wasm, 0, HEADER_BYTES);
    in.skip(HEADER_BYTES, "the header");
    while (in.hasMore()) {
      int start = wasm.length - in.remaining();
      int id = in.octet();
      int lengthBytes = (int) in.u32();
      int contentStart = wasm.length - in.remaining();
      int outer = in.enter(lengthBytes, "a section");
      if (id == CODE) {
        code(out, (int) in.u32());
      } else if (id != CUSTOM || (scanned.namesUsable() && in.nameIs("name"))) {
        out.write(wasm, start, contentStart + lengthBytes - start);
      }
      in.skip(in.remaining(), "a section");
      in.leave(outer, "a section");
    }
    return out.toByteArray();
  }

  private static void code(ByteArrayOutputStream out, int functions) {
    byte[] count = leb(functions);
    out.write(CODE);
    out.writeBytes(leb(count.length + functions * EMPTY_BODY.length));
    out.writeBytes(count);
    for (int i = 0; i < functions; i++) {
      out.writeBytes(EMPTY_BODY);
    }
  }

  private static byte[] leb(int value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rest = value;
    while (rest >= 0x80) {
      out.write((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
    return out.toByteArray();
  }
}
