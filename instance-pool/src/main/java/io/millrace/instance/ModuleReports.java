package io.millrace.instance;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Says what a pool finds in a module. */
final class ModuleReports {

  private ModuleReports() {}

  /**
   * The report of a scanned module under its source's name.
   *
   * @param sha256 of its bytes
   * @param kind of memory that the pool has
   * @param given the ABI, or null to find it
   */
  static ModuleReport of(
      ScannedModule scanned, String sha256, MemoryKind kind, @Nullable AbiDescriptor given) {
    Declarations declared = scanned.declared();
    Map<String, String> functionTypes = new TreeMap<>();
    for (ModuleReport.Export export : declared.exports()) {
      if (export.kind().equals("function")) {
        functionTypes.put(export.name(), export.type());
      }
    }
    List<ModuleReport.Import> imports =
        declared.imports().stream().map(wanted -> granted(wanted, declared, kind)).toList();
    AbiDescriptor abi =
        given == null ? AbiDescriptor.detect(functionTypes).orElse(AbiDescriptor.FLAT) : given;
    String unfit = whyNothingFits(declared.memories(), kind, functionTypes, abi);
    Map<String, String> reasons = new HashMap<>();
    List<ModuleReport.FunctionFit> functions =
        functionTypes.entrySet().stream()
            .map(
                entry ->
                    fit(
                        entry.getKey(),
                        entry.getValue(),
                        reasons.computeIfAbsent(
                            entry.getValue(), type -> whyUncallable(type, unfit, abi)),
                        abi))
            .toList();
    return new ModuleReport(
        scanned.name(),
        sha256,
        scanned.bytes().length,
        declared.exports(),
        imports,
        declared.memories(),
        functions,
        abi);
  }

  private static ModuleReport.Import granted(
      ModuleReport.Import wanted, Declarations declared, MemoryKind kind) {
    boolean granted =
        switch (wanted.kind()) {
          case "function" -> WasiFunctions.provides(wanted.module(), wanted.name(), wanted.type());
          case "memory" -> kind == MemoryKind.SHARED && declared.memories().get(0).shared();
          default -> false;
        };
    return new ModuleReport.Import(
        wanted.module(), wanted.name(), wanted.kind(), wanted.type(), granted);
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

  /** Why functions of a type cannot be invoked, or empty. */
  private static String whyUncallable(String type, String unfit, AbiDescriptor abi) {
    return type.equals(abi.functionType())
        ? unfit
        : "its type is " + type + ", the ABI wants " + abi.functionType();
  }

  private static ModuleReport.FunctionFit fit(
      String name, String type, String uncallable, AbiDescriptor abi) {
    boolean ofTheAbi = abi.exports().stream().anyMatch(each -> each.name().equals(name));
    String reason = ofTheAbi ? "it belongs to the ABI itself" : uncallable;
    return new ModuleReport.FunctionFit(name, type, reason.isEmpty(), reason);
  }
}
