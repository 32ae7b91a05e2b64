package io.millrace.cli;

import io.millrace.instance.AbiDescriptor;
import io.millrace.instance.ModuleInspector;
import io.millrace.instance.ModuleReport;
import io.millrace.instance.ModuleSource;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace inspect}: what a module brings and what it wants. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows a module's exports, imports and memories, which functions can be invoked, why the "
          + "others cannot, and which are too large for HotSpot's JIT.",
      "Exit code 0 for every valid module, whether it can be used or not.",
    },
    footer = {"", "Example: millrace inspect c-digest.wasm"})
final class InspectCommand implements Callable<Integer> {

  private final Stdio stdio;

  @Parameters(index = "0", paramLabel = "MODULE", description = "A .wasm file.")
  private Path module = Path.of("");

  @Option(
      names = "--abi",
      paramLabel = "FILE",
      converter = AbiFile.Converter.class,
      description = "How bytes cross, as JSON. Default: what the module's exports speak for.")
  private @Nullable AbiDescriptor abi;

  InspectCommand(Stdio stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    ModuleSource source = ModuleSource.of(module);
    ModuleReport report =
        abi == null ? ModuleInspector.inspect(source) : ModuleInspector.inspect(source, abi);
    PrintWriter out = stdio.text();
    out.print(InspectTable.of(report));
    out.flush(); // the rest takes a compile: seconds, for a large module
    out.print(InspectTable.ofLargeFunctions(source));
    out.flush();
    return Millrace.DONE;
  }
}
