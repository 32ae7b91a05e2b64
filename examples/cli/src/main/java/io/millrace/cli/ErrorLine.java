package io.millrace.cli;

import io.millrace.pipeline.WorkerException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;
import reactor.core.Exceptions;

/** The one place that turns a failure into one line on stderr and, for the whole, an exit code. */
final class ErrorLine implements IParameterExceptionHandler, IExecutionExceptionHandler {

  static final String VERBOSE = "--verbose";

  private final PrintStream err;
  private final boolean verbose;

  ErrorLine(PrintStream err, boolean verbose) {
    this.err = err;
    this.verbose = verbose;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    StringBuilder line = new StringBuilder(oneLine(failure));
    if (failure instanceof UnmatchedArgumentException unmatched) {
      // picocli's word for a mistyped command; suggestions are for options and commands alike
      for (String suggestion : unmatched.getSuggestions().stream().limit(1).toList()) {
        line.append("; did you mean ").append(suggestion).append('?');
      }
    }
    String name = command.getCommandSpec().qualifiedName();
    return print(Millrace.BAD_USAGE, line + "; see " + name + " --help", failure);
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult parseResult) {
    return report(failure);
  }

  int report(Throwable thrown) {
    Throwable failure = Exceptions.unwrap(thrown);
    if (failure instanceof OutputClosed) {
      return verbose ? print(Millrace.FAILED, oneLine(failure), failure) : Millrace.FAILED;
    }
    if (failure instanceof UsageError || refusesModule(failure)) {
      return print(Millrace.BAD_USAGE, oneLine(failure), failure);
    }
    if (failure instanceof WorkerException
        || failure instanceof UncheckedIOException
        || failure instanceof IOException) {
      return print(Millrace.FAILED, oneLine(failure), failure);
    }
    if (failure instanceof OutOfMemoryError) {
      String advice = "; give more with MILLRACE_OPTS=-Xmx2g, or lower --workers";
      return print(Millrace.FAILED, "out of memory: " + oneLine(failure) + advice, failure);
    }
    String what = failure.getClass().getSimpleName() + ": " + oneLine(failure);
    String hint = verbose ? "" : "; " + VERBOSE + " shows where";
    return print(Millrace.FAILED, "unexpected " + what + hint, failure);
  }

  /** Tells of one thing that failed while the others go on. */
  void reportOne(String what, long number, Throwable failure) {
    print(Millrace.FAILED, what + " " + number + ": " + oneLine(failure), failure);
  }

  /** A failure's message, whatever line breaks it holds. */
  static String oneLine(Throwable failure) {
    if (failure instanceof FileSystemException file && file.getReason() == null) {
      // these say the file's name only, and keep what is wrong with it in their type
      return file.getFile() + ": " + file.getClass().getSimpleName();
    }
    String message = failure.getMessage();
    return message == null
        ? failure.getClass().getSimpleName()
        : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static boolean refusesModule(Throwable failure) {
    return failure instanceof WorkerException.ModuleRejected
        || failure instanceof WorkerException.CapabilityDenied
        || failure instanceof WorkerException.AbiMismatch;
  }

  private int print(int exitCode, String line, Throwable failure) {
    err.println("millrace: " + line);
    if (verbose) {
      failure.printStackTrace(err);
    }
    return exitCode;
  }
}
