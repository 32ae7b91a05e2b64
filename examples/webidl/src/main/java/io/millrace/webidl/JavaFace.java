package io.millrace.webidl;

import io.millrace.webidl.Contract.Operation;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes the Java class that has a contract's operations as methods. */
final class JavaFace {

  private final Contract contract;
  private final String packageName;

  JavaFace(Contract contract, String packageName) {
    this.contract = contract;
    this.packageName = packageName;
  }

  /** The source of the class. */
  String source() {
    return """
    package %s;

    import io.millrace.pipeline.Codecs;
    import io.millrace.pipeline.GuestFunction;
    import io.millrace.pipeline.WorkerPool;
    import javax.annotation.processing.Generated;
    import reactor.core.publisher.Mono;

    /** The functions of {@code %s}, run by the workers of a pool. Made of its WebIDL. */
    @Generated("%s")
    public final class %s {

      private final WorkerPool pool;
    %s
      /** Over a pool whose guests keep to the contract. Starts nothing. */
      public %s(WorkerPool pool) {
        this.pool = pool;
    %s  }

      /** The pool that runs them. */
      public WorkerPool pool() {
        return pool;
      }
    %s}
    """
        .formatted(
            packageName,
            contract.name(),
            FaceGenerator.class.getName(),
            contract.name(),
            each(JavaFace::field),
            contract.name(),
            each(JavaFace::assignment),
            each(this::method));
  }

  private String each(Function<Operation, String> part) {
    return contract.operations().stream().map(part).collect(Collectors.joining());
  }

  private static boolean isPlain(Operation operation) {
    return !operation.isInit() && !operation.isInvoke();
  }

  private static String input(Operation operation) {
    return operation.arguments().get(0).type().java();
  }

  /** What is undefined is read as bytes, and dropped. */
  private static IdlType output(Operation operation) {
    return operation.result().orElse(IdlType.BYTES);
  }

  private static String field(Operation operation) {
    return isPlain(operation)
        ? "  private final GuestFunction<%s, %s> %s;\n"
            .formatted(input(operation), output(operation).java(), operation.name())
        : "";
  }

  private static String assignment(Operation operation) {
    return isPlain(operation)
        ? "    this.%s = pool.function(\"%s\", Codecs.%s(), Codecs.%s());\n"
            .formatted(
                operation.name(),
                operation.name(),
                operation.arguments().get(0).type().codec(),
                output(operation).codec())
        : "";
  }

  private String method(Operation operation) {
    if (operation.isInit()) {
      return init();
    }
    return operation.isInvoke() ? invoke(operation) : function(operation);
  }

  /** A guest that is asked for a function that it does not have is ready, too. */
  private String init() {
    String ready =
        contract.operations().stream()
            .filter(JavaFace::isPlain)
            .findFirst()
            .map(plain -> plain.name() + ".ready()")
            .orElse(
                """
                pool.function("init", Codecs.bytes(), Codecs.bytes()).ready()
                        .onErrorResume(io.millrace.pipeline.WorkerException.AbiMismatch.class,
                            absent -> absent.functionOnly() ? Mono.empty() : Mono.error(absent))\
                """);
    return """

      /** Starts a worker and its guest, so that the first call finds them ready. */
      public Mono<Void> init() {
        return %s;
      }
    """
        .formatted(ready);
  }

  private static String invoke(Operation operation) {
    String name = operation.arguments().get(0).name();
    String payload = operation.arguments().get(1).name();
    return """

      /** Runs the guest's function of that name, of this contract or not. */
      public Mono<%s> invoke(String %s, %s %s) {
        return pool.function(%s, Codecs.%s(), Codecs.%s()).invoke(%s)%s;
      }
    """
        .formatted(
            resultType(operation.result()),
            name,
            operation.arguments().get(1).type().java(),
            payload,
            name,
            operation.arguments().get(1).type().codec(),
            output(operation).codec(),
            payload,
            operation.result().isEmpty() ? ".then()" : "");
  }

  private static String function(Operation operation) {
    String argument = operation.arguments().get(0).name();
    return """

      /** Runs {@code %1$s} each time the Mono is subscribed to. */
      public Mono<%2$s> %1$s(%3$s %4$s) {
        return %1$s.invoke(%4$s)%5$s;
      }

      /** {@code %1$s} as a function: for streams, tenants and deadlines. */
      public GuestFunction<%3$s, %6$s> %1$s() {
        return %1$s;
      }
    """
        .formatted(
            operation.name(),
            resultType(operation.result()),
            input(operation),
            argument.equals(operation.name()) ? "input" : argument,
            operation.result().isEmpty() ? ".then()" : "",
            output(operation).java());
  }

  private static String resultType(Optional<IdlType> result) {
    return result.map(IdlType::java).orElse("Void");
  }
}
