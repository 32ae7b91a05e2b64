/**
 * What a user of Millrace sees: a {@link io.millrace.pipeline.WorkerPool} takes {@link
 * io.millrace.pipeline.Invocation}s and answers {@link io.millrace.pipeline.Reply}s.
 *
 * <p>The words are those of browser Web Workers (HTML standard, section 10) and of Reactive
 * Streams.
 */
@NullMarked
package io.millrace.pipeline;

import org.jspecify.annotations.NullMarked;
