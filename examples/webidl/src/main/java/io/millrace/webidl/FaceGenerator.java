package io.millrace.webidl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * Writes the Java face of a contract: {@code FaceGenerator CONTRACT.webidl FOLDER PACKAGE}. Throws,
 * and so fails a build that runs it, with one line for each problem of the contract.
 */
public final class FaceGenerator {

  private FaceGenerator() {}

  /** Runs it as a command of its own. */
  public static void main(String[] args) throws IOException {
    if (args.length != 3) {
      throw new IllegalArgumentException("usage: FaceGenerator CONTRACT.webidl FOLDER PACKAGE");
    }
    generate(Path.of(args[0]), Path.of(args[1]), args[2]);
  }

  static void generate(Path idl, Path folder, String packageName) throws IOException {
    Contract contract;
    try {
      contract = ContractReader.read(Files.readString(idl));
    } catch (BadContractException bad) {
      throw new IllegalArgumentException(
          bad.problems().stream()
              .map(problem -> "\n" + idl + ":" + problem)
              .collect(Collectors.joining()),
          bad);
    }
    Path target = folder.resolve(packageName.replace('.', '/'));
    Files.createDirectories(target);
    Path file = target.resolve(contract.name() + ".java");
    String source = new JavaFace(contract, packageName).source();
    // What has not changed is left alone, so that nothing is compiled anew for it.
    if (!Files.exists(file) || !Files.readString(file).equals(source)) {
      Files.writeString(file, source);
    }
  }
}
