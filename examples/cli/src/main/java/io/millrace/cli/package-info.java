/** The {@code millrace} command: demo, invoke and inspect. A leaf: nothing imports it. */
@NullMarked
package io.millrace.cli;

import org.jspecify.annotations.NullMarked;
