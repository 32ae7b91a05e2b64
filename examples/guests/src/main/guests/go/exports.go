//go:build wasip1

package main

import (
	"unsafe"

	"guests.example/go/guest"
)

//go:wasmexport echo
func exportEcho(ptr unsafe.Pointer, length uint32) uint64 { return guest.Call(echo, ptr, length) }

//go:wasmexport sha256
func exportSha256(ptr unsafe.Pointer, length uint32) uint64 {
	return guest.Call(sha256Hex, ptr, length)
}

//go:wasmexport hmac-sha256
func exportHmac(ptr unsafe.Pointer, length uint32) uint64 { return guest.Call(hmacHex, ptr, length) }

//go:wasmexport json
func exportJSON(ptr unsafe.Pointer, length uint32) uint64 { return guest.Call(jsonName, ptr, length) }

//go:wasmexport jwt
func exportJwt(ptr unsafe.Pointer, length uint32) uint64 { return guest.Call(jwt, ptr, length) }

//go:wasmexport counter
func exportCounter(ptr unsafe.Pointer, length uint32) uint64 { return guest.Call(counter, ptr, length) }

//go:wasmexport spin
func exportSpin(ptr unsafe.Pointer, length uint32) uint64 { return guest.Call(spin, ptr, length) }

//go:wasmexport trap
func exportTrap(ptr unsafe.Pointer, length uint32) uint64 { return guest.Call(trap, ptr, length) }

//go:wasmexport grow
func exportGrow(ptr unsafe.Pointer, length uint32) uint64 { return guest.Call(grow, ptr, length) }

//go:wasmexport wasi
func exportWasi(ptr unsafe.Pointer, length uint32) uint64 { return guest.Call(wasi, ptr, length) }

//go:wasmexport invoke_flat
func exportInvokeFlat(ptr unsafe.Pointer, length uint32) unsafe.Pointer {
	return guest.CallFlat(invokeFlat, ptr, length)
}
