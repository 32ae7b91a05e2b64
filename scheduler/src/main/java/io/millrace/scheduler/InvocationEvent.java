package io.millrace.scheduler;

import io.millrace.pipeline.Reply;
import jdk.jfr.Category;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * An invocation has ended, in a flight recording. There may be millions a second, so a recording
 * has to ask for them ({@code io.millrace.Invocation#enabled=true}); one that does not costs
 * nothing.
 */
@Name("io.millrace.Invocation")
@Label("Invocation")
@Category("Millrace")
@StackTrace(false)
@Enabled(false)
final class InvocationEvent extends Event {

  @Label("Function")
  String function = "";

  @Label("Tenant")
  String tenant = "";

  @Label("Outcome")
  String outcome = "";

  @Label("Service time")
  @Timespan(Timespan.NANOSECONDS)
  long service;

  @Label("Sojourn time")
  @Timespan(Timespan.NANOSECONDS)
  long sojourn;

  /** Any thread. */
  static void record(Reply reply) {
    InvocationEvent event = new InvocationEvent();
    if (event.isEnabled()) {
      String tenantName = reply.invocation().tenant();
      event.function = reply.invocation().function();
      event.tenant = tenantName == null ? "" : tenantName;
      event.outcome =
          reply instanceof Reply.Failed failed
              ? failed.failure().getClass().getSimpleName()
              : "completed";
      event.service = reply.serviceNanos();
      event.sojourn = reply.sojournNanos();
      event.commit();
    }
  }
}
