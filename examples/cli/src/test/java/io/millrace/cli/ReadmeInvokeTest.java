package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the README's call of a Go guest as it stands there. */
class ReadmeInvokeTest {

  private static final Path ROOT = Path.of("..", "..");

  @Test
  void theReadmesTokensAreAnsweredWithTheirClaims() throws IOException {
    List<String> command =
        Files.readAllLines(ROOT.resolve("README.md"), StandardCharsets.UTF_8).stream()
            .map(String::strip)
            .filter(line -> line.startsWith("./millrace invoke") && line.contains(" jwt "))
            .findFirst()
            .map(line -> List.of(line.split(" +", -1)))
            .orElseThrow();
    List<Object> arguments = new ArrayList<>();
    for (String each : command.subList(1, command.size())) {
      arguments.add(each.contains("/") ? ROOT.resolve(each) : each);
    }
    Path requests = (Path) arguments.get(arguments.size() - 1);
    List<String> claims = new ArrayList<>();
    for (String request : Files.readAllLines(requests, StandardCharsets.UTF_8)) {
      JsonNode token = new JsonMapper().readTree(request).get("token");
      byte[] decoded = Base64.getUrlDecoder().decode(token.textValue().split("\\.", -1)[1]);
      claims.add(new String(decoded, StandardCharsets.UTF_8));
    }
    Outcome outcome = Outcome.of(arguments.toArray()).isDone();
    assertThat(outcome.text().lines().toList()).hasSize(2).isEqualTo(claims);
  }
}
