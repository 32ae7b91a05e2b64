package io.millrace.webidl;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The types that cross, by how a guest sees them: bytes. */
enum IdlType {
  BYTES("Uint8Array", "byte[]", "bytes"),
  TEXT("USVString", "String", "utf8"),
  DOM_TEXT("DOMString", "String", "utf8"),
  INTS("Int32Array", "int[]", "ints"),
  LONGS("BigInt64Array", "long[]", "longs"),
  FLOATS("Float32Array", "float[]", "floats"),
  DOUBLES("Float64Array", "double[]", "doubles");

  private final String idl;
  private final String java;
  private final String codec;

  IdlType(String idl, String java, String codec) {
    this.idl = idl;
    this.java = java;
    this.codec = codec;
  }

  String java() {
    return java;
  }

  /** The method of pipeline-api's Codecs. */
  String codec() {
    return codec;
  }

  static Optional<IdlType> named(String name) {
    return Arrays.stream(values()).filter(each -> each.idl.equals(name)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(each -> each.idl).collect(Collectors.joining(", "));
  }
}
