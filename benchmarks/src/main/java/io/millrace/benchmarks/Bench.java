package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace bench}: runs profiles and writes their figures. */
@Command(
    name = "millrace bench",
    mixinStandardHelpOptions = true,
    versionProvider = BenchVersion.class,
    description = {
      "Measures, and writes named figures. Use a quiet machine. Each profile takes up to a minute, "
          + "peers four, all together some twelve; with --quick less than three.",
      "",
      "A profile is valid when nothing in its run speaks against its figures: no call failed, "
          + "Little's law holds, ratios have at least six pairs, the middle half of which spans at "
          + "most 20 %% of the median. Rates and times by themselves are not checked for scatter, "
          + "but for the limits and what a feature costs in dispatch. A figure is uncertain when its "
          + "rounds scatter more widely: its size is not to be relied upon, though who is ahead may "
          + "stand. Why is said with each.",
      "",
      "The files are written anew after each profile, so an interrupt loses none that is done.",
    },
    footer = {
      "",
      "Exit codes: 0 done; 1 a run failed or cannot be trusted; 2 bad usage.",
      "",
      "Example: millrace bench memory --json memory.json",
      "         millrace bench --quick --json out.json --html report.html",
      "         millrace bench compare old.json new.json",
    },
    subcommands = {BenchCompare.class, BenchResults.class})
public final class Bench implements Callable<Integer> {

  private static final int DONE = 0;
  private static final int NOT_VALID = 1;

  /** All profiles there are. */
  static final List<Profile> PROFILES =
      List.of(
          new MemoryProfile(),
          new ResetProfile(),
          new ColdStartProfile(),
          new DispatchProfile(),
          new ScalingProfile(),
          new OverloadProfile(),
          new CancelProfile(),
          new ZeroCopyProfile(),
          new PeersProfile(),
          new ArticleProfile(),
          new StartupProfile(),
          new BottleneckProfile(),
          new LazyProfile(),
          new LoadProfile());

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "PROFILE",
      arity = "0..*",
      description = "What to measure; all unless some are named. --list tells what there is.")
  private List<String> names = new ArrayList<>();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to FILE as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a report to FILE: one page that needs nothing else.")
  private @Nullable Path html;

  @Option(names = "--quick", description = "Shorter runs: all profiles in less than three minutes.")
  private boolean quick;

  @Option(names = "--full", description = "Longer runs: as long as it takes.")
  private boolean full;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "Draw the order of turns as a run with this seed did; drawn, too, by default.")
  private @Nullable Long seed;

  @Option(names = "--list", description = "Say which profiles there are, and end.")
  private boolean list;

  private final List<Profile> profiles;

  private Bench(List<Profile> profiles) {
    this.profiles = profiles;
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(run(PROFILES, args, new PrintWriter(System.out, true, StandardCharsets.UTF_8)));
  }

  /** The same within a process; bad usage goes to {@code out} too. */
  static int run(List<Profile> profiles, String[] args, PrintWriter out) {
    return new CommandLine(new Bench(profiles))
        .setOut(out)
        .setErr(out)
        .setParameterExceptionHandler(
            (bad, words) -> {
              bad.getCommandLine().getErr().println("millrace bench: " + bad.getMessage());
              return bad.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      for (Profile each : profiles) {
        out.printf(
            Locale.ROOT,
            "%-12s %s (%d s with --quick)%n",
            each.name(),
            each.description(),
            each.quickSeconds());
      }
      return DONE;
    }
    if (quick && full) {
      throw new ParameterException(spec.commandLine(), "--quick and --full exclude each other");
    }
    Effort.choose(quick ? Effort.QUICK : full ? Effort.FULL : Effort.NORMAL);
    Turns.choose(seed == null ? new SecureRandom().nextInt(1_000_000) : seed);
    List<Profile> chosen = chosen();
    requireWritable("--json", json);
    requireWritable("--html", html);
    BenchRun run = new BenchRun(out, chosen);
    ReportData data = save(run); // whatever ends the run from now on, the files are of this run
    for (Profile each : chosen) {
      if (run.isInterrupted()) {
        break;
      }
      run.measure(each);
      data = save(run);
    }
    if (chosen.size() > 1 || html != null) {
      out.print(new MarkdownSummary(data).text());
    }
    run.printTotal();
    if (run.isInterrupted()) { // the files are written, which an interrupted thread cannot do
      Thread.currentThread().interrupt();
    }
    return run.isValid() ? DONE : NOT_VALID;
  }

  /** Writes what is measured by now, which an interrupt or a crash then leaves. */
  private ReportData save(BenchRun run) throws IOException {
    JsonMapper mapper = new JsonMapper();
    ReportData data = new ReportData(mapper.valueToTree(run.all(words())));
    boolean last = run.isComplete() || run.isInterrupted();
    if (json != null) {
      String text = mapper.writerWithDefaultPrettyPrinter().writeValueAsString(data.root());
      new RunFile(json).write(text, last);
    }
    if (html != null) {
      new RunFile(html).write(new HtmlReport(data).page(), last);
    }
    return data;
  }

  /** What was typed; of files their names, since where they lie is nobody else's business. */
  private List<String> words() {
    List<String> words = new ArrayList<>(spec.commandLine().getParseResult().originalArgs());
    for (Path file : Arrays.asList(json, html)) {
      if (file != null && file.getFileName() != null) {
        words.replaceAll(each -> each.replace(file.toString(), file.getFileName().toString()));
      }
    }
    return words;
  }

  private List<Profile> chosen() {
    if (names.isEmpty()) {
      return profiles;
    }
    List<Profile> chosen = new ArrayList<>();
    for (String name : new LinkedHashSet<>(names)) {
      chosen.add(
          profiles.stream()
              .filter(each -> each.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new ParameterException(
                          spec.commandLine(),
                          "there is no profile " + name + ", there is: " + known())));
    }
    return chosen;
  }

  private void requireWritable(String option, @Nullable Path file) {
    if (file == null) {
      return;
    }
    try {
      new RunFile(file).requireWritable();
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), option + " " + file + " cannot be written", e);
    }
  }

  private String known() {
    return profiles.stream().map(Profile::name).collect(Collectors.joining(", "));
  }
}
