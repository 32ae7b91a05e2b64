package io.millrace.webidl;

import io.millrace.testkit.BlockHoundContract;

class BlockHoundTest extends BlockHoundContract {}
