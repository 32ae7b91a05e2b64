package io.millrace.memory;

/**
 * How many 64 KiB pages a linear memory starts with, and how many it may grow to.
 *
 * @param initialPages pages at the start, 0 to {@link #HIGHEST_PAGES}
 * @param maximumPages pages at most, {@code initialPages} to {@link #HIGHEST_PAGES}
 */
public record PageLimits(int initialPages, int maximumPages) {

  /** Bytes in one page (WebAssembly core specification, section 4.2.8). */
  public static final int PAGE_BYTES = 65_536;

  /** The most pages that a Java array can back: 2 GiB less one page. */
  public static final int HIGHEST_PAGES = 32_767;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException naming the figure and its limit
   */
  public PageLimits {
    if (initialPages < 0 || initialPages > HIGHEST_PAGES) {
      throw new IllegalArgumentException(
          "initialPages is " + initialPages + ": it must lie in 0.." + HIGHEST_PAGES);
    }
    if (maximumPages < initialPages || maximumPages > HIGHEST_PAGES) {
      throw new IllegalArgumentException(
          "maximumPages is "
              + maximumPages
              + ": it must lie in "
              + initialPages
              + ".."
              + HIGHEST_PAGES);
    }
  }
}
