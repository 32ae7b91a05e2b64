package io.millrace.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.spi.GuestLease;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JfrEventsTest {

  @Test
  void aRecordingShowsCompilesResetsAndRetirements(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("millrace.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("io.millrace.Compile");
      recording.enable("io.millrace.Reset").withoutThreshold();
      recording.enable("io.millrace.Retire");
      recording.start();
      try (InstancePool pool =
              InstancePool.builder(ModuleSource.of("jfr.wasm", StatefulGuest.builder().build()))
                  .moduleCache(ModuleCache.create())
                  .retirePolicy(RetirePolicy.NEVER.withInvocations(2))
                  .spares(0)
                  .build();
          GuestLease lease = pool.lease()) {
        lease.guest("a").invoke(Invocation.of("store", ""));
        lease.guest("b").invoke(Invocation.of("store", ""));
        lease.guest("b").invoke(Invocation.of("store", ""));
      }
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(of(events, "io.millrace.Compile")).hasSize(1);
    assertThat(of(events, "io.millrace.Reset"))
        .hasSize(1)
        .allMatch(each -> each.getBoolean("done"));
    assertThat(of(events, "io.millrace.Retire"))
        .hasSize(1)
        .allMatch(each -> each.getLong("invocations") == 2)
        .allMatch(each -> each.getString("module").equals("jfr.wasm"));
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
    return events.stream().filter(each -> each.getEventType().getName().equals(name)).toList();
  }
}
