package io.millrace.instance;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** What a flight recording shows of instances. Costs nothing while none is made. */
final class JfrEvents {

  private JfrEvents() {}

  /** A module was compiled; lasts as long as that took. */
  @Name("io.millrace.Compile")
  @Label("Compile")
  @Category("Millrace")
  static final class Compile extends Event {

    @Label("Module")
    String module = "";

    @Label("Size")
    @DataAmount
    long sizeBytes;
  }

  /** An instance went back to its state; lasts as long as that took, comparing included. */
  @Name("io.millrace.Reset")
  @Label("Reset")
  @Category("Millrace")
  @StackTrace(false)
  static final class Reset extends Event {

    @Label("Module")
    String module = "";

    @Label("Done")
    boolean done;
  }

  /** An instance is not used again. */
  @Name("io.millrace.Retire")
  @Label("Retire")
  @Category("Millrace")
  @StackTrace(false)
  static final class Retire extends Event {

    @Label("Module")
    String module = "";

    @Label("Invocations")
    long invocations;

    @Label("Pages")
    int pages;
  }
}
