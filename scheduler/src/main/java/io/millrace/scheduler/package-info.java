/**
 * Worker threads, inboxes, dispatch, deadlines and demand. No wasm: a worker runs whatever Guest
 * its lease gives it.
 *
 * <p>Methods on shared state whose names begin with {@code try} answer whether this caller won.
 */
@NullMarked
package io.millrace.scheduler;

import org.jspecify.annotations.NullMarked;
