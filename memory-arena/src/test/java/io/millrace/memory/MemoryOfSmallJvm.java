package io.millrace.memory;

import java.util.function.Supplier;

/**
 * What {@link LargestMemoryTest} asks a JVM that has little memory: a main, since the limits are
 * those of a process. Prints a line for each answer.
 */
final class MemoryOfSmallJvm {

  private static final int HIGHEST = PageLimits.HIGHEST_PAGES;

  private MemoryOfSmallJvm() {}

  public static void main(String[] arguments) {
    PageLimits upToHighest = new PageLimits(1, HIGHEST);
    growth("private", new PrivateLinearMemory(upToHighest));
    growth("tracked", new TrackedLinearMemory(upToHighest));

    PageLimits atOnce = new PageLimits(HIGHEST, HIGHEST);
    refusal("private at once", () -> new PrivateLinearMemory(atOnce));
    refusal("tracked at once", () -> new TrackedLinearMemory(atOnce));
    Snapshot largest = Snapshot.zeroed(HIGHEST * PageLimits.PAGE_BYTES);
    refusal("snapshot", () -> new TrackedLinearMemory(atOnce, largest));
    refusal("shared", () -> new SharedLinearMemory(upToHighest));
    refusal("shared, one page over", () -> new SharedLinearMemory(new PageLimits(0, 256)));
    System.out.println("shared, within: " + new SharedLinearMemory(new PageLimits(0, 255)).pages());
  }

  private static void growth(String kind, LinearMemory memory) {
    memory.putLong(PageLimits.PAGE_BYTES - 8, 42);
    System.out.println(kind + " grow to the highest: " + memory.grow(HIGHEST - 1));
    // Just short of what the heap can ever have, so that the heap itself has to refuse.
    int heapPages = (int) (Runtime.getRuntime().maxMemory() / PageLimits.PAGE_BYTES);
    System.out.println(kind + " grow to the heap: " + memory.grow(heapPages - 2));
    System.out.println(kind + " pages: " + memory.pages());
    System.out.println(kind + " last bytes: " + memory.getLong(PageLimits.PAGE_BYTES - 8));
    System.out.println(kind + " grow by one: " + memory.grow(1));
    System.out.println(kind + " new page: " + memory.getLong(2 * PageLimits.PAGE_BYTES - 8));
  }

  private static void refusal(String kind, Supplier<LinearMemory> maker) {
    try {
      System.out.println(kind + " served: " + maker.get().pages());
    } catch (OutOfMemoryError refused) {
      System.out.println(kind + ": " + refused.getMessage());
    }
  }
}
