package io.millrace.cli;

import io.millrace.instance.AbiDescriptor;
import io.millrace.instance.ModuleInspector;
import io.millrace.instance.ModuleReport;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.WorkerException;
import java.util.List;
import java.util.Locale;

/** A module's report for human eyes. */
final class InspectTable {

  private static final int KIB_PER_PAGE = 64;

  private InspectTable() {}

  static String of(ModuleReport report) {
    TextTable table = new TextTable();
    table.title("module");
    table.row("name", report.name());
    table.row("size", String.format(Locale.ROOT, "%,d bytes", report.sizeBytes()));
    table.row("sha256", report.sha256());
    return table.text()
        + exports(report.exports())
        + imports(report.imports())
        + memories(report.memories())
        + abi(report.abi())
        + functions(report.functions());
  }

  private static String exports(List<ModuleReport.Export> exports) {
    TextTable table = section("exports", exports);
    exports.forEach(export -> table.row(export.kind(), export.name(), export.type()));
    return table.text();
  }

  private static String imports(List<ModuleReport.Import> imports) {
    TextTable table = section("imports", imports);
    for (ModuleReport.Import wanted : imports) {
      String granted = wanted.granted() ? "granted" : "NOT GRANTED";
      String name = wanted.module() + "." + wanted.name();
      table.row(granted, wanted.kind(), name, wanted.type());
    }
    return table.text();
  }

  private static String memories(List<ModuleReport.Memory> memories) {
    TextTable table = section("memories", memories);
    for (ModuleReport.Memory memory : memories) {
      table.row(
          memory.imported() ? "imported" : "own",
          memory.shared() ? "shared" : "private",
          "starts with " + pages(memory.initialPages()),
          "may grow to " + pages(memory.maximumPages()));
    }
    return table.text();
  }

  private static String pages(int pages) {
    return String.format(Locale.ROOT, "%,d pages (%,d KiB)", pages, (long) pages * KIB_PER_PAGE);
  }

  private static String abi(AbiDescriptor abi) {
    String kind = abi.result().getClass().getSimpleName();
    String result = kind.replaceAll("\\B(\\p{Lu})", " $1").toLowerCase(Locale.ROOT);
    String input = abi.input().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    TextTable table = new TextTable().title("").title("abi");
    table.row("allocate", abi.allocate());
    table.row("free", abi.free() == null ? "none" : abi.free());
    table.row("input", input);
    table.row("result", abi.freesResult() ? result + ", freed by the host" : result);
    if (abi.afterCall() != null) {
      table.row("after a call", abi.afterCall());
    }
    return table.text();
  }

  private static String functions(List<ModuleReport.FunctionFit> functions) {
    TextTable table = section("functions that can be invoked", functions);
    for (ModuleReport.FunctionFit function : functions) {
      String fits = function.fits() ? "yes" : "no";
      table.row(fits, function.name(), function.type(), function.reason());
    }
    return table.text();
  }

  /** Costs a compile. A valid module that cannot be compiled is told of here, not refused. */
  static String ofLargeFunctions(ModuleSource source) {
    List<ModuleReport.LargeFunction> large;
    String limit = String.format(Locale.ROOT, "%,d", ModuleInspector.HUGE_METHOD_BYTES);
    String title = "functions over HotSpot's limit of " + limit + " bytes of bytecode";
    try {
      large = ModuleInspector.largeFunctions(source);
    } catch (WorkerException.ModuleRejected uncompiled) {
      return new TextTable()
          .title("")
          .title(title)
          .row("unknown: the module cannot be compiled: " + ErrorLine.oneLine(uncompiled))
          .text();
    }
    TextTable table = section(title, large);
    for (ModuleReport.LargeFunction function : large) {
      String size = String.format(Locale.ROOT, "%,d bytes", function.bytecodeBytes());
      table.row(size, "function " + function.index(), function.name());
    }
    String advice =
        "  the JIT leaves these interpreted, which is slow: run Java with -XX:-DontCompileHugeMethods"
            + " (the millrace command does)\n";
    return large.isEmpty() ? table.text() : table.text() + advice;
  }

  private static TextTable section(String title, List<?> rows) {
    TextTable table = new TextTable().title("").title(title);
    return rows.isEmpty() ? table.row("none") : table;
  }
}
