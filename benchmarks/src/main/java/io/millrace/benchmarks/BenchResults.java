package io.millrace.benchmarks;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace bench results}: a run's figures as a document, for benchmarks/RESULTS.md. */
@Command(
    name = "results",
    mixinStandardHelpOptions = true,
    versionProvider = BenchVersion.class,
    description = "Writes a file that --json wrote as a Markdown document.",
    footer = {
      "",
      "Example: millrace bench --json out.json",
      "         millrace bench results out.json > benchmarks/RESULTS.md",
    })
final class BenchResults implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "RUN.json", description = "The run.")
  private Path run = Path.of("");

  @Override
  public Integer call() {
    ReportData data = ReportData.read(run, spec);
    spec.commandLine().getOut().print(new ResultsDocument(data).text());
    spec.commandLine().getOut().flush();
    return 0;
  }
}
