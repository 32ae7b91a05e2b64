package io.millrace.webidl;

import io.millrace.webidl.Contract.Argument;
import io.millrace.webidl.Contract.Operation;
import io.millrace.webidl.grammar.WebIdlLexer;
import io.millrace.webidl.grammar.WebIdlParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/** Reads a contract, and refuses what has no meaning between a host and its guest. */
final class ContractReader {

  private final List<IdlProblem> problems = new ArrayList<>();

  private ContractReader() {}

  /**
   * Reads WebIDL with exactly one interface.
   *
   * @throws BadContractException naming every problem, with line and column
   */
  static Contract read(String idl) throws BadContractException {
    return new ContractReader().contract(idl);
  }

  private Contract contract(String idl) throws BadContractException {
    WebIdlParser.DefinitionsContext tree = parse(idl);
    stopAtProblems(); // what could not be read is not worth looking at
    Contract contract = null;
    for (WebIdlParser.DefinitionContext each : tree.definition()) {
      if (each.unsupportedDefinition() != null) {
        refuse(each, name(each.unsupportedDefinition()) + " is not supported: use one interface");
      } else if (contract != null) {
        refuse(each, "a second interface: a contract is one");
      } else {
        contract = contract(each.interfaceDefinition());
      }
    }
    if (contract == null) {
      problems.add(new IdlProblem(1, 1, "there is no interface: a contract is one"));
    }
    stopAtProblems();
    return Objects.requireNonNull(contract);
  }

  private void stopAtProblems() throws BadContractException {
    if (!problems.isEmpty()) {
      throw new BadContractException(problems);
    }
  }

  private WebIdlParser.DefinitionsContext parse(String idl) {
    BaseErrorListener listener =
        new BaseErrorListener() {
          @Override
          public void syntaxError(
              Recognizer<?, ?> recognizer,
              @Nullable Object symbol,
              int line,
              int column,
              String message,
              @Nullable RecognitionException failure) {
            problems.add(new IdlProblem(line, column + 1, message));
          }
        };
    WebIdlLexer lexer = new WebIdlLexer(CharStreams.fromString(idl));
    lexer.removeErrorListeners();
    lexer.addErrorListener(listener);
    WebIdlParser parser = new WebIdlParser(new CommonTokenStream(lexer));
    parser.removeErrorListeners();
    parser.addErrorListener(listener);
    return parser.definitions();
  }

  private Contract contract(WebIdlParser.InterfaceDefinitionContext definition) {
    if (definition.inheritance() != null) {
      refuse(definition.inheritance(), "inheritance is not supported: name all operations here");
    }
    List<Operation> operations = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (WebIdlParser.MemberContext member : definition.member()) {
      if (member.unsupportedMember() != null) {
        refuse(member, member.getStart().getText() + " is not supported: use operations only");
      } else {
        Operation operation = operation(member.operation());
        if (!names.add(operation.name())) {
          refuse(member, operation.name() + " stands there twice: guests cannot overload");
        }
        operations.add(operation);
      }
    }
    if (operations.stream().allMatch(Operation::isInit)) {
      refuse(definition, "there is no operation but init: a contract has one at least");
    }
    return new Contract(identifier(definition.name, JavaNames.Place.CLASS), operations);
  }

  private static String name(WebIdlParser.UnsupportedDefinitionContext definition) {
    if (definition.INCLUDES() != null) {
      return definition.INCLUDES().getText();
    }
    String first = definition.getStart().getText();
    return definition.INTERFACE() == null ? first : first + " " + definition.MIXIN().getText();
  }

  private Operation operation(WebIdlParser.OperationContext operation) {
    String name = word(operation.name, JavaNames.Place.METHOD);
    List<Argument> arguments = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (WebIdlParser.ArgumentContext each : operation.argument()) {
      if (each.OPTIONAL() != null || each.literal() != null || each.ELLIPSIS() != null) {
        refuse(each, "optional and variadic arguments are not supported: pass all in one");
      }
      String argument = word(each.name, JavaNames.Place.ARGUMENT);
      if (!names.add(argument)) {
        refuse(each.name, argument + " stands there twice: name each argument once");
      }
      type(each.idlType()).ifPresent(type -> arguments.add(new Argument(argument, type)));
    }
    Operation read = new Operation(name, arguments, result(operation.idlType()));
    int given = operation.argument().size();
    if (read.isInit() ? given != 0 || read.result().isPresent() : given != 1 && !isInvoke(read)) {
      refuse(
          operation,
          read.isInit()
              ? "init is Promise<undefined> init(): guests are started without arguments"
              : name + " has " + given + " arguments: a guest's function is given one");
    }
    return read;
  }

  /** Which function, and what it is given. */
  private static boolean isInvoke(Operation operation) {
    return operation.isInvoke()
        && operation.arguments().get(0).type().java().equals(IdlType.TEXT.java());
  }

  /** Calls of a worker answer later: on both sides. */
  private Optional<IdlType> result(WebIdlParser.IdlTypeContext type) {
    boolean promise =
        type.base != null && type.base.getText().equals("Promise") && type.idlType().size() == 1;
    if (!promise) {
      refuse(type, type.getText() + " comes later from a worker: write Promise<..>");
      return Optional.empty();
    }
    WebIdlParser.IdlTypeContext promised = type.idlType(0);
    return promised.getText().equals("undefined") ? Optional.empty() : type(promised);
  }

  private Optional<IdlType> type(WebIdlParser.IdlTypeContext type) {
    Optional<IdlType> known = IdlType.named(type.getText());
    if (known.isEmpty()) {
      refuse(type, type.getText() + " does not cross: use one of " + IdlType.names());
    }
    return known;
  }

  private String word(WebIdlParser.WordContext word, JavaNames.Place place) {
    if (word.IDENTIFIER() == null && !JavaNames.isNameInIdl(word.getText(), place)) {
      refuse(
          word,
          word.getText() + " is a keyword of WebIDL: write _" + word.getText() + " for that name");
    }
    return identifier(word.getStart(), place);
  }

  /** Names are the guest's exports and become Java's. */
  private String identifier(Token token, JavaNames.Place place) {
    String written = token.getText();
    String name = written.startsWith("_") ? written.substring(1) : written; // as WebIDL has it
    JavaNames.problem(name, place)
        .ifPresent(
            problem ->
                problems.add(
                    new IdlProblem(
                        token.getLine(), token.getCharPositionInLine() + 1, name + problem)));
    return name;
  }

  private void refuse(ParserRuleContext what, String message) {
    Token at = what.getStart();
    problems.add(new IdlProblem(at.getLine(), at.getCharPositionInLine() + 1, message));
  }
}
