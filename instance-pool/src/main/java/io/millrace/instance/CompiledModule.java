package io.millrace.instance;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.WasmModule;
import java.util.function.Function;

/**
 * A module ready to be instantiated any number of times, by any thread.
 *
 * @param wasm the parsed module; the machines accept this very object only
 * @param machines makes an instance's machine from the compiled classes
 * @param footprintBytes of heap and metaspace that it takes, by estimate; 0 where nobody asks
 * @param interpreted whether the machines interpret it, while it is not compiled yet
 */
record CompiledModule(
    WasmModule wasm,
    Function<Instance, Machine> machines,
    long footprintBytes,
    boolean interpreted) {}
