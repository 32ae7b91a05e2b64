//go:build wasip1

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"unsafe"

	"guests.example/go/guest"
)

//go:wasmexport echo
func exportEcho(ptr unsafe.Pointer, length uint32) uint64 { return guest.Call(echo, ptr, length) }

//go:wasmexport sha256
func exportSha256(ptr unsafe.Pointer, length uint32) uint64 {
	return guest.Call(sha256Hex, ptr, length)
}

//go:wasmexport authenticate
func exportAuthenticate(ptr unsafe.Pointer, length uint32) uint64 {
	return guest.Call(authenticate, ptr, length)
}

func echo(input []byte) ([]byte, error) { return input, nil }

func sha256Hex(input []byte) ([]byte, error) {
	sum := sha256.Sum256(input)
	return hex.AppendEncode(nil, sum[:]), nil
}
