package io.millrace.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest, and the Java that runs it. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    @Nullable String version = Millrace.class.getPackage().getImplementationVersion();
    return new String[] {
      "millrace "
          + (version == null ? "(not from a jar)" : version)
          + ", Java "
          + System.getProperty("java.version")
    };
  }
}
