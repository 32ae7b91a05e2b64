package io.millrace.cli;

import io.millrace.instance.AbiDescriptor;
import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.instance.ModuleSource;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.WorkerPool;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace invoke}: any module, any function of it that fits, any number of records. */
@Command(
    name = "invoke",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Calls a function of a module once for each record of the input.",
      "Replies come in the order of the records. A record that fails is reported with its number "
          + "and leaves an empty record in the output.",
    },
    footer = {
      "",
      "Example: printf 'one\\ntwo\\n' | millrace invoke c-digest.wasm sha256",
    })
final class InvokeCommand implements Callable<Integer> {

  private static final String STANDARD = "-";

  /**
   * Records can be tiny and guests quick: with less room ahead of them, workers fall asleep between
   * batches (SHA-256 of 100-byte lines: 0.67 M/s with 1024, 0.99 M/s with this). Memory is bounded
   * by {@link FlightBudget} all the same.
   */
  private static final int INBOX = 16 * 1024;

  private final Stdio stdio;
  private final ErrorLine errors;

  @Mixin private RunOptions options = new RunOptions();

  @Parameters(index = "0", paramLabel = "MODULE", description = "A .wasm file.")
  private Path module = Path.of("");

  @Parameters(index = "1", paramLabel = "FUNCTION", description = "One of its exports.")
  private String function = "";

  @Option(
      names = "--input",
      paramLabel = "FILE",
      defaultValue = STANDARD,
      description = "Where records come from. Default: - for standard input.")
  private String input = STANDARD;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      defaultValue = STANDARD,
      description = "Where replies go. Default: - for standard output.")
  private String output = STANDARD;

  @Option(
      names = "--frame",
      paramLabel = "FRAME",
      defaultValue = "lines",
      converter = Frame.Converter.class,
      description = {
        "How records lie in the input, and replies in the output. Default: lines.",
        "lines: each ends at a line feed. whole: all input is one record. length-prefixed: each "
            + "behind its length, 4 bytes, little-endian.",
      })
  private Frame frame = Frame.LINES;

  @Option(
      names = "--deadline",
      paramLabel = "DURATION",
      converter = Amounts.DurationConverter.class,
      description = "How long a record may take: 500ms, 2s, 1m. Default: no limit.")
  private @Nullable Duration deadline;

  @Option(
      names = "--payload-limit",
      paramLabel = "BYTES",
      defaultValue = "16MiB",
      converter = Amounts.BytesConverter.class,
      description = "The largest record and the largest reply. Default: 16MiB.")
  private int payloadLimitBytes;

  @Option(
      names = "--abi",
      paramLabel = "FILE",
      converter = AbiFile.Converter.class,
      description = "How bytes cross, as JSON. Default: what the module's exports speak for.")
  private @Nullable AbiDescriptor abi;

  InvokeCommand(Stdio stdio, ErrorLine errors) {
    this.stdio = stdio;
    this.errors = errors;
  }

  @Override
  public Integer call() throws IOException {
    // All that can be wrong with the files is found before the module is compiled, and nothing of
    // them is read or written before the module and the function are known to be good.
    Path json = options.summaryFile();
    requireUsableOutput();
    requireDifferentFiles(json);
    InstancePoolBuilder pool =
        InstancePool.builder(ModuleSource.of(module)).payloadLimitBytes(payloadLimitBytes);
    if (abi != null) {
      pool.abi(abi);
    }
    try (InputStream in = openInput();
        InstancePool guests = pool.build()) {
      Objects.requireNonNull(guests.load().block()).requireFunction(function);
      try (OutputStream out = openOutput();
          WorkerPool workers = options.workersOver(guests, INBOX)) {
        RunStats stats = new RunStats();
        run(in, out, workers, stats);
        if (json != null) {
          stats.summary(workers.metrics().workers(), guests.metrics()).writeTo(json);
        }
        return stats.allWell() ? Millrace.DONE : Millrace.FAILED;
      }
    }
  }

  private void run(InputStream in, OutputStream out, WorkerPool workers, RunStats stats) {
    DeadlineWindow window = new DeadlineWindow(workers.metrics().workers(), deadline);
    FlightBudget budget = new FlightBudget(payloadLimitBytes, window);
    RecordReader reader = frame.reader(in, payloadLimitBytes);
    try (Conveyor conveyor = new Conveyor()) {
      ReplyWriter writer = new ReplyWriter(frame, out, workers, conveyor, budget, stats, errors);
      RecordStream records =
          new RecordStream(reader, budget, stats, this::invocation, writer::refuse);
      conveyor.run(workers, records::emit, writer);
    }
  }

  private Invocation invocation(Payload payload) {
    return Invocation.of(function, payload).withDeadline(deadline);
  }

  private void requireUsableOutput() {
    if (output.equals(STANDARD)) {
      return;
    }
    UserFiles.requireWritable("--output", Path.of(output));
  }

  /** Nothing that is written may be the module, the input or the other thing that is written. */
  private void requireDifferentFiles(@Nullable Path json) {
    Map<String, Path> written = new LinkedHashMap<>();
    if (!output.equals(STANDARD)) {
      written.put("--output", Path.of(output));
    }
    if (json != null) {
      written.put("--json", json);
    }
    written.forEach(
        (option, file) -> {
          UserFiles.requireDifferent(option, file, "the module", module);
          if (!input.equals(STANDARD)) {
            UserFiles.requireDifferent(option, file, "the input", Path.of(input));
          }
        });
    if (written.size() == 2) {
      UserFiles.requireDifferent(
          "--json", Objects.requireNonNull(json), "the output", Path.of(output));
    }
  }

  private InputStream openInput() {
    return input.equals(STANDARD) ? stdio.in() : UserFiles.openInput(Path.of(input));
  }

  private OutputStream openOutput() {
    return output.equals(STANDARD) ? stdio.out() : UserFiles.openOutput(Path.of(output));
  }
}
