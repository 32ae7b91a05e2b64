package io.millrace.instance;

import java.util.concurrent.atomic.AtomicLong;

/** Pages of linear memory that all instances of a pool may have together. Any thread; lock-free. */
final class PageBudget {

  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  PageBudget(long limit) {
    this.limit = limit;
  }

  boolean tryTake(int pages) {
    while (true) {
      long seen = taken.get();
      if (pages > limit - seen) {
        return false;
      }
      if (taken.compareAndSet(seen, seen + pages)) {
        return true;
      }
    }
  }

  void giveBack(int pages) {
    taken.addAndGet(-pages);
  }

  long limit() {
    return limit;
  }

  long taken() {
    return taken.get();
  }
}
