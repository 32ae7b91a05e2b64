//go:build wasip1

package guest

import (
	"encoding/binary"
	"unsafe"
)

// maxHeld is how much the host may hold at once. Go cannot report that the
// heap is exhausted: it ends the instance. So alloc refuses well before that.
const maxHeld = 256 << 20

var (
	// blocks keeps what the host owns from the garbage collector. The
	// elements are uint64 for their alignment.
	blocks = map[uintptr][]uint64{}
	held   uint64 // bytes in blocks

	// result keeps what the last call answered.
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

// Call runs a function over the host's bytes and packs where its answer lies.
func Call(function Function, ptr unsafe.Pointer, length uint32) uint64 {
	var answered uint32
	result, answered = answer(function, unsafe.Slice((*byte)(ptr), length))
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(result))))<<32 | uint64(answered)
}

// CallFlat does the same, and answers where the answer lies behind its length.
func CallFlat(function Function, ptr unsafe.Pointer, length uint32) unsafe.Pointer {
	text, answered := answer(function, unsafe.Slice((*byte)(ptr), length))
	result = binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(text)), answered)
	result = append(result, text...)
	return unsafe.Pointer(unsafe.SliceData(result))
}
