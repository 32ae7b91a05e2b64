# Gives an instance a stack and thread-local variables of its own. Each instance begins with its
# stack pointer at the same place of the one memory, so that nothing here may use the stack before.
# A slot's page holds its thread-local variables, and above them its stack, which grows downwards.

	.globaltype	__stack_pointer, i32
	.functype	__wasm_init_tls (i32) -> ()
	.functype	adopt_slot (i32) -> ()

	.section	.data.slot_pages,"",@
	.type	slot_pages,@object
	.p2align	2
slot_pages:
	.skip	4096                # SLOTS words: the address of each slot's page, or 0
	.size	slot_pages, 4096

	.section	.text.has_slot,"",@
	.globaltype	has_slot, i32
has_slot:

	.section	.text.instance_slot,"",@
	.globl	instance_slot
	.type	instance_slot,@function
	.export_name	instance_slot, instance_slot
instance_slot:
	.functype	instance_slot (i32) -> ()
	.local	i32, i32

	local.get	0
	i32.const	1024
	i32.ge_u
	if
	  unreachable               # more instances than slots
	end_if

	local.get	0
	i32.const	2
	i32.shl
	i32.const	slot_pages
	i32.add
	local.tee	1
	i32.load	0
	local.tee	2
	i32.eqz
	if
	  i32.const	1
	  memory.grow	0
	  local.tee	2
	  i32.const	-1
	  i32.eq
	  if
	    unreachable             # no memory for another instance
	  end_if
	  local.get	1
	  local.get	2
	  i32.const	16
	  i32.shl
	  local.tee	2
	  i32.store	0
	end_if

	local.get	2
	i32.const	65536
	i32.add
	global.set	__stack_pointer
	local.get	2
	call	__wasm_init_tls
	i32.const	1
	global.set	has_slot
	local.get	0
	call	adopt_slot
	end_function

	.section	.text._initialize,"",@
	.globl	_initialize
	.type	_initialize,@function
	.export_name	_initialize, _initialize
_initialize:
	.functype	_initialize () -> ()

	global.get	has_slot
	i32.eqz
	if
	  unreachable               # the host has to call instance_slot before
	end_if
	end_function
