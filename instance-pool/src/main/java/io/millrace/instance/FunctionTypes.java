package io.millrace.instance;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * How many values each function takes and gives. Grows with what was read, never with what is
 * claimed.
 */
final class FunctionTypes {

  /** Collecting one import takes as long as so many other steps. */
  private static final int STEPS_TO_COLLECT = 10;

  private int[] parameters = new int[64];
  private int[] results = new int[64];
  private long[] shapes = new long[64];
  private int types;
  private int[] functions = new int[256];
  private int functionCount;
  private int imported;
  private long values;

  void addType(int parameterCount, int resultCount, long shape) {
    if (types == parameters.length) {
      parameters = Arrays.copyOf(parameters, 2 * types);
      results = Arrays.copyOf(results, 2 * types);
      shapes = Arrays.copyOf(shapes, 2 * types);
    }
    parameters[types] = parameterCount;
    results[types] = resultCount;
    shapes[types++] = shape;
    values += parameterCount + resultCount;
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
    return types;
  }

  int functions() {
    return functionCount;
  }

  int imported() {
    return imported;
  }

  int parameters(int type) {
    return parameters[type];
  }

  int results(int type) {
    return results[type];
  }

  int typeOf(int function) {
    return functions[function];
  }

  /**
   * The engine compares each type with each function, value by value, and before that collects all
   * imported functions into a list to look the type of one up.
   */
  long comparisonSteps() {
    return (types + values) * functionCount + (long) types * imported * imported * STEPS_TO_COLLECT;
  }

  /** Functions that an indirect call of each type can reach, summed over the types. */
  long indirectTargets() {
    Map<Long, Integer> alike = new HashMap<>();
    for (int i = 0; i < types; i++) {
      alike.merge(shapes[i], 1, Integer::sum);
    }
    long targets = 0;
    for (int i = 0; i < functionCount; i++) {
      targets += alike.getOrDefault(shapes[functions[i]], 0);
    }
    return targets;
  }
}
