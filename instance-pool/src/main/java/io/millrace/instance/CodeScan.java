package io.millrace.instance;

import io.millrace.instance.ModuleLimits.Limit;
import java.util.Arrays;

/**
 * Walks through the bodies of a module's functions, once and instruction by instruction: whether
 * each is known and whole, how high the stack is, and what all that costs the engine. Types are
 * left to the engine's own validation, which this keeps within its means.
 */
final class CodeScan {

  private final WasmReader in;
  private final ModuleLimits limits;
  private final FunctionTypes types;
  private final CompileCost cost;
  private final TypeReader typeReader;

  /** The blocks around the instruction, the function's own first. */
  private int[] base = new int[64];

  private int[] parameters = new int[64];
  private int[] results = new int[64];
  private int[] children = new int[64];
  private boolean[] loop = new boolean[64];
  private int depth;

  private int function;
  private int variables;
  private int height;
  private long instructions;

  CodeScan(
      WasmReader in,
      ModuleLimits limits,
      FunctionTypes types,
      CompileCost cost,
      TypeReader typeReader) {
    this.in = in;
    this.limits = limits;
    this.types = types;
    this.cost = cost;
    this.typeReader = typeReader;
  }

  /** One entry of the code section, that of the function with this index. */
  void function(int index) {
    function = index;
    String where = "in function " + index;
    long size = in.u32();
    int outer = in.enter(size, "function " + index);
    in.require(limits, Limit.FUNCTION_BYTES, size, where);
    int type = types.typeOf(index);
    variables = types.parameters(type) + locals(where);
    height = 0;
    depth = -1;
    instructions = 0;
    push(0, types.results(type), false);
    while (depth >= 0) {
      instructions++;
      instruction(in.octet());
    }
    cost.function(instructions);
    in.leave(outer, "function " + index);
  }

  private int locals(String where) {
    long sum = 0;
    for (long group = in.count("groups of locals", 2); group > 0; group--) {
      sum += in.u32();
      in.require(limits, Limit.LOCALS, sum, where);
      typeReader.value();
    }
    return (int) sum;
  }

  private void instruction(int opcode) {
    int known = Opcode.plain(opcode);
    if (opcode == Opcode.PREFIX_MORE) {
      known = Opcode.more(in.u32());
    } else if (opcode == Opcode.PREFIX_ATOMIC) {
      known = Opcode.atomic(in.u32());
    }
    if (known == Opcode.CONTROL) {
      control(opcode);
    } else {
      typeReader.immediate(opcode, known);
      if (opcode == Opcode.REF_FUNC) {
        cost.steps(types.imported());
      }
      pop(Opcode.pops(known));
      height += Opcode.pushes(known);
    }
  }

  private void control(int opcode) {
    switch (opcode) {
      case Opcode.BLOCK, Opcode.LOOP -> enter(opcode == Opcode.LOOP);
      case Opcode.IF -> {
        pop(1);
        cost.stackCopy(height);
        enter(false);
        cost.frame(alive());
      }
      case Opcode.TRY_TABLE -> tryTable();
      case Opcode.ELSE -> {
        height = base[depth] + parameters[depth];
        cost.frame(alive());
      }
      case Opcode.END -> end();
      case Opcode.BR -> {
        branch();
        transferred();
      }
      case Opcode.BR_IF -> {
        pop(1);
        branch();
        cost.frame(alive());
      }
      case Opcode.BR_ON_NULL, Opcode.BR_ON_NON_NULL -> {
        branch();
        cost.frame(2L * alive());
      }
      case Opcode.BR_TABLE -> {
        pop(1);
        long labels = in.count("labels", 1) + 1;
        instructions += labels;
        for (; labels > 0; labels--) {
          branch();
        }
        transferred();
      }
      case Opcode.UNREACHABLE, Opcode.RETURN, Opcode.THROW_REF -> transferred();
      case Opcode.THROW -> {
        in.u32();
        transferred();
      }
      case Opcode.CALL -> call(typeOfFunction(in.u32()));
      case Opcode.RETURN_CALL -> tailCall(typeOfFunction(in.u32()));
      case Opcode.CALL_REF -> call(type(in.u32()));
      case Opcode.RETURN_CALL_REF -> tailCall(type(in.u32()));
      case Opcode.CALL_INDIRECT -> {
        int type = type(in.u32());
        in.u32();
        pop(1);
        call(type);
      }
      case Opcode.RETURN_CALL_INDIRECT -> {
        int type = type(in.u32());
        in.u32();
        tailCall(type);
      }
      case Opcode.SELECT -> select();
      case Opcode.SELECT_TYPED -> {
        for (long n = in.count("types", 1); n > 0; n--) {
          typeReader.value();
        }
        select();
      }
      default -> throw typeReader.unsupported(opcode);
    }
  }

