package io.millrace.examples;

import io.millrace.instance.InstancePool;
import io.millrace.instance.InstancePoolBuilder;
import io.millrace.instance.ModuleCache;
import io.millrace.instance.ModuleSource;

/**
 * Pools over guests that many tests run, compiled once for all of them. Tests of what is compiled
 * when have a cache of their own.
 */
final class Guests {

  private static final ModuleCache COMPILED = ModuleCache.create();

  private Guests() {}

  /** One of examples/guests. */
  static ModuleSource source(String name) {
    return ModuleSource.resource(Guests.class, "/io/millrace/guests/" + name + ".wasm");
  }

  static InstancePoolBuilder digest() {
    return InstancePool.builder(source("c-digest")).moduleCache(COMPILED);
  }

  /** On one memory. */
  static InstancePoolBuilder shared() {
    return InstancePool.builder(source("c-shared")).moduleCache(COMPILED).sharedMemory(true);
  }

  static InstancePoolBuilder posting() {
    return InstancePool.builder(PostingGuest.source()).moduleCache(COMPILED);
  }

  /** On one memory, too. */
  static InstancePoolBuilder meeting() {
    return InstancePool.builder(MeetingGuest.source()).moduleCache(COMPILED).sharedMemory(true);
  }
}
