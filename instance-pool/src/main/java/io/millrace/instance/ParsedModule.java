package io.millrace.instance;

import com.dylibso.chicory.wasm.WasmModule;

/** A module that the scan has let through, as the engine has parsed it. */
record ParsedModule(ScannedModule scanned, WasmModule wasm) {}
