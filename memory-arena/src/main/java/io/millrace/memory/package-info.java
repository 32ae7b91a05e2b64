/**
 * Linear memory, slices and arenas: the floor that everything stands on. No engine, no Reactor.
 *
 * <p>Addresses are wasm's unsigned 32-bit addresses carried in an {@code int}; a negative one lies
 * above 2 GiB and is therefore always out of bounds. All multi-byte values are little-endian, as
 * the WebAssembly core specification (section 4.4.12) demands.
 */
@NullMarked
package io.millrace.memory;

import org.jspecify.annotations.NullMarked;
