package io.millrace.instance;

/**
 * A compiled module as it is kept on disk.
 *
 * @param wasm the {@linkplain StrippedModule stripped} module
 * @param namesUsable whether the engine may read its names
 * @param classes a jar of the classes that the engine made of the whole module
 * @param sizeBytes of the whole module
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredModule(byte[] wasm, boolean namesUsable, byte[] classes, long sizeBytes) {}
