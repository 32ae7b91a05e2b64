package io.millrace.instance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Instances that no lease holds, the last used first. Any thread. */
final class IdleInstances {

  /** An instance, and whose invocations it has served; {@code unused} when nobody's. */
  record Idle(GuestInstance instance, @Nullable String tenant, boolean unused) {

    boolean servedOnly(@Nullable String other) {
      return !unused && Objects.equals(tenant, other);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Idle> instances = new ArrayDeque<>();
  private boolean closed;

  /** Answers whether it was taken: a closed pool keeps none. */
  boolean tryAdd(Idle idle) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      instances.addFirst(idle);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * One that has served this tenant only, else an unused one, else any; null when there is none.
   */
  @Nullable Idle takeFor(@Nullable String tenant) {
    Idle same = take(each -> each.servedOnly(tenant));
    Idle found = same == null ? take(Idle::unused) : same;
    return found == null ? take(each -> true) : found;
  }

  private @Nullable Idle take(Predicate<Idle> wanted) {
    lock.lock();
    try {
      for (Iterator<Idle> each = instances.iterator(); each.hasNext(); ) {
        Idle candidate = each.next();
        if (wanted.test(candidate)) {
          each.remove();
          return candidate;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  int unused() {
    lock.lock();
    try {
      return (int) instances.stream().filter(Idle::unused).count();
    } finally {
      lock.unlock();
    }
  }

  /** Takes all, for good. */
  List<Idle> close() {
    lock.lock();
    try {
      closed = true;
      List<Idle> all = new ArrayList<>(instances);
      instances.clear();
      return all;
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }
}
