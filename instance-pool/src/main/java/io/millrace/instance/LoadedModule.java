package io.millrace.instance;

/**
 * A compiled module, which pools share, and what one pool finds in it.
 *
 * @param compiled the shared part
 * @param report under the pool's own name for it, with its grants and its ABI
 */
record LoadedModule(CompiledModule compiled, ModuleReport report) {}
