/**
 * Millrace with other libraries: codecs for Jackson and Netty, meters and observations for
 * Micrometer. Each class needs the library that it names, and none of the others.
 */
@NullMarked
package io.millrace.integrations;

import org.jspecify.annotations.NullMarked;
