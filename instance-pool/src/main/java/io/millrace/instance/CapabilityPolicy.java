package io.millrace.instance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What guests of a pool may reach through WASI beyond their own memory. Sockets, signals, and files
 * and directories of the host are in no policy: there is no code that would reach them. Immutable.
 *
 * <pre>{@code
 * CapabilityPolicy tenants = CapabilityPolicy.NONE.withEnvironment("REGION", "eu");
 * InstancePoolBuilder granted = InstancePool.builder(module).capabilities(tenants);
 * }</pre>
 *
 * @param args what args_get answers, by custom the program's name first
 * @param environment what environ_get answers
 * @param clock what the clocks show
 * @param random where random_get gets its bytes
 * @param output who gets what is written to standard output and error; {@code null} drops it
 * @param outputLimitBytes how much of it is kept for one invocation and one stream
 * @param files what can be opened; {@code null} for no file system at all
 */
public record CapabilityPolicy(
    List<String> args,
    Map<String, String> environment,
    GuestClock clock,
    GuestRandom random,
    @Nullable GuestOutput output,
    int outputLimitBytes,
    @Nullable GuestFiles files) {

  /**
   * The default: real clocks and secure random bytes. No arguments, no environment, no files; what
   * is written to standard output and error is dropped.
   */
  public static final CapabilityPolicy NONE =
      new CapabilityPolicy(
          List.of(), Map.of(), new GuestClock.Real(), new GuestRandom.Secure(), null, 0, null);

  /**
   * Copies and checks the parts.
   *
   * @throws IllegalArgumentException when a string holds a NUL, a name is empty or holds {@code =},
   *     or the limit is negative
   */
  public CapabilityPolicy {
    args = List.copyOf(args);
    // Kept in the given order, which the guest sees.
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(random, "random");
    args.forEach(each -> requireNoNul("argument", each));
    environment.forEach(CapabilityPolicy::requireVariable);
    if (outputLimitBytes < 0) {
      throw new IllegalArgumentException(
          "outputLimitBytes is " + outputLimitBytes + ": it must be 0 or more");
    }
  }

  /** The same with these arguments, and no others. */
  public CapabilityPolicy withArgs(String... args) {
    return new CapabilityPolicy(
        List.of(args), environment, clock, random, output, outputLimitBytes, files);
  }

  /** The same with this variable too. */
  public CapabilityPolicy withEnvironment(String name, String value) {
    return withVariables(Map.of(name, value));
  }

  /**
   * The same with these variables of the host's own environment too, as they are now. Those that
   * are not set are left out.
   */
  public CapabilityPolicy withHostEnvironment(String... names) {
    Map<String, String> copied = new LinkedHashMap<>();
    for (String name : names) {
      String value = System.getenv(name);
      if (value != null) {
        copied.put(name, value);
      }
    }
    return withVariables(copied);
  }

  private CapabilityPolicy withVariables(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.putAll(more);
    return new CapabilityPolicy(args, all, clock, random, output, outputLimitBytes, files);
  }

  /** The same with another clock. */
  public CapabilityPolicy withClock(GuestClock clock) {
    return new CapabilityPolicy(args, environment, clock, random, output, outputLimitBytes, files);
  }

  /** The same with another source of random bytes. */
  public CapabilityPolicy withRandom(GuestRandom random) {
    return new CapabilityPolicy(args, environment, clock, random, output, outputLimitBytes, files);
  }

  /**
   * The same with standard output and error captured. While an instance runs it may take some ten
   * times {@code limitBytes} of heap for it; a guest that writes more is told that it succeeded,
   * and the rest is counted and dropped.
   *
   * @param limitBytes for one invocation and one stream
   */
  public CapabilityPolicy withOutput(int limitBytes, GuestOutput listener) {
    Objects.requireNonNull(listener, "listener");
    return new CapabilityPolicy(args, environment, clock, random, listener, limitBytes, files);
  }

  /** The same with these files to read, beneath the one preopened directory {@code /}. */
  public CapabilityPolicy withFiles(GuestFiles files) {
    Objects.requireNonNull(files, "files");
    return new CapabilityPolicy(args, environment, clock, random, output, outputLimitBytes, files);
  }

  /** The environment as {@code name=value}, one string for each variable. */
  List<String> variables() {
    List<String> all = new ArrayList<>();
    environment.forEach((name, value) -> all.add(name + "=" + value));
    return all;
  }

  private static void requireVariable(String name, String value) {
    requireNoNul("environment variable", name);
    requireNoNul("environment variable " + name, value);
    if (name.isEmpty() || name.contains("=")) {
      throw new IllegalArgumentException(
          "environment variable \"" + name + "\": a name must not be empty nor hold a =");
    }
  }

  private static void requireNoNul(String what, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          what + " holds a NUL character: a guest would see no more than what is before it");
    }
  }
}
