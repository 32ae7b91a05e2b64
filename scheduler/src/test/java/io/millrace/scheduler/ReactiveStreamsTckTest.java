package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.testng.ITestNGMethod;
import org.testng.ITestResult;
import org.testng.TestListenerAdapter;
import org.testng.TestNG;

/** Runs the Reactive Streams technology compatibility kit, which is made for TestNG. */
class ReactiveStreamsTckTest {

  /** What the kit itself leaves out: rules that no test can verify. */
  private static final String UNTESTED = "untested_";

  /** For publishers that give all subscribers the same; ours run anew for each, or have one. */
  private static final String MULTICAST = "optional_spec111_";

  /** What a port's failures cannot show: they are elements and end nothing, and each is posted. */
  private static final Set<String> NOT_OF_ERRORS =
      Set.of(
          "optional_spec104_mustSignalOnErrorWhenFails",
          "required_spec109_mayRejectCallsToSubscribeIfPublisherIsUnableOrUnwillingToServeThem"
              + "RejectionMustTriggerOnErrorAfterOnSubscribe",
          "required_spec317_mustNotSignalOnErrorWhenPendingAboveLongMaxValue"); // of 2^31 elements

  static Stream<Class<?>> verifications() {
    return Stream.of(
        InvokeAllPublisherTck.class,
        InvokeAllUnorderedPublisherTck.class,
        InvokeAllSubscriberTck.class,
        MessagesPublisherTck.class,
        StreamPublisherTck.class,
        ErrorsPublisherTck.class);
  }

  @ParameterizedTest
  @MethodSource("verifications")
  void theKitPassesAndSkipsNothingThatCanBeTested(Class<?> verification) {
    TestListenerAdapter results = new TestListenerAdapter();
    TestNG kit = new TestNG(false);
    kit.setVerbose(0);
    kit.setTestClasses(new Class<?>[] {verification});
    kit.addListener(results);
    kit.run();

    assertThat(results.getFailedTests())
        .as("%s", results.getFailedTests().stream().map(ReactiveStreamsTckTest::story).toList())
        .isEmpty();
    assertThat(results.getConfigurationFailures()).isEmpty();
    assertThat(results.getPassedTests()).hasSizeGreaterThan(12);
    Set<String> skipped = new TreeSet<>();
    for (ITestResult each : results.getSkippedTests()) {
      skipped.add(each.getName());
    }
    skipped.removeIf(name -> name.startsWith(UNTESTED) || name.startsWith(MULTICAST));
    if (verification == ErrorsPublisherTck.class) {
      skipped.removeAll(NOT_OF_ERRORS);
    }
    assertThat(skipped).isEmpty();
  }

  private static String story(ITestResult result) {
    ITestNGMethod method = result.getMethod();
    return method.getMethodName() + ": " + result.getThrowable();
  }
}
