package io.millrace.webidl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles what was generated, and what calls it. */
final class Sources {

  private Sources() {}

  /** Fails at the first warning. */
  static void compile(Path classes, Path... sources) throws IOException {
    Files.createDirectories(classes);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-d", classes.toString(), "-Xlint:all,-path,-classfile", "-Werror"),
                  null,
                  files.getJavaFileObjects(sources))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
  }
}
