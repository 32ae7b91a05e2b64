package io.millrace.instance;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A function type written as {@code (i32, i64) -> f32}, with {@code ()} for no result.
 *
 * @param text in the one form that module reports have
 */
record FunctionSignature(String text, boolean hasResult) {

  private static final List<String> TYPES = List.of("i32", "i64", "f32", "f64");
  private static final Pattern ARROW = Pattern.compile("\\s*\\(([^()]*)\\)\\s*->\\s*(\\S.*?)\\s*");

  /** Reads a type, spaces wherever one likes. */
  static FunctionSignature parse(String written) {
    Matcher parts = ARROW.matcher(written);
    if (!parts.matches()) {
      throw unreadable(written);
    }
    String result = parts.group(2).replace(" ", "");
    if (!result.equals("()") && !TYPES.contains(result)) {
      throw unreadable(written);
    }
    String params = parts.group(1).strip();
    List<String> types =
        params.isEmpty() ? List.of() : Pattern.compile("\\s*,\\s*").splitAsStream(params).toList();
    if (!TYPES.containsAll(types) || params.endsWith(",")) {
      throw unreadable(written);
    }
    String text = "(" + String.join(", ", types) + ") -> " + result;
    return new FunctionSignature(text, !result.equals("()"));
  }

  private static IllegalArgumentException unreadable(String written) {
    return new IllegalArgumentException(
        "signature \""
            + LogText.escaped(written)
            + "\": wanted is one such as (i32, i64) -> f32, of "
            + String.join(", ", TYPES)
            + ", with () for no result");
  }
}
