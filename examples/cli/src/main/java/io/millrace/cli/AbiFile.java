package io.millrace.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.instance.AbiDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;

/**
 * An {@link AbiDescriptor} in a JSON file, its fields all optional but {@code allocate}:
 *
 * <pre>{@code
 * {"allocate": "alloc", "free": "free", "input": "arena", "result": "packed"}
 * {"allocate": "alloc", "input": "last-block", "result": "getters", "afterCall": "dispose",
 *  "pointer": "output_ptr", "length": "output_len", "statuses": ["unchanged", "output", "error"]}
 * }</pre>
 */
final class AbiFile {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private AbiFile() {}

  /** The fields as they stand in the file. */
  private record Fields(
      @Nullable String allocate,
      @Nullable String free,
      @Nullable String input,
      @Nullable String result,
      @Nullable String pointer,
      @Nullable String length,
      @Nullable List<String> statuses,
      boolean freesResult,
      @Nullable String afterCall) {

    AbiDescriptor descriptor() {
      return new AbiDescriptor(
          required("allocate", allocate),
          free,
          one(AbiDescriptor.Input.values(), "input", Objects.requireNonNullElse(input, "arena")),
          strategy(),
          freesResult,
          afterCall);
    }

    private AbiDescriptor.Result strategy() {
      String kind = Objects.requireNonNullElse(result, "packed");
      return switch (kind) {
        case "packed" -> new AbiDescriptor.Result.Packed();
        case "length-prefixed" -> new AbiDescriptor.Result.LengthPrefixed();
        case "out-pointer" -> new AbiDescriptor.Result.OutPointer();
        case "getters" ->
            new AbiDescriptor.Result.Getters(
                required("pointer", pointer),
                required("length", length),
                Objects.requireNonNullElse(statuses, List.<String>of()).stream()
                    .map(each -> one(AbiDescriptor.Status.values(), "statuses", each))
                    .toList());
        default ->
            throw new IllegalArgumentException(
                "result is "
                    + kind
                    + ", it must be packed, length-prefixed, out-pointer or getters");
      };
    }

    private static String required(String name, @Nullable String value) {
      if (value == null) {
        throw new IllegalArgumentException(name + " is missing: it names an export");
      }
      return value;
    }

    private static <E extends Enum<E>> E one(E[] all, String field, String name) {
      return Arrays.stream(all)
          .filter(each -> word(each).equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      field
                          + " is "
                          + name
                          + ", it must be one of "
                          + Arrays.stream(all)
                              .map(Fields::word)
                              .collect(Collectors.joining(", "))));
    }

    private static String word(Enum<?> each) {
      return each.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  static AbiDescriptor read(Path file) {
    try {
      return JSON.readValue(Files.readAllBytes(file), Fields.class).descriptor();
    } catch (JacksonException bad) {
      throw new UsageError(
          "--abi " + file + ": is not such a file: " + firstLine(bad.getOriginalMessage()), bad);
    } catch (IllegalArgumentException bad) {
      throw new UsageError("--abi " + file + ": " + bad.getMessage(), bad);
    } catch (IOException bad) {
      throw new UsageError("--abi " + file + ": cannot be read: " + ErrorLine.oneLine(bad), bad);
    }
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("no reason given");
  }

  /** For an option. */
  static final class Converter implements ITypeConverter<AbiDescriptor> {

    @Override
    public AbiDescriptor convert(String value) {
      return read(Path.of(value));
    }
  }
}
