package io.millrace.instance;

import io.millrace.pipeline.WorkerException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a module brings and what it asks for.
 *
 * @param name the module's name in messages
 * @param sha256 of its bytes
 * @param sizeBytes of its bytes
 * @param exports everything that it exports
 * @param imports everything that it asks for
 * @param memories its linear memories, imported ones first
 * @param functions its exported functions, and whether each can be invoked
 * @param abi the descriptor that was given, or else the one that was found, or else {@link
 *     AbiDescriptor#FLAT}
 */
public record ModuleReport(
    String name,
    String sha256,
    long sizeBytes,
    List<Export> exports,
    List<Import> imports,
    List<Memory> memories,
    List<FunctionFit> functions,
    AbiDescriptor abi) {

  /** Of a misspelt name and one that it may have meant: comparing takes time and heap. */
  private static final int COMPARED_CHARS = 128;

  private static final int COMPARED_NAMES = 256;

  /** An export: kind is function, memory, table, global or tag. */
  public record Export(String name, String kind, String type) {}

  /**
   * An import, and whether the pool provides it; what was only inspected: a pool of default
   * settings.
   */
  public record Import(String module, String name, String kind, String type, boolean granted) {}

  /** A linear memory's limits in 64 KiB pages. */
  public record Memory(int initialPages, int maximumPages, boolean shared, boolean imported) {}

  /** Whether an exported function can be invoked; {@code reason} is empty where it can. */
  public record FunctionFit(String name, String type, boolean fits, String reason) {}

  /** A function whose compiled form HotSpot will not compile by default: it stays interpreted. */
  public record LargeFunction(int index, String name, int bytecodeBytes) {}

  /** Copies the lists. */
  public ModuleReport {
    exports = List.copyOf(exports);
    imports = List.copyOf(imports);
    memories = List.copyOf(memories);
    functions = List.copyOf(functions);
  }

  /**
   * Checks that {@code function} can be invoked.
   *
   * @throws WorkerException.AbiMismatch when there is no such export, offering the nearest names;
   *     or when it does not fit, saying why
   */
  public void requireFunction(String function) {
    Optional<FunctionFit> found =
        functions.stream().filter(fit -> fit.name().equals(function)).findFirst();
    if (found.isEmpty()) {
      throw WorkerException.AbiMismatch.ofFunction(
          name + " exports no function " + function, suggestion(function));
    }
    if (!found.get().fits()) {
      throw WorkerException.AbiMismatch.ofFunction(
          name + ": " + function + " cannot be invoked: " + found.get().reason(),
          "call one that can, or describe its ABI");
    }
  }

  private String suggestion(String wanted) {
    if (functions.stream().noneMatch(FunctionFit::fits)) {
      return "none of its exports can be invoked: describe its ABI";
    }
    String nearest =
        functions.stream()
            .filter(FunctionFit::fits)
            .map(FunctionFit::name)
            .filter(known -> wanted.length() + known.length() <= COMPARED_CHARS)
            .limit(COMPARED_NAMES)
            .sorted(Comparator.comparingInt((String known) -> distance(wanted, known)))
            .limit(3)
            .map(LogText::escaped)
            .collect(Collectors.joining(", "));
    return nearest.isEmpty() ? "call one of its exports" : "nearest: " + nearest;
  }

  /** Levenshtein's edit distance, ignoring case. */
  private static int distance(String a, String b) {
    String x = a.toLowerCase(Locale.ROOT);
    String y = b.toLowerCase(Locale.ROOT);
    int[] previous = new int[y.length() + 1];
    for (int j = 0; j <= y.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= x.length(); i++) {
      int[] row = new int[y.length() + 1];
      row[0] = i;
      for (int j = 1; j <= y.length(); j++) {
        int replaced = previous[j - 1] + (x.charAt(i - 1) == y.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[y.length()];
  }
}
