package io.millrace.scheduler;

import java.lang.reflect.Proxy;

/** The JVM's own machine, but that a test's step comes before each call of it. */
final class HookedPlatform {

  private HookedPlatform() {}

  /** What comes before a call; what it throws is thrown in the call's place. */
  @FunctionalInterface
  interface Hook {

    /** Given the method by its name, and its arguments: null where there are none. */
    void before(String method, Object[] arguments);
  }

  static Platform with(Hook hook) {
    return (Platform)
        Proxy.newProxyInstance(
            Platform.class.getClassLoader(),
            new Class<?>[] {Platform.class},
            (proxy, method, arguments) -> {
              hook.before(method.getName(), arguments);
              return method.invoke(Platform.SYSTEM, arguments);
            });
  }
}
