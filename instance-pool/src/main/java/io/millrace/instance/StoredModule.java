package io.millrace.instance;

/**
 * A compiled module as it is kept on disk, and as it is loaded.
 *
 * @param wasm the {@linkplain StrippedModule stripped} module
 * @param namesUsable whether the engine may read its names
 * @param classes a jar of the classes that the engine made of the whole module
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredModule(byte[] wasm, boolean namesUsable, byte[] classes) {

  /** Of heap for each byte of the module, once the engine has parsed it. */
  private static final long HEAP_BYTES = 6;

  /** Of metaspace for each byte of the classes, which are compressed. */
  private static final long METASPACE_BYTES = 5;

  private static final long LEAST_BYTES = 16 * 1024;

  /** What the module takes of heap and metaspace when it is loaded; measured, see RATIONALE. */
  long footprintBytes() {
    return LEAST_BYTES + HEAP_BYTES * wasm.length + METASPACE_BYTES * classes.length;
  }
}
