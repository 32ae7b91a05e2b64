package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class GoManglerTest {

  private final GoMangler mangler = new GoMangler(new Random(2026));

  @Test
  void aSumOfASignedOperandBecomesNoIncrement() {
    Set<String> seen = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      seen.add(mangler.mangle("a := b + +c + d").strip());
    }
    assertThat(seen)
        .contains("a := b + +c+d", "a:=b + +c + d")
        .noneMatch(each -> each.contains("++"));
  }

  @Test
  void rawStringsAndCommentsStayAsTheyAre() {
    String source = "s := `a  ==  b\n  c, d`\n// x = y, z\n/* f ( a )\n , b */";
    for (int i = 0; i < 200; i++) {
      assertThat(mangler.mangle(source)).isEqualTo(source + "\n");
    }
  }
}
