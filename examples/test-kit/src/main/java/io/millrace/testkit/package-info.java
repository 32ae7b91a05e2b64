/** What the tests of several modules have in common. */
@NullMarked
package io.millrace.testkit;

import org.jspecify.annotations.NullMarked;
