/**
 * Guests on the Chicory engine: modules are read, compiled once and cached; instances are built on
 * the worker that leases them and reused until they fail.
 *
 * <p>The engine's types are imported by a handful of package-private files and by no others: a test
 * holds their list, so that a change of engine stays a change of these.
 */
@NullMarked
package io.millrace.instance;

import org.jspecify.annotations.NullMarked;
