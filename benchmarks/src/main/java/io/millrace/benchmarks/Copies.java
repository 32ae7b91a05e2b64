package io.millrace.benchmarks;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * One thing many times. The JDK's list of copies is given out by way of a stream, which costs as
 * much as a tenth of what is measured here.
 */
record Copies<T>(T each, int count) implements Iterable<T> {

  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private int left = count;

      @Override
      public boolean hasNext() {
        return left > 0;
      }

      @Override
      public T next() {
        if (left == 0) {
          throw new NoSuchElementException();
        }
        left--;
        return each;
      }
    };
  }
}
