package io.millrace.webidl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ContractReaderTest {

  @Test
  void anInterfaceIsReadWithItsOperations() throws BadContractException {
    Contract contract =
        ContractReader.read(
            """
            // a comment
            [Exposed=(Window,Worker)]
            interface Sdk {
              Promise<undefined> init();
              [NewObject] Promise<Uint8Array> invoke(USVString name, Uint8Array payload);
              /* another */ Promise<USVString> greet(USVString name);
              Promise<undefined> feed([Clamp] Float64Array numbers);
            };
            """);

    assertThat(contract.name()).isEqualTo("Sdk");
    assertThat(contract.operations())
        .extracting(Contract.Operation::name)
        .containsExactly("init", "invoke", "greet", "feed");
    Contract.Operation feed = contract.operations().get(3);
    assertThat(feed.result()).isEqualTo(Optional.empty());
    assertThat(feed.arguments()).containsExactly(new Contract.Argument("numbers", IdlType.DOUBLES));
  }

  @Test
  void whatIsAKeywordInOneOfTheTwoLanguagesOnlyCanBeWritten() throws BadContractException {
    Contract contract =
        ContractReader.read(
            """
            interface Sdk {
              Promise<USVString> _getter(USVString async);
              Promise<USVString> includes(USVString _optional);
            };
            """);
    assertThat(contract.operations())
        .extracting(Contract.Operation::name)
        .containsExactly("getter", "includes");
    assertThat(contract.operations())
        .extracting(each -> each.arguments().get(0).name())
        .containsExactly("async", "optional");
  }

  private static Arguments bad(String member, String problem) {
    return Arguments.of("interface Sdk {\n  " + member + "\n};", problem);
  }

  static Stream<Arguments> problems() {
    String text = "Promise<USVString> ";
    return Stream.of(
        bad("readonly attribute long x;", "2:3: readonly is not supported: use operations only"),
        bad("const long X = 1;", "2:3: const is not supported: use operations only"),
        bad("constructor(USVString x);", "2:3: constructor is not supported: use operations only"),
        bad("iterable<USVString>;", "2:3: iterable is not supported: use operations only"),
        bad(text + "f(Sdk other);", "2:24: Sdk does not cross: use one of Uint8Array, USVString, "),
        bad(text + "f((USVString or long) x);", "2:24: (USVStringorlong) does not cross: "),
        bad(text + "f(sequence<octet> x);", "2:24: sequence<octet> does not cross: "),
        bad(text + "f(USVString? x);", "2:24: USVString? does not cross: "),
        bad(text + "f(unsigned long x);", "2:24: unsignedlong does not cross: "),
        bad(text + "f();", "2:3: f has 0 arguments: a guest's function is given one"),
        bad(
            text + "f(USVString a, USVString b);",
            "2:3: f has 2 arguments: a guest's function is given one"),
        bad(
            text + "f(optional USVString a = \"x\");",
            "2:24: optional and variadic arguments are not supported: pass all in one"),
        bad(
            text + "f(USVString... a);",
            "2:24: optional and variadic arguments are not supported: pass all in one"),
        bad(
            "USVString f(USVString a);",
            "2:3: USVString comes later from a worker: write Promise<..>"),
        bad("Promise<Sdk> f(USVString a);", "2:11: Sdk does not cross: "),
        bad(text + "init();", "2:3: init is Promise<undefined> init(): guests are started without"),
        bad(text + "class(USVString a);", "2:22: class is no name in Java: "),
        bad(text + "pool(USVString a);", "2:22: pool means something else in the Java face: "),
        bad(text + "hashCode(USVString a);", "2:22: hashCode means something else "),
        bad(text + "wait(USVString a);", "2:22: wait means something else "),
        bad(text + "getClass(USVString a);", "2:22: getClass means something else "),
        bad(text + "Codecs(USVString a);", "2:22: Codecs means something else "),
        bad(text + "invoke(USVString pool, Uint8Array b);", "2:39: pool means something else "),
        bad(text + "invoke(USVString a, Uint8Array a);", "2:53: a stands there twice: "),
        bad(text + "interface(USVString a);", "2:22: interface is a keyword of WebIDL: write _"),
        bad(text + "getter(USVString a);", "2:22: getter is a keyword of WebIDL: write _getter "),
        bad(text + "_interface(USVString a);", "2:22: interface is no name in Java: "),
        bad(text + "f(USVString const);", "2:34: const is no name in Java: "),
        bad(text + "f(USVString optional);", "2:34: optional is a keyword of WebIDL: "),
        Arguments.of(
            "interface Mono { " + text + "f(USVString a); };",
            "1:11: Mono means something else in the Java face: choose another name"),
        Arguments.of(
            "interface record { " + text + "f(USVString a); };",
            "1:11: record is no name of a class in Java: choose another one"),
        Arguments.of(
            "interface mixin M { " + text + "f(USVString a); };",
            "1:1: interface mixin is not supported: use one interface"),
        Arguments.of("A includes M;", "1:1: includes is not supported: use one interface"),
        bad(
            text + "f(USVString a); " + text + "f(Uint8Array a);",
            "2:38: f stands there twice: guests cannot overload"),
        bad("Promise<undefined> init();", "1:1: there is no operation but init: "),
        bad(text + "f(USVString a)", "3:1: extraneous input '}' expecting ';'"),
        bad(text + "f(USVString \u00e4);", "2:34: "),
        Arguments.of("", "1:1: there is no interface: a contract is one"),
        Arguments.of(
            "dictionary D { long a; };", "1:1: dictionary is not supported: use one interface"),
        Arguments.of("enum E { \"a\", \"b\" };", "1:1: enum is not supported: use one interface"),
        Arguments.of("typedef long L;", "1:1: typedef is not supported: use one interface"),
        Arguments.of(
            "interface A { Promise<USVString> f(USVString a); };\ninterface B {};",
            "2:1: a second interface: a contract is one"),
        Arguments.of(
            "interface A : B { Promise<USVString> f(USVString a); };",
            "1:13: inheritance is not supported: name all operations here"));
  }

  @ParameterizedTest
  @MethodSource("problems")
  void whatHasNoMeaningIsRefusedWithItsPlace(String idl, String problem) {
    assertThatThrownBy(() -> ContractReader.read(idl))
        .isInstanceOfSatisfying(
            BadContractException.class,
            bad -> assertThat(bad.problems().get(0).toString()).startsWith(problem));
  }

  @Test
  void allProblemsAreNamedAtOnce() {
    assertThatThrownBy(
            () -> ContractReader.read("interface A {\n attribute long x;\n USVString f();\n};"))
        .isInstanceOfSatisfying(
            BadContractException.class,
            bad ->
                assertThat(bad.problems()).extracting(IdlProblem::line).containsExactly(2, 3, 3));
  }
}
