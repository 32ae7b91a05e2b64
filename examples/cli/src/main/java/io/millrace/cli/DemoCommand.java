package io.millrace.cli;

import io.millrace.instance.InstancePool;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.GuestFunction;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.WorkerPool;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import reactor.core.publisher.SynchronousSink;

/** {@code millrace demo}: a Go SDK that checks tokens, against the JDK. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Sends JWT requests to a Go SDK compiled to WebAssembly, through a pool of workers.",
      "Compares each verdict with one computed by the JDK's own crypto.",
    },
    footer = {"", "Example: millrace demo --workers 4 --json summary.json"})
final class DemoCommand implements Callable<Integer> {

  private static final String MODULE = "/io/millrace/guests/go-auth.wasm";

  private static final int INBOX = 1024;

  private final Stdio stdio;
  private final ErrorLine errors;

  @Mixin private RunOptions options = new RunOptions();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How many requests. Default: 20000.")
  private int count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "2026",
      description = "Which requests: the same seed gives the same ones. Default: 2026.")
  private long seed;

  DemoCommand(Stdio stdio, ErrorLine errors) {
    this.stdio = stdio;
    this.errors = errors;
  }

  @Override
  public Integer call() {
    options.atLeastOne("--count", count);
    Path json = options.summaryFile();
    RunStats stats = new RunStats();
    try (InstancePool guests =
        InstancePool.builder(ModuleSource.resource(DemoCommand.class, MODULE)).build()) {
      stdio.err().println("millrace: compiling the SDK");
      guests.load().block();
      try (WorkerPool workers = options.workersOver(guests, INBOX);
          Conveyor conveyor = new Conveyor()) {
        Progress progress = new Progress(stdio.err(), stdio.interactive(), count);
        GuestFunction<String, String> authenticate = new AuthSdk(workers).authenticate();
        DemoCheck check = new DemoCheck(stats, progress, errors);
        conveyor.run(workers, requests(authenticate, stats), check);
        report(stats.summary(workers.metrics().workers(), guests.metrics()), check, json);
      }
    }
    return stats.allWell() ? Millrace.DONE : Millrace.FAILED;
  }

  /** Made one by one as the pool has room, so that memory does not depend on their number. */
  private Consumer<SynchronousSink<Invocation>> requests(
      GuestFunction<String, String> authenticate, RunStats stats) {
    DemoRequests requests = new DemoRequests(seed);
    AtomicInteger next = new AtomicInteger();
    return sink -> {
      int index = next.getAndIncrement();
      if (index >= count) {
        sink.complete();
        return;
      }
      Invocation invocation = authenticate.invocation(requests.at(index).input());
      stats.started();
      sink.next(invocation);
    };
  }

  private void report(Summary summary, DemoCheck check, @Nullable Path json) {
    PrintWriter out = stdio.text();
    out.print(DemoTable.of(summary, check.byReason()));
    out.flush();
    if (json != null) {
      summary.writeTo(json);
    }
  }
}
