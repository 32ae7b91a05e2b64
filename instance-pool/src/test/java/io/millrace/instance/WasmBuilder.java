package io.millrace.instance;

import static io.millrace.instance.RawModule.bytes;
import static io.millrace.instance.RawModule.leb;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes small modules for tests, section by section (core specification, chapter 5). Without
 * further calls: one page of memory, exported, and nothing else.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public final class WasmBuilder {

  public static final int I32 = 0x7F;
  public static final int I64 = 0x7E;

  private record Type(int[] params, int[] results) {}

  private record Import(String module, String name, int type) {}

  private record Function(String export, int type, byte[] body) {}

  private final List<Type> types = new ArrayList<>();
  private final List<Import> imports = new ArrayList<>();
  private final List<Function> functions = new ArrayList<>();
  private final List<byte[]> data = new ArrayList<>();
  private final Map<Integer, byte[]> extra = new HashMap<>();
  private byte[] importedMemory = {};
  private int memoryPages = 1;
  private int memoryMaximum = 16;
  private int start = -1;

  public static int[] types(int... types) {
    return types;
  }

  public WasmBuilder memory(int pages, int maximum) {
    memoryPages = pages;
    memoryMaximum = maximum;
    return this;
  }

  /** A section that this builder knows nothing of: its content after the section's length. */
  public WasmBuilder section(int id, int... content) {
    extra.put(id, bytes(content));
    return this;
  }

  /** A shared memory of {@code pages} to {@code maximum} pages, instead of one of its own. */
  public WasmBuilder importedMemory(String module, String name, int pages, int maximum) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    name(out, module);
    name(out, name);
    out.write(2);
    out.write(3);
    out.writeBytes(leb(pages));
    out.writeBytes(leb(maximum));
    importedMemory = out.toByteArray();
    return this;
  }

  public WasmBuilder imported(String module, String name, int[] params, int[] results) {
    types.add(new Type(params, results));
    imports.add(new Import(module, name, types.size() - 1));
    return this;
  }

  /** A function with one extra i32 local; {@code body} is its code without the final end. */
  public WasmBuilder function(String export, int[] params, int[] results, int... body) {
    types.add(new Type(params, results));
    functions.add(new Function(export, types.size() - 1, bytes(body)));
    return this;
  }

  /** The flat ABI's alloc (always {@code pointer}) and free. */
  public WasmBuilder allocator(int pointer) {
    function("alloc", types(I32), types(I32), i32(pointer));
    return function("free", types(I32), types());
  }

  /** A function of the flat ABI that answers {@code packed} whatever it gets. */
  public WasmBuilder answering(String export, long packed) {
    return function(export, types(I32, I32), types(I64), i64(packed));
  }

  /** The instruction i64.const. */
  public static int[] i64(long value) {
    return constant(0x42, value);
  }

  /** The instruction i32.const. */
  public static int[] i32(int value) {
    return constant(0x41, value);
  }

  private static int[] constant(int opcode, long value) {
    byte[] constant = signedLeb(value);
    int[] code = new int[constant.length + 1];
    code[0] = opcode;
    for (int i = 0; i < constant.length; i++) {
      code[i + 1] = constant[i] & 0xFF;
    }
    return code;
  }

  public WasmBuilder start(int function) {
    start = function;
    return this;
  }

  public WasmBuilder data(int offset, String text) {
    ByteArrayOutputStream segment = new ByteArrayOutputStream();
    segment.write(0);
    segment.write(0x41);
    segment.writeBytes(signedLeb(offset));
    segment.write(0x0B);
    name(segment, text);
    data.add(segment.toByteArray());
    return this;
  }

  /** A data segment that is applied by memory.init only. */
  public WasmBuilder passiveData(String text) {
    ByteArrayOutputStream segment = new ByteArrayOutputStream();
    segment.write(1);
    name(segment, text);
    data.add(segment.toByteArray());
    return this;
  }

  public byte[] build() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
    section(out, 1, types.stream().map(WasmBuilder::type).toList());
    section(out, 2, imports());
    section(out, 3, functions.stream().map(each -> leb(each.type())).toList());
    extra(out, 4);
    section(out, 5, importedMemory.length == 0 ? List.of(memory()) : List.of());
    extra(out, 6);
    section(out, 7, exports());
    if (start >= 0) {
      raw(out, 8, leb(start));
    }
    extra(out, 9);
    extra(out, 12);
    section(out, 10, functions.stream().map(WasmBuilder::code).toList());
    section(out, 11, data);
    return out.toByteArray();
  }

  private byte[] memory() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(1);
    out.writeBytes(leb(memoryPages));
    out.writeBytes(leb(memoryMaximum));
    return out.toByteArray();
  }

  private List<byte[]> imports() {
    List<byte[]> all = new ArrayList<>(imports.stream().map(WasmBuilder::imported).toList());
    if (importedMemory.length > 0) {
      all.add(importedMemory);
    }
    return all;
  }

  private List<byte[]> exports() {
    List<byte[]> exports = new ArrayList<>();
    exports.add(export("memory", 2, 0));
    for (int i = 0; i < functions.size(); i++) {
      exports.add(export(functions.get(i).export(), 0, imports.size() + i));
    }
    return exports;
  }

  private static byte[] export(String name, int kind, int index) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    name(out, name);
    out.write(kind);
    out.writeBytes(leb(index));
    return out.toByteArray();
  }

  private static byte[] type(Type type) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x60);
    out.writeBytes(leb(type.params().length));
    out.writeBytes(bytes(type.params()));
    out.writeBytes(leb(type.results().length));
    out.writeBytes(bytes(type.results()));
    return out.toByteArray();
  }

  private static byte[] imported(Import wanted) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    name(out, wanted.module());
    name(out, wanted.name());
    out.write(0);
    out.writeBytes(leb(wanted.type()));
    return out.toByteArray();
  }

  private static byte[] code(Function function) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {1, 1, I32});
    body.writeBytes(function.body());
    body.write(0x0B);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(leb(body.size()));
    out.writeBytes(body.toByteArray());
    return out.toByteArray();
  }

  private static void section(ByteArrayOutputStream out, int id, List<byte[]> items) {
    if (items.isEmpty()) {
      return;
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(leb(items.size()));
    items.forEach(content::writeBytes);
    raw(out, id, content.toByteArray());
  }

  private void extra(ByteArrayOutputStream out, int id) {
    byte[] content = extra.get(id);
    if (content != null) {
      raw(out, id, content);
    }
  }

  private static void raw(ByteArrayOutputStream out, int id, byte[] content) {
    out.write(id);
    out.writeBytes(leb(content.length));
    out.writeBytes(content);
  }

  private static void name(ByteArrayOutputStream out, String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    out.writeBytes(leb(utf8.length));
    out.writeBytes(utf8);
  }

  private static byte[] signedLeb(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long rest = value;
    while (true) {
      int low = (int) (rest & 0x7F);
      rest >>= 7;
      if ((rest == 0 && (low & 0x40) == 0) || (rest == -1 && (low & 0x40) != 0)) {
        out.write(low);
        return out.toByteArray();
      }
      out.write(low | 0x80);
    }
  }
}
