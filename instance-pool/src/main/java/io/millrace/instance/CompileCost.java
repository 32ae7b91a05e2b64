package io.millrace.instance;

/**
 * What the engine is going to need for a module, by estimate: heap while it parses and compiles,
 * and steps beyond a few for each byte. The weights were measured; they are a little too high
 * rather than too low.
 */
final class CompileCost {

  private static final int INSTRUCTION_BYTES = 100;
  private static final int FUNCTION_BYTES = 2_000;
  private static final int TYPE_BYTES = 5_000;
  private static final int ITEM_BYTES = 120;
  private static final int EXPORT_BYTES = 400;
  private static final int NAME_BYTES = 110;
  private static final int INDIRECT_TARGET_BYTES = 500;

  /** One local or stack value in the frame that the engine keeps for a place in the code. */
  private static final int FRAME_VALUE_BYTES = 12;

  /** One stack value in a copy of the stack, which is dropped where the block ends. */
  private static final int STACK_VALUE_BYTES = 4;

  /** The engine makes an exception, with its stack, for each wrong instruction of a function. */
  private static final int WRONG_INSTRUCTION_BYTES = 1_500;

  private long heapBytes;
  private long steps;
  private long largestFunction;

  void module(long bytes) {
    heapBytes += 3 * bytes;
  }

  void type(long parameters, long results) {
    heapBytes += TYPE_BYTES + 8 * (parameters + results);
  }

  void types(FunctionTypes types) {
    heapBytes += types.indirectTargets() * INDIRECT_TARGET_BYTES;
    steps += types.comparisonSteps();
  }

  /** An import, a global, an element or anything else that becomes an object or two. */
  void item() {
    heapBytes += ITEM_BYTES;
  }

  /** Exports are kept by name too. */
  void export() {
    heapBytes += EXPORT_BYTES;
  }

  void name() {
    heapBytes += NAME_BYTES;
  }

  void table(long entries) {
    heapBytes += 8 * entries;
  }

  void function(long instructions) {
    heapBytes += FUNCTION_BYTES + instructions * INSTRUCTION_BYTES;
    largestFunction = Math.max(largestFunction, instructions);
  }

  /** A place that code can jump to, with so many locals and stack values alive there. */
  void frame(long values) {
    heapBytes += values * FRAME_VALUE_BYTES;
    steps += values;
  }

  /** A copy of so many stack values. */
  void stackCopy(long values) {
    heapBytes += values * STACK_VALUE_BYTES;
    steps += values;
  }

  void steps(long more) {
    steps += more;
  }

  long heapBytes() {
    return heapBytes + largestFunction * WRONG_INSTRUCTION_BYTES;
  }

  long steps() {
    return steps;
  }
}
