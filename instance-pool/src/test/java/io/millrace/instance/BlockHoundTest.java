package io.millrace.instance;

import io.millrace.testkit.BlockHoundContract;

class BlockHoundTest extends BlockHoundContract {}
