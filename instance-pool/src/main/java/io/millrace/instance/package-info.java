/**
 * Guests on the Chicory engine: modules are read, compiled once and cached; instances are built on
 * the worker that leases them and reused until they fail.
 *
 * <p>The engine's types are imported by the package-private files CompiledModule, FlatMemory,
 * GuestInstance, ModuleCompiler, WasiImports, WasiPoll and WasmTypes, and by no others: a test
 * holds that, so that a change of engine stays a change of these.
 */
@NullMarked
package io.millrace.instance;

import org.jspecify.annotations.NullMarked;
