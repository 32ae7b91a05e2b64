package io.millrace.benchmarks;

import org.extism.sdk.chicory.CompiledPlugin;
import org.extism.sdk.chicory.Manifest;
import org.extism.sdk.chicory.ManifestWasm;
import org.extism.sdk.chicory.Plugin;

/** Extism's SDK over the same engine, compiled, with the same functions behind its interface. */
final class ExtismCaller implements Caller {

  private final Plugin plugin;

  private ExtismCaller(Plugin plugin) {
    this.plugin = plugin;
  }

  static Factory of(byte[] wasm) {
    Manifest manifest =
        Manifest.ofWasms(ManifestWasm.fromBytes(wasm).build())
            .withOptions(new Manifest.Options().withAoT())
            .build();
    CompiledPlugin compiled = Plugin.ofManifest(manifest).compile();
    return () -> new ExtismCaller(compiled.instantiate());
  }

  @Override
  public byte[] call(PeerCall call) {
    return plugin.call(call.function(), call.payload());
  }
}
