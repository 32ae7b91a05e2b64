package io.millrace.instance;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which of a guest's functions were running when it trapped. */
final class TrapStack {

  private static final int MOST_FUNCTIONS = 64;
  private static final int NAME_CHARS = 80;

  /** What the engine's compiler calls the method of function 12. */
  private static final Pattern METHOD = Pattern.compile("func_(\\d{1,7})");

  private TrapStack() {}

  /** The functions, innermost first; none where the guest is interpreted. */
  static List<String> of(Throwable trap, IntFunction<String> nameOfFunction) {
    return Stream.of(trap.getStackTrace())
        .filter(frame -> frame.getClassName().contains("CompiledMachine"))
        .map(frame -> function(frame.getMethodName()))
        .flatMapToInt(OptionalInt::stream)
        .limit(MOST_FUNCTIONS)
        .mapToObj(nameOfFunction)
        .map(TrapStack::shown)
        .toList();
  }

  private static OptionalInt function(String method) {
    Matcher matcher = METHOD.matcher(method);
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  /** A module's own names may hold anything, at any length. */
  private static String shown(String name) {
    return LogText.escaped(name.length() <= NAME_CHARS ? name : name.substring(0, NAME_CHARS));
  }
}
