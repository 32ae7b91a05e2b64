package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
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
      String outcome =
          reply instanceof Reply.Failed failed
              ? failed.failure().getClass().getSimpleName()
              : "completed";
      event.tell(reply.invocation(), outcome, reply.serviceNanos(), reply.sojournNanos());
    }
  }

  /** Any thread: there is no reply. */
  static void recordCancelled(Task task, long ranNanos, Platform platform) {
    InvocationEvent event = new InvocationEvent();
    if (event.isEnabled()) {
      long sojournNanos = task.sojournNanos(platform.nanoTime());
      event.tell(task.invocation, "cancelled", ranNanos, sojournNanos);
    }
  }

  private void tell(Invocation invocation, String how, long serviceNanos, long sojournNanos) {
    String tenantName = invocation.tenant();
    function = invocation.function();
    tenant = tenantName == null ? "" : tenantName;
    outcome = how;
    service = serviceNanos;
    sojourn = sojournNanos;
    commit();
  }
}
