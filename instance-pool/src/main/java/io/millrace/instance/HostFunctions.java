package io.millrace.instance;

import io.millrace.instance.ModuleReport.Import;
import io.millrace.pipeline.WorkerException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The host functions that one pool grants. Immutable. */
final class HostFunctions {

  /** Without any of the user's. A message reaches nobody but the invocation's own caller. */
  static final HostFunctions BUILT_IN =
      new HostFunctions(Map.of())
          .with(PostMessage.MODULE, PostMessage.NAME, PostMessage.SIGNATURE, PostMessage::call);

  private static final int MISSING_TOLD = 8;
  private static final int NAME_CHARS_TOLD = 64;

  private final Map<Key, Granted> byName;

  /** An import's two names: either may hold a dot. */
  private record Key(String module, String name) {}

  /** One function, under its {@code module.name}. */
  record Granted(String name, FunctionSignature signature, HostFunction function) {}

  private HostFunctions(Map<Key, Granted> byName) {
    this.byName = byName;
  }

  /** These and one more. */
  HostFunctions with(String module, String name, String signature, HostFunction function) {
    String full = name(module, name);
    if (WasiFunctions.type(module, name) != null) {
      throw new IllegalArgumentException(
          full + " is a function of WASI: what it may reach is CapabilityPolicy's to say");
    }
    Map<Key, Granted> all = new HashMap<>(byName);
    Granted granted = new Granted(full, FunctionSignature.parse(signature), function);
    if (all.put(new Key(module, name), granted) != null) {
      throw new IllegalArgumentException("host function " + full + " is given twice");
    }
    return new HostFunctions(all);
  }

  /** The function for an import, if there is one. */
  @Nullable Granted find(String module, String name) {
    return byName.get(new Key(module, name));
  }

  /** The report of a module for a pool that has these functions. */
  ModuleReport granting(ModuleReport report) {
    List<Import> imports =
        report.imports().stream()
            .map(wanted -> provides(wanted) ? granted(wanted) : wanted)
            .toList();
    return new ModuleReport(
        report.name(),
        report.sha256(),
        report.sizeBytes(),
        report.exports(),
        imports,
        report.memories(),
        report.functions(),
        report.abi());
  }

  private boolean provides(Import wanted) {
    Granted known = find(wanted.module(), wanted.name());
    return isFunction(wanted) && known != null && known.signature().text().equals(wanted.type());
  }

  private static Import granted(Import wanted) {
    return new Import(wanted.module(), wanted.name(), wanted.kind(), wanted.type(), true);
  }

  /**
   * Checks that the pool grants every import.
   *
   * @throws WorkerException.CapabilityDenied listing what is missing, and what would provide it
   */
  void requireImports(ModuleReport report) {
    List<Import> missing = report.imports().stream().filter(each -> !each.granted()).toList();
    if (!missing.isEmpty()) {
      int untold = missing.size() - MISSING_TOLD;
      throw new WorkerException.CapabilityDenied(
          report.name()
              + " asks for imports that are not granted: "
              + missing.stream()
                  .limit(MISSING_TOLD)
                  .map(this::refusal)
                  .collect(Collectors.joining("; "))
              + (untold > 0 ? "; and " + untold + " more" : ""),
          missing.stream().map(each -> name(shown(each.module()), shown(each.name()))).toList());
    }
  }

  private String refusal(Import missing) {
    String full = name(shown(missing.module()), shown(missing.name()));
    if (!isFunction(missing)) {
      return full + " (" + missing.kind() + "): " + remedyForOther(missing.kind());
    }
    String wasi = WasiFunctions.type(missing.module(), missing.name());
    Granted granted = find(missing.module(), missing.name());
    if (missing.module().equals(GuestHttp.MODULE) && missing.name().equals(GuestHttp.NAME)) {
      return full + " " + missing.type() + ": httpAccess(..)";
    }
    String remedy =
        "hostFunction(\"" + shown(missing.module()) + "\", \"" + shown(missing.name()) + "\", ..)";
    if (wasi != null) {
      remedy = "its type in WASI is " + wasi;
    } else if (granted != null) {
      remedy = "the host function of that name is " + granted.signature().text();
    }
    return full + " " + missing.type() + ": " + remedy;
  }

  /** A module's own names may hold anything, at any length. */
  private static String shown(String name) {
    boolean fits = name.length() <= NAME_CHARS_TOLD;
    return LogText.escaped(fits ? name : name.substring(0, NAME_CHARS_TOLD) + "...");
  }

  private static String remedyForOther(String kind) {
    return kind.equals("memory")
        ? "sharedMemory(true), if it is a shared one"
        : "a pool provides functions and shared memories only";
  }

  private static boolean isFunction(Import wanted) {
    return wanted.kind().equals("function");
  }

  private static String name(String module, String name) {
    return module + "." + name;
  }
}
