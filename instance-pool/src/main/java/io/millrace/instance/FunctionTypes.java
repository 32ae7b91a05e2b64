package io.millrace.instance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** The type of each function. Grows with what was read, never with what is claimed. */
final class FunctionTypes {

  /** Collecting one import takes as long as so many other steps. */
  private static final int STEPS_TO_COLLECT = 10;

  /** Value types, by their first bytes. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Type(byte[] parameters, byte[] results, long shape) {}

  private final List<Type> types = new ArrayList<>();

  /** A thousand parameters take some kilobytes, and a few bytes name one more function. */
  private final Map<Integer, String> texts = new HashMap<>();

  private int[] functions = new int[256];
  private int functionCount;
  private int imported;
  private long values;

  void addType(byte[] parameters, byte[] results) {
    types.add(new Type(parameters, results, hash(results, hash(parameters, parameters.length))));
    values += parameters.length + results.length;
  }

  /** The same for equal ones. */
  private static long hash(byte[] values, long seed) {
    long hash = seed;
    for (byte value : values) {
      hash = hash * 0x9E3779B97F4A7C15L + value;
      hash ^= hash >>> 32;
    }
    return hash;
  }

  /** A type as in {@code (i32, i32) -> i64}; one text for all that have the type. */
  String text(int type) {
    return texts.computeIfAbsent(type, this::write);
  }

  private String write(int type) {
    byte[] results = types.get(type).results();
    String answer = join(results);
    return "("
        + join(types.get(type).parameters())
        + ") -> "
        + (results.length == 1 ? answer : "(" + answer + ")");
  }

  private static String join(byte[] values) {
    StringJoiner joined = new StringJoiner(", ");
    for (byte value : values) {
      joined.add(TypeReader.text(value & 0xFF));
    }
    return joined.toString();
  }

  void addImported(int type) {
    addFunction(type);
    imported++;
  }

  void addFunction(int type) {
    if (functionCount == functions.length) {
      functions = Arrays.copyOf(functions, 2 * functionCount);
    }
    functions[functionCount++] = type;
  }

  int types() {
    return types.size();
  }

  int functions() {
    return functionCount;
  }

  int imported() {
    return imported;
  }

  int parameters(int type) {
    return types.get(type).parameters().length;
  }

  int results(int type) {
    return types.get(type).results().length;
  }

  int typeOf(int function) {
    return functions[function];
  }

  /**
   * The engine compares each type with each function, value by value, and before that collects all
   * imported functions into a list to look the type of one up.
   */
  long comparisonSteps() {
    return (types.size() + values) * functionCount
        + (long) types.size() * imported * imported * STEPS_TO_COLLECT;
  }

  /** Functions that an indirect call of each type can reach, summed over the types. */
  long indirectTargets() {
    Map<Long, Integer> alike = new HashMap<>();
    for (Type type : types) {
      alike.merge(type.shape(), 1, Integer::sum);
    }
    long targets = 0;
    for (int i = 0; i < functionCount; i++) {
      targets += alike.getOrDefault(types.get(functions[i]).shape(), 0);
    }
    return targets;
  }
}
