package io.millrace.examples;

import io.millrace.testkit.BlockHoundContract;

class BlockHoundTest extends BlockHoundContract {}
