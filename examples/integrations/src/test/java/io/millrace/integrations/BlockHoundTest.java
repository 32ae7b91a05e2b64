package io.millrace.integrations;

import io.millrace.testkit.BlockHoundContract;

class BlockHoundTest extends BlockHoundContract {}
