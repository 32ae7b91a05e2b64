package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** RESULTS.md is one run's, and as the program of today writes it. */
class ResultsDocumentTest {

  private static final Path COMMITTED = Path.of("RESULTS.md");

  /** All that can be measured, each figure with that value. */
  private static List<String> documentOf(double value) throws IOException {
    ObjectNode root = new JsonMapper().createObjectNode();
    root.put("command", "--json " + value + ".json").put("commit", "commit " + value);
    root.put("effort", "effort " + value).put("seed", value);
    ObjectNode machine = root.putObject("machine");
    machine.put("processor", "processor " + value).put("os", "os " + value);
    machine.put("java", "java " + value).put("cores", value).put("loadBefore", value);
    machine.putArray("flags").add("flag " + value);
    ObjectNode profiles = root.putObject("profiles");
    Bench.PROFILES.forEach(
        each -> profiles.putObject(each.name()).put("valid", true).putObject("figures"));
    for (String[] name : GlossaryTest.names()) {
      ((ObjectNode) profiles.path(name[0]).path("figures")).put(name[1], value);
    }
    return new ResultsDocument(new ReportData(root)).text().lines().toList();
  }

  private static List<String> headings(List<String> document) {
    return document.stream().filter(line -> line.startsWith("#")).toList();
  }

  /** Sentences, and the first rows of tables: other rows have figures, or depend on the machine. */
  private static List<String> textOf(List<String> document) {
    List<String> text = new ArrayList<>();
    for (int i = 0; i < document.size(); i++) {
      String line = document.get(i);
      boolean isTitle = i + 1 < document.size() && document.get(i + 1).startsWith("|---");
      if (!line.isBlank() && (!line.startsWith("|") || isTitle)) {
        text.add(line);
      }
    }
    return text;
  }

  /** Each family of figures that the document explains, under its profile. */
  private static Map<String, List<String>> meanings(List<String> document) {
    Map<String, List<String>> all = new LinkedHashMap<>();
    String heading = "";
    for (String line : document) {
      if (line.startsWith("#")) {
        heading = line;
      } else if (heading.startsWith("### ") && line.startsWith("| `")) {
        all.computeIfAbsent(heading, any -> new ArrayList<>()).add(line);
      }
    }
    return all;
  }

  @Test
  void theCommittedDocumentHasEachHeading() throws Exception {
    assertThat(headings(Files.readAllLines(COMMITTED)))
        .containsExactlyElementsOf(headings(documentOf(1)));
  }

  /** What the documents of two runs have in common is no figure. */
  @Test
  void theCommittedDocumentHasEachSentence() throws Exception {
    Set<String> other = textOf(documentOf(2)).stream().collect(Collectors.toSet());
    List<String> fixed = textOf(documentOf(1)).stream().filter(other::contains).toList();
    assertThat(fixed).hasSizeGreaterThan(Bench.PROFILES.size());
    assertThat(textOf(Files.readAllLines(COMMITTED))).containsSubsequence(fixed);
  }

  /** A run may lack some figures, as of a guest that could not be built. */
  @Test
  void theCommittedDocumentExplainsFiguresAsTheGlossaryDoes() throws Exception {
    Map<String, List<String>> committed = meanings(Files.readAllLines(COMMITTED));
    Map<String, List<String>> all = meanings(documentOf(1));
    assertThat(committed.keySet()).containsExactlyElementsOf(all.keySet());
    committed.forEach((profile, lines) -> assertThat(all.get(profile)).containsSubsequence(lines));
  }
}
