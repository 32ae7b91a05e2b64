// Package guest is the guest's side of the contract, so that the author of an
// SDK writes functions of bytes only:
//
//	//go:wasmexport sha256
//	func exportSha256(ptr unsafe.Pointer, length uint32) uint64 {
//		return guest.Call(sha256Hex, ptr, length)
//	}
package guest

// Function is what an author writes. The reply may lie inside the input. It has
// to stay as it is until the next call.
type Function func(input []byte) ([]byte, error)

// Error is a word of the contract's table of errors.
type Error string

func (e Error) Error() string { return string(e) }

// errorBit is set in a length that is that of an error's text.
const errorBit = 1 << 31

// answer runs a function, and gives its reply or its error as a text with the
// length that tells which of them it is.
func answer(function Function, input []byte) (text []byte, length uint32) {
	reply, err := function(input)
	if err != nil {
		text = []byte(err.Error())
		return text, uint32(len(text)) | errorBit
	}
	return reply, uint32(len(reply))
}
