/**
 * One contract in WebIDL, from which each side's face is made. {@link
 * io.millrace.webidl.FaceGenerator} is its command, for builds.
 */
@NullMarked
package io.millrace.webidl;

import org.jspecify.annotations.NullMarked;
