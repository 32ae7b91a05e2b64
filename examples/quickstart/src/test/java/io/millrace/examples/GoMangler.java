package io.millrace.examples;

import java.util.Random;

/**
 * Misformats Go sources so that they still parse: other indentation, spaces where there were none,
 * none where there were some, more empty lines. Raw strings and block comments keep their lines as
 * they are.
 */
final class GoMangler {

  private final Random random;

  GoMangler(Random random) {
    this.random = random;
  }

  String mangle(String source) {
    StringBuilder text = new StringBuilder();
    boolean inside = false;
    for (String line : source.split("\n", -1)) {
      boolean delicate =
          inside || line.contains("`") || line.contains("/*") || line.strip().startsWith("//");
      text.append(delicate ? line : mangledLine(line)).append('\n');
      inside = endsInside(line, inside);
    }
    return text.toString();
  }

  private String mangledLine(String line) {
    String code = line.strip();
    if (!code.contains("'") && !code.contains("\"") && !code.contains("//")) {
      code = respaced(code);
    }
    String mangled = " ".repeat(random.nextInt(4)) + code + "\t".repeat(random.nextInt(2));
    return code.isEmpty() ? mangled + "\n".repeat(random.nextInt(3)) : mangled;
  }

  private String respaced(String code) {
    return switch (random.nextInt(4)) {
      case 0 -> code.replace(", ", ",");
      case 1 -> code.replace(" := ", ":=").replace(" = ", "=");
      case 2 -> code.replace("(", "( ").replace(")", " )");
      // A sum of a signed operand keeps its spaces: without them it would be an increment.
      default -> code.replace(" == ", "==").replaceAll(" \\+ (?!\\+)", "+").replace(",", " ,");
    };
  }

  /** Whether a raw string or a block comment goes on behind the line; errs towards yes. */
  private static boolean endsInside(String line, boolean inside) {
    int ticks = (int) line.chars().filter(c -> c == '`').count();
    boolean comment = line.lastIndexOf("/*") > line.lastIndexOf("*/");
    if (inside) {
      return ticks % 2 == 0 && !line.contains("*/");
    }
    return ticks % 2 == 1 || comment;
  }
}
