package io.millrace.instance;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.GlobalImport;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.MemoryImport;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.MutabilityType;
import com.dylibso.chicory.wasm.types.TableImport;
import com.dylibso.chicory.wasm.types.ValType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a parsed module's declarations into a {@link ModuleReport}. */
final class WasmTypes {

  private WasmTypes() {}

  static ModuleReport report(
      String name,
      String sha256,
      long sizeBytes,
      WasmModule module,
      MemoryKind kind,
      @Nullable AbiDescriptor given) {
    List<ModuleReport.Import> imports =
        module.importSection().stream().map(wanted -> describe(module, wanted, kind)).toList();
    List<ModuleReport.Memory> memories = memories(module);
    List<ModuleReport.Export> exports = new ArrayList<>();
    Map<String, String> functionTypes = new TreeMap<>();
    for (int i = 0; i < module.exportSection().exportCount(); i++) {
      Export export = module.exportSection().getExport(i);
      String type = "";
      if (export.exportType() == ExternalType.FUNCTION) {
        type = text(functionType(module, export.index()));
        functionTypes.put(export.name(), type);
      }
      exports.add(new ModuleReport.Export(export.name(), kind(export.exportType()), type));
    }
    AbiDescriptor abi =
        given == null ? AbiDescriptor.detect(functionTypes).orElse(AbiDescriptor.FLAT) : given;
    String unfit = whyNothingFits(memories, kind, functionTypes, abi);
    List<ModuleReport.FunctionFit> functions =
        functionTypes.entrySet().stream()
            .map(entry -> fit(entry.getKey(), entry.getValue(), unfit, abi))
            .toList();
    return new ModuleReport(name, sha256, sizeBytes, exports, imports, memories, functions, abi);
  }

  /** The type of a function by its index, imported functions counting first. */
  static FunctionType functionType(WasmModule module, int index) {
    int imported = module.importSection().count(ExternalType.FUNCTION);
    if (index >= imported) {
      return module.functionSection().getFunctionType(index - imported, module.typeSection());
    }
    FunctionImport wanted =
        module.importSection().stream()
            .filter(FunctionImport.class::isInstance)
            .map(FunctionImport.class::cast)
            .skip(index)
            .findFirst()
            .orElseThrow();
    return module.typeSection().getType(wanted.typeIndex());
  }

  /** The type as in {@code (i32, i32) -> i64}. */
  static String text(FunctionType type) {
    String results = join(type.returns());
    return "("
        + join(type.params())
        + ") -> "
        + (type.returns().size() == 1 ? results : "(" + results + ")");
  }

  private static String join(List<ValType> types) {
    return types.stream()
        .map(type -> type.toString().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  private static List<ModuleReport.Memory> memories(WasmModule module) {
    List<ModuleReport.Memory> memories = new ArrayList<>();
    module.importSection().stream()
        .filter(MemoryImport.class::isInstance)
        .forEach(wanted -> memories.add(describe(((MemoryImport) wanted).limits(), true)));
    module
        .memorySection()
        .ifPresent(
            section -> {
              for (int i = 0; i < section.memoryCount(); i++) {
                memories.add(describe(section.getMemory(i).limits(), false));
              }
            });
    return memories;
  }

  private static ModuleReport.Memory describe(MemoryLimits limits, boolean imported) {
    return new ModuleReport.Memory(
        limits.initialPages(), limits.maximumPages(), limits.shared(), imported);
  }

  private static ModuleReport.Import describe(WasmModule module, Import wanted, MemoryKind kind) {
    String type = "";
    boolean granted = false;
    if (wanted instanceof FunctionImport function) {
      type = text(module.typeSection().getType(function.typeIndex()));
      granted = WasiFunctions.provides(wanted.module(), wanted.name(), type);
    } else if (wanted instanceof MemoryImport memory) {
      type = memory.limits().initialPages() + ".." + memory.limits().maximumPages() + " pages";
      granted = memory.limits().shared() && kind == MemoryKind.SHARED;
    } else if (wanted instanceof GlobalImport global) {
      String valueType = global.type().toString().toLowerCase(Locale.ROOT);
      type = (global.mutabilityType() == MutabilityType.Var ? "mut " : "") + valueType;
    } else if (wanted instanceof TableImport table) {
      type = table.entryType().toString().toLowerCase(Locale.ROOT);
    }
    return new ModuleReport.Import(
        wanted.module(), wanted.name(), kind(wanted.importType()), type, granted);
  }

  private static String kind(ExternalType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** Why no function of the module can be invoked, or empty. */
  private static String whyNothingFits(
      List<ModuleReport.Memory> memories,
      MemoryKind kind,
      Map<String, String> types,
      AbiDescriptor abi) {
    if (memories.size() != 1) {
      return "the module has " + memories.size() + " memories, one is wanted";
    }
    String unfitMemory = whyUnfit(memories.get(0), kind);
    if (!unfitMemory.isEmpty()) {
      return unfitMemory;
    }
    for (AbiDescriptor.Export wanted : abi.exports()) {
      String found = types.get(wanted.name());
      if (found == null || !wanted.types().contains(found)) {
        return "the module must export "
            + wanted.name()
            + " "
            + String.join(" or ", wanted.types())
            + (found == null ? ", it exports no function of that name" : ", its own is " + found);
      }
    }
    return "";
  }

  private static String whyUnfit(ModuleReport.Memory memory, MemoryKind kind) {
    if (memory.shared() && memory.imported()) {
      return kind == MemoryKind.SHARED
          ? ""
          : "the module imports a shared memory, which a pool has with sharedMemory(true)";
    }
    if (memory.imported()) {
      return "the module imports a memory that is not shared, one of its own is wanted";
    }
    if (memory.shared()) {
      return "the module has a shared memory of its own, it must import it to share it";
    }
    return kind == MemoryKind.SHARED
        ? "the module's memory is its own, a pool with sharedMemory(true) wants it imported"
        : "";
  }

  private static ModuleReport.FunctionFit fit(
      String name, String type, String unfit, AbiDescriptor abi) {
    String reason = "";
    if (abi.exports().stream().anyMatch(each -> each.name().equals(name))) {
      reason = "it belongs to the ABI itself";
    } else if (!type.equals(abi.functionType())) {
      reason = "its type is " + type + ", the ABI wants " + abi.functionType();
    } else {
      reason = unfit;
    }
    return new ModuleReport.FunctionFit(name, type, reason.isEmpty(), reason);
  }
}
