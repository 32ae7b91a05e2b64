package io.millrace.instance;

import io.millrace.memory.FlatLinearMemory;
import io.millrace.memory.Snapshot;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Memories of instances that are gone, for later ones that begin with the same snapshot: to bring
 * one back costs less than to allocate and fill another. Their pages stay in the pool's budget, and
 * leave it when somebody else needs them. Several threads.
 */
final class ParkedMemories {

  /** One for the next instance of a worker, and one for a spare. */
  private static final int MOST = 2;

  private final PageBudget budget;
  private final Resets resets;

  /** Guarded by this. */
  private final Deque<FlatLinearMemory> memories = new ArrayDeque<>();

  private boolean closed;

  ParkedMemories(PageBudget budget, Resets resets) {
    this.budget = budget;
    this.resets = resets;
  }

  /** Takes a memory that nobody uses any more; answers whether it did, and so has its pages. */
  synchronized boolean offer(FlatLinearMemory memory) {
    if (closed) {
      return false;
    }
    if (memories.size() == MOST) {
      // The oldest may have a snapshot that no later instance begins with.
      budget.giveBack(memories.removeLast().pages());
    }
    memories.addFirst(memory);
    return true;
  }

  /** One that equals the snapshot, with its pages in the budget; null where there is none. */
  @Nullable FlatLinearMemory take(Snapshot snapshot) {
    FlatLinearMemory found = find(snapshot);
    if (found == null) {
      return null;
    }
    int pages = found.pages();
    boolean restored = false;
    try {
      restored = resets.restore(found); // now, not when it was parked: nothing can come between
    } finally {
      if (!restored) {
        budget.giveBack(pages);
      }
    }
    return restored ? found : null;
  }

  private synchronized @Nullable FlatLinearMemory find(Snapshot snapshot) {
    for (Iterator<FlatLinearMemory> each = memories.iterator(); each.hasNext(); ) {
      FlatLinearMemory memory = each.next();
      if (memory.lastSnapshot() == snapshot) {
        each.remove();
        return memory;
      }
    }
    return null;
  }

  /** Takes pages out of the budget, those of the memories here where no others are left. */
  boolean tryTake(int pages) {
    if (budget.tryTake(pages)) {
      return true;
    }
    clear(); // perhaps somebody else just did, for more pages than they needed
    return budget.tryTake(pages);
  }

  private synchronized void clear() {
    memories.forEach(memory -> budget.giveBack(memory.pages()));
    memories.clear();
  }

  /** Drops all, and takes none from now on. */
  synchronized void close() {
    closed = true;
    clear();
  }
}
