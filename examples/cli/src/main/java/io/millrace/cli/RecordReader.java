package io.millrace.cli;

import io.millrace.pipeline.Payload;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Cuts an input into records. One thread at a time. */
interface RecordReader {

  /**
   * The next record, or {@code null} at the end of the input. Nothing overwrites its bytes later.
   *
   * @throws RefusedRecord when there is a record that cannot be used; the next call goes on behind
   *     it
   */
  Payload.@Nullable Copied next() throws IOException, RefusedRecord;
}
