;; A guest of the flat interface whose only work is one call of the host.
(module
  (import "env" "pause" (func $pause))
  (memory (export "memory") 2)
  (func (export "alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "free") (param i32))
  (func (export "wait") (param i32 i32) (result i64)
    (call $pause)
    (i64.const 0x0000040000000000)))
