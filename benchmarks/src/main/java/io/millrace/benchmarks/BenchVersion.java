package io.millrace.benchmarks;

import picocli.CommandLine.IVersionProvider;

/** Which program it is and what it runs on, as its results say it. */
final class BenchVersion implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "millrace bench, commit " + Program.commit(), "Java " + System.getProperty("java.version")
    };
  }
}
