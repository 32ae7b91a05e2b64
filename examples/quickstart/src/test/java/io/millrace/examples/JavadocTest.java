package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a user can see is told about. */
class JavadocTest {

  @Test
  void everythingPublicHasJavadoc(@TempDir Path classes) throws IOException {
    assertThat(uncommented(LibrarySources.all(), classes)).isEmpty();
  }

  @Test
  void whatHasNoneIsFoundOut(@TempDir Path folder) throws IOException {
    Path bare = folder.resolve("Bare.java");
    Files.writeString(bare, "/** One. */ public interface Bare { int none(); }");
    assertThat(uncommented(List.of(bare), folder)).singleElement().asString().contains("Bare");
  }

  private static List<String> uncommented(List<Path> files, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<String> options =
        List.of("-d", classes.toString(), "-proc:none", "-Xdoclint:missing/protected");
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(found, Locale.ROOT, StandardCharsets.UTF_8)) {
      boolean compiled =
          compiler
              .getTask(
                  null, manager, found, options, null, manager.getJavaFileObjectsFromPaths(files))
              .call();
      assertThat(compiled).as("%s", found.getDiagnostics()).isTrue();
    }
    return found.getDiagnostics().stream()
        .filter(each -> each.getMessage(Locale.ROOT).equals("no comment"))
        .map(JavadocTest::place)
        .toList();
  }

  private static String place(Diagnostic<? extends JavaFileObject> diagnostic) {
    return diagnostic.getSource().getName() + ":" + diagnostic.getLineNumber();
  }
}
