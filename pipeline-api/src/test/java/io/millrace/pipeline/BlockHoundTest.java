package io.millrace.pipeline;

import io.millrace.testkit.BlockHoundContract;

class BlockHoundTest extends BlockHoundContract {}
