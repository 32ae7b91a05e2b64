package io.millrace.cli;

import io.millrace.instance.InstancePool;
import io.millrace.pipeline.WorkerPool;
import io.millrace.scheduler.WorkerPoolConfig;
import io.millrace.scheduler.WorkerPools;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command that runs a pool. */
final class RunOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the summary there, as one JSON object.")
  private @Nullable Path json;

  private @Nullable Integer workers;
  private @Nullable Integer inbox;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Workers, each a thread and an instance. Default: the number of cores.")
  void workers(int count) {
    workers = within("--workers", count, WorkerPoolConfig.HIGHEST_WORKERS);
  }

  @Option(
      names = "--inbox",
      paramLabel = "N",
      description = "How many invocations may wait in the pool. Default: 1024; 16384 for invoke.")
  void inbox(int capacity) {
    inbox = within("--inbox", capacity, WorkerPoolConfig.HIGHEST_CAPACITY);
  }

  int atLeastOne(String option, int value) {
    if (value < 1) {
      throw new ParameterException(
          command.commandLine(), option + " is " + value + ": use 1 or more");
    }
    return value;
  }

  private int within(String option, int value, int highest) {
    if (value > highest) {
      throw new ParameterException(
          command.commandLine(), option + " is " + value + ": use " + highest + " or less");
    }
    return atLeastOne(option, value);
  }

  /** Where the summary goes; checked here, so that nobody waits for a run that cannot report. */
  @Nullable Path summaryFile() {
    if (json != null) {
      UserFiles.requireWritable("--json", json);
    }
    return json;
  }

  /** A pool as the user wants it, with {@code defaultInbox} for who does not say. */
  WorkerPool workersOver(InstancePool guests, int defaultInbox) {
    var builder = WorkerPools.over(guests).inboxCapacity(inbox == null ? defaultInbox : inbox);
    return (workers == null ? builder : builder.workers(workers)).build();
  }
}
