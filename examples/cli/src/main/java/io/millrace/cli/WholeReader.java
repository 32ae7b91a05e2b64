package io.millrace.cli;

import io.millrace.pipeline.Payload;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The whole input as one record, empty or not. */
final class WholeReader implements RecordReader {

  private final InputStream in;
  private final int limitBytes;
  private boolean taken;

  WholeReader(InputStream in, int limitBytes) {
    this.in = in;
    this.limitBytes = limitBytes;
  }

  @Override
  public Payload.@Nullable Copied next() throws IOException, RefusedRecord {
    if (taken) {
      return null;
    }
    taken = true;
    GrowingRecord record = new GrowingRecord(limitBytes);
    byte[] chunk = new byte[ChunkedInput.CHUNK_BYTES];
    // past the limit it is still read to its end, so that whoever writes it does not fail too
    for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
      record.append(chunk, 0, count);
    }
    return record.payload();
  }
}
