package io.millrace.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What each figure is and in which unit, by its name. A name without an entry is warned of in the
 * run's results, so that nobody forgets one.
 *
 * @see FigureMeaning
 */
final class Glossary {

  private static final String FILE = "glossary.txt";
  private static final Map<String, List<Term>> TERMS = read();

  private Glossary() {}

  /**
   * One family of figures.
   *
   * @param family their name, with {@code <...>} for what differs
   * @param meaning one line, with the unit
   */
  record Term(String family, String meaning, Pattern pattern) {

    static Term of(String family, String meaning) {
      StringBuilder pattern = new StringBuilder();
      String[] parts = family.split("[<>]", -1); // every other one stood between angles
      for (int i = 0; i < parts.length; i++) {
        boolean differs = i % 2 == 1;
        // A share of the capacity has a dot of its own: load.x0.25.perSecond.
        String any = parts[i].equals("share") ? "[0-9.]+" : "[^.]+";
        pattern.append(differs ? any : Pattern.quote(parts[i]));
      }
      return new Term(family, meaning, Pattern.compile(pattern.toString()));
    }
  }

  /** What that figure is; empty where nobody wrote it down. */
  static Optional<Term> of(String profile, String figure) {
    return TERMS.getOrDefault(profile, List.of()).stream()
        .filter(term -> term.pattern.matcher(figure).matches())
        .findFirst();
  }

  /** The families of those figures, each once and in the glossary's order. */
  static List<Term> of(String profile, Collection<String> figures) {
    List<Term> used =
        figures.stream().flatMap(figure -> of(profile, figure).stream()).distinct().toList();
    return TERMS.getOrDefault(profile, List.of()).stream().filter(used::contains).toList();
  }

  /** Figures that have no entry, of a profile that has one. */
  static List<String> missing(String profile, Collection<String> figures) {
    return TERMS.containsKey(profile)
        ? figures.stream().filter(figure -> of(profile, figure).isEmpty()).toList()
        : List.of();
  }

  private static Map<String, List<Term>> read() {
    Map<String, List<Term>> all = new LinkedHashMap<>();
    List<Term> terms = new ArrayList<>();
    for (String line : text().lines().toList()) {
      if (line.startsWith("[")) {
        terms = all.computeIfAbsent(line.substring(1, line.length() - 1), any -> new ArrayList<>());
      } else if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split(" = ", 2);
        terms.add(Term.of(parts[0], parts[1]));
      }
    }
    return all;
  }

  private static String text() {
    try (InputStream in = Objects.requireNonNull(Glossary.class.getResourceAsStream(FILE), FILE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
