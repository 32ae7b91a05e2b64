/**
 * jcstress tests of what threads share: two actors each, since CI has two cores. A FORBIDDEN line
 * tells the bug that it would show.
 *
 * <p>Run them with {@code mvn -B -pl benchmarks -am verify -Pstress -DskipTests}; it fails when
 * anything forbidden was seen. CI runs them in a quarter of the JVM configurations, a fifth of a
 * second each: what happens once in a million meetings is for the full run.
 */
@NullMarked
package io.millrace.benchmarks.stress;

import org.jspecify.annotations.NullMarked;
