package io.millrace.examples;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the Java of the README as it stands there. */
class ReadmeTest {

  private static final String DIGEST =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @Test
  void theFirstSnippetRunsAndPrintsWhatTheReadmeSays(@TempDir Path classes) throws Exception {
    String snippet = snippets().get(0);
    List<String> code = code(snippet);
    assertThat(code).as("the README promises eight lines").hasSizeLessThanOrEqualTo(8);
    String output = compileAndRun("Snippet", program(snippet, code), classes);
    assertThat(output.strip()).isEqualTo(DIGEST);
    assertThat(readme()).as("the README shows this output").contains(output.strip());
  }

  @Test
  void theWaysToPassDataAllAnswerTheSame(@TempDir Path classes) throws Exception {
    List<String> opened = code(snippets().get(0)).subList(0, 3); // the module and its pools
    List<String> code = new ArrayList<>(opened);
    code.addAll(code(snippets().get(1)));
    code.add("}");
    String output = compileAndRun("Snippet", program(snippets().get(0), code), classes);
    assertThat(output.lines()).hasSize(3).allMatch(DIGEST::equals);
  }

  private static List<String> code(String snippet) {
    return snippet.lines().filter(line -> !line.startsWith("import ") && !line.isBlank()).toList();
  }

  /** With the imports of {@code snippet}. */
  private static String program(String snippet, List<String> code) {
    return snippet.lines().filter(line -> line.startsWith("import ")).collect(joining("\n"))
        + "\npublic class Snippet { public static void main(String[] args) throws Exception {\n"
        + String.join("\n", code)
        + "\n}}";
  }

  private static List<String> snippets() {
    List<String> found = new ArrayList<>();
    Matcher matcher = JAVA_BLOCK.matcher(readme());
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    assertThat(found).as("Java blocks in the README").isNotEmpty();
    return found;
  }

  /** The folder of the README. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("millrace"))) {
      folder = folder.getParent();
      assertThat(folder).as("the folder of the README").isNotNull();
    }
    return folder;
  }

  private static String readme() {
    try {
      return Files.readString(root().resolve("README.md"));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static String compileAndRun(String name, String source, Path classes) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    JavaFileObject file =
        new SimpleJavaFileObject(
            URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    List<String> options =
        List.of("-d", classes.toString(), "-classpath", System.getProperty("java.class.path"));
    boolean compiled = compiler.getTask(messages, null, null, options, null, List.of(file)).call();
    assertThat(compiled).as("%s%n%s", messages, source).isTrue();
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {classes.toUri().toURL()}, Thread.currentThread().getContextClassLoader())) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(console);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