  private void enter(boolean isLoop) {
    int takes = 0;
    int gives = 0;
    int next = in.peek();
    if (next == TypeReader.NO_VALUE) {
      in.octet();
    } else if (next > TypeReader.NO_VALUE && next < 0x80) {
      typeReader.value();
      gives = 1;
    } else {
      int type = type(in.signed(33));
      takes = types.parameters(type);
      gives = types.results(type);
    }
    // The engine keeps a copy of the stack as it will be behind the block.
    cost.stackCopy(height + gives);
    if (isLoop) {
      cost.frame(alive());
    }
    pop(takes);
    children[depth]++;
    push(takes, gives, isLoop);
    height += takes;
  }

  private void tryTable() {
    enter(false);
    for (long catches = in.count("catches", 2); catches > 0; catches--) {
      int kind = in.octet();
      if (kind > 3) {
        throw in.malformed("a catch of kind " + kind + " does not exist");
      }
      if (kind < 2) {
        in.u32();
      }
      instructions += 3;
      branch();
      cost.frame(2L * alive());
    }
  }

  private void end() {
    height = base[depth] + results[depth];
    cost.frame(alive());
    if (loop[depth]) {
      // The engine looks through all blocks beside a loop for the last one.
      cost.steps(children[depth - 1]);
    }
    depth--;
  }

  private void branch() {
    long label = in.u32();
    if (label > depth) {
      throw in.malformed(
          "function " + function + " branches out of " + label + " blocks, it has " + depth);
    }
    cost.steps(label);
    cost.frame(height);
  }

  private void call(int type) {
    pop(types.parameters(type));
    height += types.results(type);
  }

  private void tailCall(int type) {
    cost.frame(height + types.results(type));
    transferred();
  }

  private void select() {
    pop(3);
    height++;
    cost.frame(2L * alive());
  }

  /** What follows is reached by no one before the block ends. */
  private void transferred() {
    height = base[depth];
  }

  private void pop(int values) {
    height = Math.max(height - values, base[depth]);
  }

  private long alive() {
    return (long) variables + height;
  }

  private int typeOfFunction(long index) {
    if (index >= types.functions()) {
      throw in.malformed(
          "function " + function + " calls " + index + ", there are " + types.functions());
    }
    return types.typeOf((int) index);
  }

  private int type(long index) {
    typeReader.requireType(index);
    return (int) index;
  }

  private void push(int takes, int gives, boolean isLoop) {
    depth++;
    if (depth == base.length) {
      base = Arrays.copyOf(base, 2 * depth);
      parameters = Arrays.copyOf(parameters, 2 * depth);
      results = Arrays.copyOf(results, 2 * depth);
      children = Arrays.copyOf(children, 2 * depth);
      loop = Arrays.copyOf(loop, 2 * depth);
    }
    base[depth] = height;
    parameters[depth] = takes;
    results[depth] = gives;
    children[depth] = 0;
    loop[depth] = isLoop;
  }
}
