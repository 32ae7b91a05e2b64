package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {

  private static final int SECONDS = 20;

  /** Says nothing, and does not end. */
  static final class Silent {
    public static void main(String[] args) throws Exception {
      Thread.sleep(TimeUnit.MINUTES.toMillis(5));
    }
  }

  /** Says its number, and goes on for long, unless whoever started it ends. */
  static final class Watching {
    public static void main(String[] args) throws Exception {
      ParentWatch.start();
      System.out.println(ProcessHandle.current().pid());
      Thread.sleep(TimeUnit.MINUTES.toMillis(5));
    }
  }

  /** Starts the class that it is told to, passes on what that says, and ends when told so. */
  static final class Parent {
    public static void main(String[] args) throws Exception {
      Class<?> main = Class.forName(args[0]);
      ChildProcess child =
          ChildProcess.jvm("grandchild", ChildProcess.ownJava(), List.of(), main, args);
      System.out.println(main == Silent.class ? child.pid() : Long.parseLong(child.line(SECONDS)));
      if (System.in.read() >= 0) {
        System.exit(0);
      }
    }
  }

  /** Says how it was called, then fails. */
  static final class Failing {
    public static void main(String[] args) {
      System.out.println(String.join(" ", args));
      System.exit(3);
    }
  }

  /** Complains at length, then fails. */
  static final class Complaining {
    public static void main(String[] args) {
      for (int i = 0; i < 10_000; i++) {
        System.err.println("complaint " + i);
      }
      System.exit(4);
    }
  }

  private static ChildProcess jvm(Class<?> main, String... args) throws Exception {
    return ChildProcess.jvm("the child", ChildProcess.ownJava(), List.of(), main, args);
  }

  @Test
  @Timeout(SECONDS)
  void whoSaysNothingIsEndedAndNamedWithTheLimit() throws Exception {
    try (ChildProcess child = jvm(Silent.class)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> child.line(1))
          .withMessageStartingWith("the child gave no answer within 1 s: ended it");
      assertThat(child.isAlive()).isFalse();
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> ChildJvm.line(1, Silent.class, "for", "long"))
        .withMessageContaining("the JVM of Silent for long gave no answer within 1 s");
  }

  @Test
  void whoDoesNotEndAfterItsAnswerIsEnded() throws Exception {
    try (ChildProcess child = jvm(Watching.class)) {
      child.line(SECONDS);
      assertThatIllegalStateException()
          .isThrownBy(() -> child.awaitEnd(1))
          .withMessageStartingWith("the child did not end within 1 s: ended it");
      assertThat(child.isAlive()).isFalse();
    }
  }

  @Test
  void whoFailsIsNamedWithItsExitCode() throws Exception {
    try (ChildProcess child = jvm(Failing.class, "some", "words")) {
      assertThat(child.line(SECONDS)).isEqualTo("some words");
      assertThatIllegalStateException()
          .isThrownBy(() -> child.line(SECONDS))
          .withMessageStartingWith("the child ended without an answer, exit code 3");
      assertThatIllegalStateException()
          .isThrownBy(() -> child.awaitEnd(SECONDS))
          .withMessageStartingWith("the child failed, exit code 3");
    }
  }

  @Test
  void whatItComplainedOfLastIsTold() throws Exception {
    try (ChildProcess child = jvm(Complaining.class)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> child.line(SECONDS))
          .withMessage(
              "the child ended without an answer, exit code 4: complaint 9995 | complaint 9996"
                  + " | complaint 9997 | complaint 9998 | complaint 9999");
    }
  }

  @Test
  void anInstallationThatBrokeHalfWayIsMadeAnew(@TempDir Path parent) throws Exception {
    Path directory = parent.resolve("package-1.0");
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                NpmInstall.once(
                    directory,
                    into -> {
                      Files.createDirectories(into.resolve("node_modules/package"));
                      throw new IllegalStateException("no network");
                    }));
    assertThat(parent).isEmptyDirectory();
    NpmInstall.once(directory, into -> Files.writeString(into.resolve("whole"), "yes"));
    NpmInstall.once(directory, into -> Files.writeString(into.resolve("again"), "no"));
    assertThat(directory).isDirectoryContaining("glob:**/whole");
    assertThat(directory.resolve("again")).doesNotExist();
    assertThat(parent.toFile().list()).containsExactly("package-1.0");
  }

  @Test
  void anotherJdkIsFoundByTheEnvironmentThenInTheUsualPlaces(@TempDir Path parent)
      throws Exception {
    Path older = jdk(parent.resolve("all/a"), "2.5");
    Path usual = jdk(parent.resolve("all/b/Contents/Home"), "25.0.1");
    Path named = jdk(parent.resolve("named"), "25");
    List<Path> places = List.of(parent.resolve("none"), parent.resolve("all"));
    Map<String, String> environment =
        Map.of("JAVA_HOME", older.toString(), "JAVA_HOME_25_X64", named.toString());
    assertThat(OtherJava.find(25, environment, places)).isEqualTo(named.resolve("bin/java"));
    assertThat(OtherJava.find(25, Map.of("JAVA25_HOME", older.toString()), places))
        .isEqualTo(usual.resolve("bin/java"));
    assertThatIllegalStateException()
        .isThrownBy(() -> OtherJava.find(26, environment, places))
        .withMessage("there is no JDK 26: set JAVA26_HOME to one");
  }

  @Test
  void graalsCompilerGetsItsPartsAsModules() {
    String classPath = String.join(File.pathSeparator, "lib/word-25.jar", "lib/wasm-25.jar");
    assertThat(GraalCompiler.flags(Path.of("compiler.jar"), classPath))
        .contains("-XX:+EnableJVMCI")
        .last()
        .isEqualTo("--upgrade-module-path=compiler.jar" + File.pathSeparator + "lib/word-25.jar");
  }

  @Test
  void aGraalVmSaysThatItHasTheCompiler(@TempDir Path directory) throws Exception {
    Path java = jdk(directory.resolve("jdk"), "25.0.2").resolve("bin/java");
    assertThat(GraalCompiler.isIn(java)).isFalse();
    Files.writeString(
        directory.resolve("jdk/release"), "JAVA_VERSION=\"25.0.2\"\nGRAALVM_VERSION=\"25.0.2\"\n");
    assertThat(GraalCompiler.isIn(java)).isTrue();
    assertThat(GraalCompiler.isIn(directory.resolve("bin/java"))).isFalse();
  }

  private static Path jdk(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.createFile(home.resolve("bin/java")).toFile().setExecutable(true);
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  @Test
  void childrenEndWithWhoeverIsKilledThatStartedThem() throws Exception {
    try (ChildProcess parent = jvm(Parent.class, Watching.class.getName())) {
      ProcessHandle grandchild = handle(parent.line(SECONDS));
      ProcessHandle.of(parent.pid()).orElseThrow().destroyForcibly();
      grandchild.onExit().get(SECONDS, TimeUnit.SECONDS);
    }
  }

  @Test
  void whatIsLeftEndsWithTheRun() throws Exception {
    try (ChildProcess parent = jvm(Parent.class, Silent.class.getName())) {
      ProcessHandle grandchild = handle(parent.line(SECONDS));
      parent.say("end");
      parent.awaitEnd(SECONDS);
      grandchild.onExit().get(SECONDS, TimeUnit.SECONDS);
    }
  }

  /** The one that is in the middle of something, too. */
  @Test
  void aPeersProcessEndsWithItsInput() throws Exception {
    try (ChildProcess peer =
        ChildProcess.jvm(
            "the peer", ChildProcess.ownJava(), List.of(), PeerMain.class, "EXTISM", "1")) {
      assertThat(peer.line(SECONDS)).startsWith("ready " + PeerCall.SHA256.reply() + " Java ");
      peer.say("SHA256 2000000000 4 false");
      peer.hangUp();
      peer.awaitEnd(SECONDS);
    }
  }

  private static ProcessHandle handle(String pid) {
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }
}
