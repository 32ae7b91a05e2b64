package io.millrace.cli;

import io.millrace.pipeline.Payload;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Records that end at a byte of one value. A last record without it counts, unless it is empty. */
final class DelimitedReader implements RecordReader {

  private final ChunkedInput input;
  private final byte delimiter;
  private final int limitBytes;
  private boolean ended;

  DelimitedReader(InputStream in, byte delimiter, int limitBytes) {
    this.input = new ChunkedInput(in);
    this.delimiter = delimiter;
    this.limitBytes = limitBytes;
  }

  @Override
  public Payload.@Nullable Copied next() throws IOException, RefusedRecord {
    int scanned = input.start;
    while (!ended) {
      int found = ByteScan.indexOf(input.bytes, scanned, input.end, delimiter);
      if (found >= 0) {
        return take(found, found + 1);
      }
      int known = input.available();
      if (!input.canFill()) {
        return takeLarge();
      }
      ended = !input.fill();
      scanned = input.start + known;
    }
    return input.available() == 0 ? null : take(input.end, input.end);
  }

  private Payload.Copied take(int recordEnd, int nextStart) throws RefusedRecord {
    int recordStart = input.start;
    input.start = nextStart;
    if (recordEnd - recordStart > limitBytes) {
      throw RefusedRecord.tooLarge(recordEnd - recordStart, limitBytes);
    }
    return Payload.copied(input.bytes, recordStart, recordEnd - recordStart);
  }

  /** A record that fills most of a chunk and goes on: it gets an array of its own. */
  private Payload.Copied takeLarge() throws IOException, RefusedRecord {
    GrowingRecord record = new GrowingRecord(limitBytes);
    record.append(input.bytes, input.start, input.end);
    input.start = input.end;
    input.startChunk();
    while (true) {
      ended = !input.refill();
      int found = ByteScan.indexOf(input.bytes, input.start, input.end, delimiter);
      int recordEnd = found >= 0 ? found : input.end;
      record.append(input.bytes, input.start, recordEnd);
      input.start = found >= 0 ? found + 1 : input.end;
      if (found >= 0 || ended) {
        return record.payload();
      }
    }
  }
}
