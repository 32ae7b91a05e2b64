package io.millrace.instance;

import com.dylibso.chicory.compiler.Cache;
import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.InterpreterMachine;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.MalformedException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.Version;
import com.dylibso.chicory.wasm.WasmModule;
import io.millrace.pipeline.WorkerException;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Parses and compiles modules. Whatever the engine throws on the way rejects the module. */
final class ModuleCompiler {

  /** Part of the module key: interpreted functions cannot be interrupted, so there are none. */
  static final String OPTIONS = "interpreterFallback=FAIL";

  private static final String SMALLER_FUNCTIONS =
      "make its functions smaller, as by optimising for size";

  private static final int REASON_CHARS = 300;

  private ModuleCompiler() {}

  /** A module that the scan has let through, as the engine has parsed it. */
  record Parsed(ScannedModule scanned, WasmModule wasm) {}

  static ModuleKey key(byte[] bytes, MemoryKind memory) {
    return new ModuleKey(
        ModuleKey.sha256(bytes), "chicory-" + Version.version(), OPTIONS, memory.name());
  }

  /** The module as the engine's interpreter runs it. */
  static CompiledModule interpret(Parsed parsed) {
    return new CompiledModule(parsed.wasm(), InterpreterMachine::new, 0, true);
  }

  /** Compiles a module into what {@link #load} makes one of, in a fraction of the time. */
  static StoredModule compile(Parsed parsed) {
    ScannedModule scanned = parsed.scanned();
    ClassCapture capture = new ClassCapture();
    machines(scanned.name(), parsed.wasm(), capture);
    return new StoredModule(StrippedModule.of(scanned), scanned.namesUsable(), capture.jar);
  }

  /**
   * Makes a module of what was stored.
   *
   * @throws WorkerException.ModuleRejected when it does not fit together
   */
  static CompiledModule load(String name, StoredModule stored) {
    WasmModule module = parse(name, stored.wasm(), stored.namesUsable());
    ClassCapture present = new ClassCapture();
    present.jar = stored.classes();
    return new CompiledModule(
        module, machines(name, module, present), stored.footprintBytes(), false);
  }

  /**
   * Compiles to hold the classes in hand, and answers the functions over the limit, largest first.
   */
  static List<ModuleReport.LargeFunction> largeFunctions(ScannedModule scanned, int limitBytes) {
    WasmModule module = parse(scanned).wasm();
    ClassCapture capture = new ClassCapture();
    machines(scanned.name(), module, capture);
    return BytecodeSizes.ofFunctions(capture.jar).entrySet().stream()
        .filter(entry -> entry.getValue() > limitBytes)
        .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
        .map(
            entry ->
                new ModuleReport.LargeFunction(
                    entry.getKey(), functionName(module, entry.getKey()), entry.getValue()))
        .toList();
  }

  /** The name that the module's name section gives a function, where it does. */
  private static String functionName(WasmModule module, int index) {
    String known = module.nameSection() == null ? null : module.nameSection().nameOfFunction(index);
    return known == null ? "function " + index : known;
  }

  /**
   * Parses and validates a module.
   *
   * @throws WorkerException.ModuleRejected when it is not valid
   */
  static Parsed parse(ScannedModule scanned) {
    return new Parsed(scanned, parse(scanned.name(), scanned.bytes(), scanned.namesUsable()));
  }

  private static WasmModule parse(String name, byte[] bytes, boolean namesUsable) {
    try {
      if (namesUsable) {
        return Parser.parse(bytes);
      }
      return Parser.builder()
          .withCustomParsers(Map.of())
          .build()
          .parse(() -> new ByteArrayInputStream(bytes));
    } catch (OutOfMemoryError full) {
      throw full; // the JVM's trouble: the scan has kept the module's own needs within bounds
    } catch (Throwable bad) {
      throw invalid(name, bad);
    }
  }

  /** Beside its own exceptions the engine lets index, null and buffer errors through. */
  private static WorkerException.ModuleRejected invalid(String name, Throwable bad) {
    String why = bad instanceof MalformedException ? "is malformed or truncated" : "is not valid";
    return new WorkerException.ModuleRejected(
        name + " " + why + ": " + reason(bad), WasmReader.BUILD_AGAIN, bad);
  }

  private static Function<Instance, Machine> machines(
      String name, WasmModule module, @Nullable Cache cache) {
    try {
      MachineFactoryCompiler.Builder builder =
          MachineFactoryCompiler.builder(module).withInterpreterFallback(InterpreterFallback.FAIL);
      if (cache != null) {
        builder.withCache(cache);
      }
      return builder.compile();
    } catch (OutOfMemoryError full) {
      throw full;
    } catch (Throwable bad) {
      throw new WorkerException.ModuleRejected(
          name + " cannot be compiled: " + reason(bad), SMALLER_FUNCTIONS, bad);
    }
  }

  private static String reason(Throwable bad) {
    String message = bad.getMessage();
    String text = message == null ? "" : message.lines().findFirst().orElse("");
    if (text.isBlank()) {
      return bad.getClass().getSimpleName();
    }
    // The engine joins what it has to say of each wrong instruction.
    return text.length() <= REASON_CHARS ? text : text.substring(0, REASON_CHARS) + "...";
  }

  /** The engine's classes go in and out through its cache only: this one holds one module's. */
  private static final class ClassCapture implements Cache {

    private byte[] jar = {};

    @Override
    public byte @Nullable [] get(String key) {
      return jar.length == 0 ? null : jar;
    }

    @Override
    public void putIfAbsent(String key, byte[] data) {
      jar = data;
    }
  }
}
