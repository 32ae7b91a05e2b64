package io.millrace.webidl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.pipeline.GuestFunction;
import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.WorkerPool;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

class FaceGeneratorTest {

  private static final String IDL =
      """
      interface Sdk {
        Promise<undefined> init();
        Promise<Uint8Array> invoke(USVString name, Uint8Array payload);
        Promise<USVString> greet(USVString name);
        Promise<undefined> feed(Float64Array feed);
      };
      """;

  private final Path folder;

  FaceGeneratorTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Path contract(String idl) throws IOException {
    return Files.writeString(folder.resolve("sdk.webidl"), idl);
  }

  @Test
  void theFaceCompilesWithoutAWarningAndCallsTheGuestsFunctions() throws Exception {
    FaceGenerator.generate(contract(IDL), folder.resolve("src"), "made.here");
    Sources.compile(folder.resolve("classes"), folder.resolve("src/made/here/Sdk.java"));

    List<Invocation> calls = new ArrayList<>();
    try (URLClassLoader classes =
            new URLClassLoader(new URL[] {folder.resolve("classes").toUri().toURL()});
        WorkerPool pool = recording(calls)) {
      Class<?> face = classes.loadClass("made.here.Sdk");
      Object sdk = face.getConstructor(WorkerPool.class).newInstance(pool);
      Object greet = face.getMethod("greet", String.class).invoke(sdk, "you");
      assertThat(((Mono<?>) Objects.requireNonNull(greet)).block()).isEqualTo("answer");
      Object feed = face.getMethod("feed", double[].class).invoke(sdk, new double[1]);
      assertThat(((Mono<?>) Objects.requireNonNull(feed)).block()).isNull();
      Object invoked =
          face.getMethod("invoke", String.class, byte[].class).invoke(sdk, "other", new byte[0]);
      assertThat(((Mono<?>) Objects.requireNonNull(invoked)).block()).isEqualTo("answer");
      assertThat(calls).extracting(Invocation::function).containsExactly("greet", "feed", "other");
      assertThat(face.getMethod("greet").invoke(sdk)).isInstanceOf(GuestFunction.class);
      assertThat(face.getMethod("init").invoke(sdk)).isInstanceOf(Mono.class);
    }
  }

  @Test
  void initOfAContractWithoutFunctionsOfItsOwnStartsAGuestAndAsksItForNothing() throws Exception {
    String idl =
        """
        interface Sdk {
          Promise<undefined> init();
          Promise<Uint8Array> invoke(USVString name, Uint8Array payload);
        };
        """;
    FaceGenerator.generate(contract(idl), folder.resolve("src"), "made.here");
    Sources.compile(folder.resolve("classes"), folder.resolve("src/made/here/Sdk.java"));
    List<Invocation> calls = new ArrayList<>();
    try (URLClassLoader classes =
            new URLClassLoader(new URL[] {folder.resolve("classes").toUri().toURL()});
        WorkerPool pool = recording(calls, WorkerException.AbiMismatch::ofFunction)) {
      Class<?> face = classes.loadClass("made.here.Sdk");
      Object sdk = face.getConstructor(WorkerPool.class).newInstance(pool);
      Object init = face.getMethod("init").invoke(sdk);
      assertThat(((Mono<?>) Objects.requireNonNull(init)).block()).isNull();
      assertThat(calls).extracting(Invocation::deadline).containsExactly((Duration) null);
      Object unfit =
          face.getConstructor(WorkerPool.class)
              .newInstance(recording(calls, WorkerException.AbiMismatch::new));
      Object refused = face.getMethod("init").invoke(unfit);
      assertThatThrownBy(() -> ((Mono<?>) Objects.requireNonNull(refused)).block())
          .isInstanceOf(WorkerException.AbiMismatch.class);
    }
  }

  @Test
  void namesThatAreNoneInTheOtherLanguageCompile() throws Exception {
    String idl =
        """
        interface Sdk {
          Promise<USVString> _getter(USVString async);
          Promise<USVString> includes(USVString yield);
          Promise<USVString> record(USVString record);
          Promise<USVString> equals(USVString toString);
        };
        """;
    FaceGenerator.generate(contract(idl), folder.resolve("src"), "made.here");
    Sources.compile(folder.resolve("classes"), folder.resolve("src/made/here/Sdk.java"));
    assertThat(folder.resolve("classes/made/here/Sdk.class")).exists();
  }

  private static WorkerPool recording(List<Invocation> calls) {
    return recording(calls, null);
  }

  private static WorkerPool recording(
      List<Invocation> calls, @Nullable BiFunction<String, String, WorkerException> failing) {
    InvocationHandler handler =
        (proxy, method, args) -> {
          if (method.getName().equals("invoke")) {
            Invocation invocation = (Invocation) args[0];
            calls.add(invocation);
            if (failing != null) {
              return Mono.error(
                  failing.apply(
                      "there is no function " + invocation.function(), "call another one"));
            }
            return Mono.just(new Reply.Completed(invocation, "answer", 1, 1));
          }
          return method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, args) : null;
        };
    return (WorkerPool)
        Proxy.newProxyInstance(
            WorkerPool.class.getClassLoader(), new Class<?>[] {WorkerPool.class}, handler);
  }

  @Test
  void aFileThatWouldNotChangeIsLeftAlone() throws IOException {
    Path contract = contract(IDL);
    FaceGenerator.generate(contract, folder, "p");
    Path face = folder.resolve("p/Sdk.java");
    Files.setLastModifiedTime(face, FileTime.fromMillis(0));

    FaceGenerator.generate(contract, folder, "p");
    assertThat(Files.getLastModifiedTime(face)).isEqualTo(FileTime.fromMillis(0));

    FaceGenerator.generate(contract(IDL.replace("greet", "salute")), folder, "p");
    assertThat(face).content().contains("salute");
  }

  @Test
  void problemsAreToldWithFileLineAndColumn() throws IOException {
    Path contract = contract("interface Sdk {\n  attribute long x;\n};");
    assertThatThrownBy(() -> FaceGenerator.generate(contract, folder, "p"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "\n"
                + contract
                + ":2:3: attribute is not supported: use operations only"
                + "\n"
                + contract
                + ":1:1: there is no operation but init: a contract has one at"
                + " least");
    assertThatThrownBy(() -> FaceGenerator.main(new String[0]))
        .hasMessage("usage: FaceGenerator CONTRACT.webidl FOLDER PACKAGE");
  }
}
