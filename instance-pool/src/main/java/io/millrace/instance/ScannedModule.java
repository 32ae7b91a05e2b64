package io.millrace.instance;

/**
 * A module that the engine may see: nothing but the scan makes these, and the compiler takes
 * nothing else.
 *
 * @param name of its source, for messages
 * @param bytes of the module
 * @param declared to the outside
 * @param namesUsable whether its name section keeps the order that the engine's reader of it needs
 * @param heapBytes that the engine takes to parse and compile it, by estimate
 * @param compileSteps of the engine beyond a few for each byte, by estimate
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ScannedModule(
    String name,
    byte[] bytes,
    Declarations declared,
    boolean namesUsable,
    long heapBytes,
    long compileSteps) {}
