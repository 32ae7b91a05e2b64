/**
 * Where the scheduler meets whatever runs guests. A scheduler asks a {@link
 * io.millrace.pipeline.spi.GuestSource} for one {@link io.millrace.pipeline.spi.GuestLease} per
 * worker and knows nothing of wasm; a source knows nothing of threads. Users do not call these
 * types.
 */
@NullMarked
package io.millrace.pipeline.spi;

import org.jspecify.annotations.NullMarked;
