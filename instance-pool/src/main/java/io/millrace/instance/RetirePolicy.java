package io.millrace.instance;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When an instance is replaced although it works: for guests that never free what they take, or
 * that grow slow with age. Looked at between invocations. After a trap, an exit, an interrupt or an
 * Error it is always replaced.
 *
 * @param invocations that an instance serves at most
 * @param pages of 64 KiB: an instance whose memory has grown to so many is replaced
 * @param age since it was built
 */
public record RetirePolicy(long invocations, int pages, Duration age) {

  /** Never for any of these. The default. */
  public static final RetirePolicy NEVER =
      new RetirePolicy(Long.MAX_VALUE, Integer.MAX_VALUE, Duration.ofNanos(Long.MAX_VALUE));

  /** Checks that all are positive. */
  public RetirePolicy {
    if (invocations < 1 || pages < 1 || age.isNegative() || age.isZero()) {
      throw new IllegalArgumentException(
          "invocations "
              + invocations
              + ", pages "
              + pages
              + ", age "
              + age
              + ": each must be"
              + " more than 0");
    }
  }

  /** The same, after so many invocations too. */
  public RetirePolicy withInvocations(long invocations) {
    return new RetirePolicy(invocations, pages, age);
  }

  /** The same, at so many pages too. */
  public RetirePolicy withPages(int pages) {
    return new RetirePolicy(invocations, pages, age);
  }

  /** The same, at that age too. */
  public RetirePolicy withAge(Duration age) {
    return new RetirePolicy(invocations, pages, age);
  }

  /** Why the instance is to be replaced, in words; null while it is not. */
  @Nullable String reason(GuestInstance instance) {
    if (instance.invocations() >= invocations) {
      return "it has served " + instance.invocations() + " invocations";
    }
    if (instance.pages() >= pages) {
      return "its memory has grown to " + instance.pages() + " pages";
    }
    return isTooOld(instance) ? "it is older than " + age : null;
  }

  /** Whether the age alone is a reason: the one that grows while an instance waits for its use. */
  boolean isTooOld(GuestInstance instance) {
    return age.compareTo(NEVER.age) < 0 && instance.ageNanos() >= age.toNanos();
  }
}
