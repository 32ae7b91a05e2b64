package io.millrace.memory;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Remembers where each live slice was allocated, for arenas with leak detection. Any thread. */
final class LiveSlices {

  private final Map<Slice, Throwable> sites = Collections.synchronizedMap(new IdentityHashMap<>());

  void add(Slice slice) {
    sites.put(slice, new Throwable("allocated here"));
  }

  void move(Slice from, Slice to) {
    synchronized (sites) {
      Throwable site = sites.remove(from);
      if (site != null) {
        sites.put(to, site);
      }
    }
  }

  void remove(Slice slice) {
    sites.remove(slice);
  }

  void clear() {
    sites.clear();
  }

  List<SliceArena.LiveSlice> list() {
    synchronized (sites) {
      return sites.entrySet().stream()
          .map(
              each ->
                  new SliceArena.LiveSlice(
                      each.getKey().offset(), each.getKey().length(), each.getValue()))
          .toList();
    }
  }
}
