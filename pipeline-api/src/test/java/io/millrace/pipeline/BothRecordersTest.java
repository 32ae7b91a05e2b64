package io.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BothRecordersTest {

  private final List<String> told = new ArrayList<>();

  /** All but what puts two together: so that a method that is added is passed on, too. */
  static List<Method> whatIsTold() {
    return Arrays.stream(WorkerPoolRecorder.class.getMethods())
        .filter(method -> !method.getName().equals("and"))
        .toList();
  }

  private WorkerPoolRecorder throwing(String name) {
    return (WorkerPoolRecorder)
        Proxy.newProxyInstance(
            WorkerPoolRecorder.class.getClassLoader(),
            new Class<?>[] {WorkerPoolRecorder.class},
            (proxy, method, args) -> {
              told.add(name + " " + method.getName());
              throw new IllegalStateException(name);
            });
  }

  @ParameterizedTest
  @MethodSource("whatIsTold")
  void bothAreToldInTheirOrderWhateverTheFirstThrows(Method method) {
    WorkerPoolRecorder both = new BothRecorders(throwing("first"), throwing("second"));
    Object[] arguments =
        Arrays.stream(method.getParameterTypes())
            .map(type -> type == long.class ? (Object) 1L : null)
            .toArray();
    assertThatThrownBy(() -> method.invoke(both, arguments))
        .hasRootCauseInstanceOf(IllegalStateException.class);
    assertThat(told).containsExactly("first " + method.getName(), "second " + method.getName());
  }
}
