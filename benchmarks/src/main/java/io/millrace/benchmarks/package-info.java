/**
 * JMH benchmarks of the hot pieces, each beside the limit that it is measured against.
 *
 * <p>Run them all with {@code java -jar benchmarks/target/millrace-benchmarks.jar}, after {@code
 * mvn -B package}.
 */
@NullMarked
package io.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
