package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"strconv"
	"time"

	"guests.example/go/guest"
	"guests.example/go/strictjson"
	"guests.example/go/token"
)

const pageBytes = 64 << 10

func echo(input []byte) ([]byte, error) {
	return input, nil
}

func sha256Hex(input []byte) ([]byte, error) {
	sum := sha256.Sum256(input)
	return hex.AppendEncode(nil, sum[:]), nil
}

// hmacHex takes the key's length in four bytes, little-endian, the key, the
// message.
func hmacHex(input []byte) ([]byte, error) {
	if len(input) < 4 {
		return nil, guest.Error("bad-frame")
	}
	length, rest := binary.LittleEndian.Uint32(input), input[4:]
	if uint64(length) > uint64(len(rest)) {
		return nil, guest.Error("bad-frame")
	}
	mac := hmac.New(sha256.New, rest[:length])
	mac.Write(rest[length:])
	return hex.AppendEncode(nil, mac.Sum(nil)), nil
}

func jsonName(input []byte) ([]byte, error) {
	members, ok := strictjson.Object(input, "name")
	if !ok {
		return nil, guest.Error("bad-json")
	}
	name, ok := strictjson.Text(members[0])
	if !ok {
		return nil, guest.Error("bad-member")
	}
	reply := append(make([]byte, 0, len(name)+16), `{"name":`...)
	return append(strictjson.AppendString(reply, name), '}'), nil
}

func jwt(input []byte) ([]byte, error) {
	checked, refusal := token.Check(input, strictjson.WholeNumber)
	if refusal != token.None {
		return nil, guest.Error(refusal)
	}
	return checked.Claims, nil
}

var count uint64

func counter([]byte) ([]byte, error) {
	count++
	return strconv.AppendUint(nil, count, 10), nil
}

func spin([]byte) ([]byte, error) {
	for {
	}
}

func trap([]byte) ([]byte, error) {
	panic("trap was called")
}

// held is for good; pages counts what is in it.
var (
	held  [][]byte
	pages uint64
)

// grow takes a number of pages, in decimal.
func grow(input []byte) ([]byte, error) {
	for _, digit := range input {
		if digit < '0' || digit > '9' {
			return nil, guest.Error("bad-number")
		}
	}
	more, err := strconv.ParseUint(string(input), 10, 16)
	if err != nil || len(input) > 5 {
		return nil, guest.Error("bad-number")
	}
	if more > 0 {
		held = append(held, make([]byte, more*pageBytes))
		pages += more
	}
	return strconv.AppendUint(nil, pages, 10), nil
}

// wasi takes the name of an environment variable.
func wasi(input []byte) ([]byte, error) {
	name := string(input)
	value, ok := os.LookupEnv(name)
	if !ok {
		return nil, guest.Error("unset")
	}
	if _, err := os.Stdout.WriteString(name + "=" + value + "\n"); err != nil {
		return nil, guest.Error("denied")
	}
	reply := strconv.AppendInt(nil, time.Now().UnixNano(), 10)
	return append(append(reply, ' '), value...), nil
}

// named are the functions that invokeFlat reaches.
var named = map[string]guest.Function{
	"echo": echo, "sha256": sha256Hex, "hmac-sha256": hmacHex, "json": jsonName, "jwt": jwt,
	"counter": counter, "spin": spin, "trap": trap, "grow": grow, "wasi": wasi,
}

// invokeFlat takes a function's name, a space, and the function's input.
func invokeFlat(input []byte) ([]byte, error) {
	name, rest, _ := bytes.Cut(input, []byte{' '})
	function, ok := named[string(name)]
	if !ok {
		return nil, guest.Error("no-function")
	}
	return function(rest)
}
