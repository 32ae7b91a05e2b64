package io.millrace.examples;

import static io.millrace.examples.ContractCase.answers;
import static io.millrace.examples.ContractCase.fails;
import static io.millrace.examples.ContractCase.utf8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** JSON for the contract's json, friendly and hostile. */
final class JsonCases {

  private final List<ContractCase> all = new ArrayList<>();

  private JsonCases() {}

  static List<ContractCase> all() {
    JsonCases cases = new JsonCases();
    cases.addNames();
    cases.addWritings();
    cases.addOthers();
    cases.addBroken();
    cases.addHostile();
    return cases.all;
  }

  private void name(String label, String json, String name) {
    all.add(answers("json", label, utf8(json), "{\"name\":" + canonical(name) + "}"));
  }

  private void bad(String word, String json) {
    bad(word, json, utf8(json));
  }

  private void bad(String word, String label, byte[] json) {
    String shown = label.length() > 60 ? label.substring(0, 60) + "..." : label;
    all.add(fails("json", shown, json, word));
  }

  private void addNames() {
    List<String> names =
        List.of(
            "",
            "Ada",
            "Zoë Ångström",
            "李小龍",
            "crab 🦀 and flag 🇪🇺",
            "<b>&amp;</b> 'markup'",
            "\u007f\u0080\u2027\u2028\u2029\u202a\ud7ff\ue000\uffff",
            "quote \" backslash \\ slash /",
            "\\u2028 and \\n that are none");
    for (String each : names) {
      name("the name " + each, "{\"name\":" + canonical(each) + "}", each);
      name("the name in units " + each, "{\"name\":" + inUnits(each) + "}", each);
    }
    StringBuilder controls = new StringBuilder();
    for (char c = 0; c < ' '; c++) {
      controls.append(c);
    }
    name(
        "control characters",
        "{\"name\":" + canonical(controls.toString()) + "}",
        controls.toString());
    for (int length : new int[] {1024, 65_536, 1 << 20}) {
      String name = "é\"x".repeat(length / 4);
      name("a name of " + length, "{\"name\":" + canonical(name) + "}", name);
    }
  }

  private void addWritings() {
    name("white space", " \r\n\t{ \"name\"\t:\n\"x\"\r} \n", "x");
    name("its own name in units", "{\"n\\u0061me\":\"x\"}", "x");
    name("every escape", "{\"name\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}", "\"\\/\b\f\n\r\té");
    name("the last of two", "{\"name\":7,\"name\":\"x\"}", "x");
    name(
        "members around it",
        "{\"a\":[1,-0,0.5,1e9,-1.5E-3,1e999,{}],\"b\":{\"name\":\"y\"},\"name\":\"x\",\"c\":[],"
            + "\"d\":true,\"e\":false,\"f\":null,\"\":\"\",\"NAME\":1,\"name \":2}",
        "x");
    name("64 levels", "{\"a\":" + "[".repeat(63) + "]".repeat(63) + ",\"name\":\"x\"}", "x");
    name("brackets in text", "{\"a\":\"" + "[{".repeat(100) + "\",\"name\":\"x\"}", "x");
    name("many members", "{" + "\"k\":[0,1],".repeat(5_000) + "\"name\":\"x\"}", "x");
  }

  private void addOthers() {
    for (String each :
        List.of(
            "{}",
            "{\"Name\":\"x\"}",
            "{\"nam\":\"x\"}",
            "{\"name\\u0000\":\"x\"}",
            "{\"a\":{\"name\":\"x\"}}",
            "{\"name\":null}",
            "{\"name\":7}",
            "{\"name\":[\"x\"]}",
            "{\"name\":{\"name\":\"x\"}}",
            "{\"name\":\"x\",\"name\":true}")) {
      bad("bad-member", each);
    }
  }

  private void addBroken() {
    String good = "{\"name\":\"x\"}";
    for (int length = 0; length < good.length(); length++) {
      bad("bad-json", good.substring(0, length));
    }
    for (String value :
        List.of(
            "",
            "x",
            "01",
            "-",
            "+1",
            ".5",
            "1.",
            "1e",
            "1e+",
            "0x1",
            "NaN",
            "tru",
            "nulll",
            "'x'",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\\\"",
            "\"a\nb\"",
            "\"\u0000\"",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{1:1}",
            "[}",
            "\u00a0",
            "1\u000b",
            "//")) {
      bad("bad-json", "{\"name\":\"x\",\"a\":" + value + "}");
    }
    for (String each :
        List.of(
            "null",
            "7",
            "\"name\"",
            "[" + good + "]",
            good + good,
            good + "x",
            good + "\u0000",
            "\ufeff" + good,
            "," + good,
            "{\"name\":\"x\"",
            "{\"name\":\"x\"]")) {
      bad("bad-json", each);
    }
  }

  private void addHostile() {
    bad("bad-json", "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}");
    bad("bad-json", "[".repeat(1_000_000));
    bad("bad-json", "{\"a\":".repeat(200_000));
    bad("bad-json", "{\"a\":\"" + "x".repeat(1_000_000));
    for (String half :
        List.of(
            "\\ud800",
            "\\udc00",
            "\\ud800\\ud800",
            "\\ud800x",
            "\\ud83dx\\ude00",
            "\\udc00\\ud800",
            "\\ud800\\n",
            "\\uD800\\u0041")) {
      bad("bad-json", "{\"name\":\"" + half + "\"}");
      bad("bad-json", "{\"" + half + "\":0,\"name\":\"x\"}");
    }
    // No UTF-8: a byte alone, too long, cut short, a surrogate, beyond the last character.
    int[][] wrong = {
      {0x80},
      {0xC3},
      {0xC0, 0x80},
      {0xC1, 0xBF},
      {0xE0, 0x9F, 0xBF},
      {0xE2, 0x80},
      {0xED, 0xA0, 0x80},
      {0xF0, 0x8F, 0xBF, 0xBF},
      {0xF4, 0x90, 0x80, 0x80},
      {0xF5, 0x80, 0x80, 0x80},
      {0xFF},
      {0xE9},
    };
    for (int[] bytes : wrong) {
      for (String around :
          List.of("{\"name\":\"?\"}", "{\"name\":\"x\",\"?\":1}", "{\"name\":\"x\"}?")) {
        bad(
            "bad-json",
            "byte " + Integer.toHexString(bytes[0]) + " in " + around,
            with(around, bytes));
      }
    }
  }

  /** {@code bytes} in the place of the question mark. */
  private static byte[] with(String around, int[] bytes) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int mark = around.indexOf('?');
    all.writeBytes(utf8(around.substring(0, mark)));
    for (int each : bytes) {
      all.write(each);
    }
    all.writeBytes(utf8(around.substring(mark + 1)));
    return all.toByteArray();
  }

  private static String inUnits(String text) {
    StringBuilder units = new StringBuilder("\"");
    text.chars().forEach(c -> units.append(String.format("\\u%04X", c)));
    return units.append('"').toString();
  }

  /** As the contract has guests write it. */
  static String canonical(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.chars().forEach(c -> out.append(escaped((char) c)));
    return out.append('"').toString();
  }

  private static String escaped(char c) {
    return switch (c) {
      case '"', '\\' -> "\\" + c;
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default ->
          c < ' ' || c == '\u2028' || c == '\u2029'
              ? String.format("\\u%04x", (int) c)
              : String.valueOf(c);
    };
  }
}
