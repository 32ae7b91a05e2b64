package io.millrace.scheduler;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * The subscribers of the Reactive Streams kit keep what they get behind a lock, which the test's
 * thread takes, too, for an instant. BlockHound would throw there, within the subscriber's code:
 * the element would be lost, and the kit would say that the publisher never sent it.
 */
public final class KitUnderBlockHound implements BlockHoundIntegration {

  @Override
  public void applyTo(BlockHound.Builder builder) {
    String kit = "org.reactivestreams.tck.TestEnvironment$";
    builder
        .allowBlockingCallsInside(kit + "Receptacle", "add")
        .allowBlockingCallsInside(kit + "Receptacle", "complete")
        .allowBlockingCallsInside(kit + "Promise", "complete")
        .allowBlockingCallsInside(kit + "Promise", "completeImmediatly");
  }
}
