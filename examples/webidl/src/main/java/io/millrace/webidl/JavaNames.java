package io.millrace.webidl;

import java.util.Optional;
import java.util.Set;
import javax.lang.model.SourceVersion;

/** Which of a contract's names can stand in the class that {@link JavaFace} writes. */
final class JavaNames {

  /** What a name becomes. */
  enum Place {
    CLASS,
    /** Of a field, too. */
    METHOD,
    ARGUMENT
  }

  /** Names of types that the class uses: a field of such a name would stand before the type. */
  private static final Set<String> TYPES =
      Set.of(
          "Claim",
          "Codecs",
          "Generated",
          "GuestFunction",
          "Invocation",
          "Mono",
          "Object",
          "Payload",
          "Reply",
          "String",
          "Void",
          "WorkerPool");

  private static final String OWN = "pool";

  /** Methods without arguments that each object has. */
  private static final Set<String> OF_OBJECT =
      Set.of(
          "clone", "finalize", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait");

  /** Not keywords everywhere. */
  private static final Set<String> NO_CLASS = Set.of("permits", "record", "sealed", "var", "yield");

  /** Keywords that WebIDL lets stand as the name of an argument ("ArgumentNameKeyword"). */
  private static final Set<String> ARGUMENT_KEYWORDS =
      Set.of(
          "async",
          "attribute",
          "callback",
          "const",
          "constructor",
          "deleter",
          "dictionary",
          "enum",
          "getter",
          "includes",
          "inherit",
          "interface",
          "iterable",
          "maplike",
          "mixin",
          "namespace",
          "partial",
          "readonly",
          "setlike",
          "setter",
          "static",
          "stringifier",
          "typedef",
          "unrestricted");

  private JavaNames() {}

  /** Whether a keyword of WebIDL is a name at that place all the same. */
  static boolean isNameInIdl(String keyword, Place place) {
    return place == Place.ARGUMENT
        ? ARGUMENT_KEYWORDS.contains(keyword)
        : place == Place.METHOD && keyword.equals("includes");
  }

  /** What speaks against a name, to be put behind it. */
  static Optional<String> problem(String name, Place place) {
    if (!SourceVersion.isName(name) || name.contains("$")) {
      return Optional.of(" is no name in Java: use letters, digits and _, and no keyword");
    }
    if (place == Place.CLASS && NO_CLASS.contains(name)) {
      return Optional.of(" is no name of a class in Java: choose another one");
    }
    boolean taken =
        TYPES.contains(name)
            || (place != Place.CLASS && name.equals(OWN))
            || (place == Place.METHOD && OF_OBJECT.contains(name));
    return taken
        ? Optional.of(" means something else in the Java face: choose another name")
        : Optional.empty();
  }
}
