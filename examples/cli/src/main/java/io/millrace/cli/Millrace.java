package io.millrace.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import reactor.core.publisher.Hooks;
import reactor.util.Loggers;

/** The {@code millrace} command. */
@Command(
    name = "millrace",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Runs SDKs compiled to WebAssembly in a pool of workers.",
    footer = {
      "",
      "Exit codes: 0 done; 1 some invocation failed; 2 bad usage or bad module.",
      "",
      "Example: millrace demo --json summary.json",
      "",
      "To measure: millrace bench --list",
    })
public final class Millrace implements Runnable {

  static final int DONE = 0;
  static final int FAILED = 1;
  static final int BAD_USAGE = 2;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** {@link ErrorLine} looks for the word itself, as it also reports what cannot be parsed. */
  @Option(
      names = ErrorLine.VERBOSE,
      scope = ScopeType.INHERIT,
      description = "Show stack traces with errors.")
  @SuppressWarnings("UnusedVariable")
  private boolean verbose;

  private Millrace() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    if (!List.of(args).contains(ErrorLine.VERBOSE)) {
      silenceLibraries();
    }
    System.exit(run(args, Stdio.ofProcess()));
  }

  /**
   * Libraries log stack traces of failures that they hand on as well, and of those that come after
   * everyone has left (a closed pipe, say). ErrorLine reports each once.
   */
  private static void silenceLibraries() {
    Loggers.useJdkLoggers();
    LogManager.getLogManager().reset();
    Hooks.onErrorDropped(late -> {});
  }

  /** The same within a process: nothing here ends it or touches its own streams. */
  static int run(String[] args, InputStream in, OutputStream out, OutputStream err) {
    return run(args, Stdio.of(in, out, err));
  }

  private static int run(String[] args, Stdio stdio) {
    ErrorLine errors = new ErrorLine(stdio.err(), List.of(args).contains(ErrorLine.VERBOSE));
    try {
      return new CommandLine(new Millrace())
          .addSubcommand(new DemoCommand(stdio, errors))
          .addSubcommand(new InvokeCommand(stdio, errors))
          .addSubcommand(new InspectCommand(stdio))
          .setOut(stdio.text())
          .setErr(stdio.text())
          .setUsageHelpLongOptionsMaxWidth(28)
          .setAbbreviatedOptionsAllowed(false)
          .setParameterExceptionHandler(errors)
          .setExecutionExceptionHandler(errors)
          .execute(args);
    } catch (Throwable thrown) { // Errors: picocli hands on Exceptions only
      return errors.report(thrown);
    }
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to do: millrace demo, millrace invoke or millrace inspect");
  }
}
