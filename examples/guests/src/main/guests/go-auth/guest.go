//go:build wasip1

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"unsafe"
)

// maxHeld is how much the host may hold at once. Go cannot report that the
// heap is exhausted: it ends the instance. So alloc refuses well before that.
const maxHeld = 256 << 20

// maxKept is the largest result buffer that a call leaves to the next one.
const maxKept = 64 << 10

var (
	// blocks keeps what the host owns from the garbage collector. The
	// elements are uint64 for their alignment.
	blocks = map[uintptr][]uint64{}
	held   uint64 // bytes in blocks

	// result is what the last call answered, unless that lies in its input.
	result []byte
)

//go:wasmexport alloc
func alloc(length uint32) unsafe.Pointer {
	words := max(1, (uint64(length)+7)/8)
	if held+8*words > maxHeld {
		return nil
	}
	block := make([]uint64, words)
	ptr := unsafe.Pointer(unsafe.SliceData(block))
	blocks[uintptr(ptr)] = block
	held += 8 * words
	return ptr
}

//go:wasmexport free
func free(ptr unsafe.Pointer) {
	held -= 8 * uint64(len(blocks[uintptr(ptr)]))
	delete(blocks, uintptr(ptr))
}

//go:wasmexport echo
func echo(ptr unsafe.Pointer, length uint32) uint64 {
	return packed(ptr, uint64(length))
}

//go:wasmexport sha256
func sha256Hex(ptr unsafe.Pointer, length uint32) uint64 {
	sum := sha256.Sum256(unsafe.Slice((*byte)(ptr), length))
	result = hex.AppendEncode(emptied(result), sum[:])
	return packed(unsafe.Pointer(unsafe.SliceData(result)), uint64(len(result)))
}

//go:wasmexport authenticate
func authenticate(ptr unsafe.Pointer, length uint32) uint64 {
	result = appendVerdict(emptied(result), unsafe.Slice((*byte)(ptr), length))
	return packed(unsafe.Pointer(unsafe.SliceData(result)), uint64(len(result)))
}

// emptied returns the buffer for the next result. One that a large result has
// left behind is dropped.
func emptied(buffer []byte) []byte {
	if cap(buffer) > maxKept {
		return nil
	}
	return buffer[:0]
}

// packed returns address and length of a result in one word.
func packed(ptr unsafe.Pointer, length uint64) uint64 {
	return uint64(uintptr(ptr))<<32 | length
}
