package main

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// maxNames is how many members one call of object can look for.
const maxNames = 3

// object looks for members of one JSON object, with nothing but white space
// around it. members[i] is the raw text of the value called names[i], or nil
// when there is none. Of two members with one name the last counts.
//
// Why not decode into a struct: encoding/json ignores the case of the names
// there, so that "ALG" would pass for "alg". Why not into a map: a hostile
// object of many small members grows there to many times its size. Here nothing
// is copied. encoding/json still decides what is valid.
func object(input []byte, names ...string) (members [maxNames][]byte, ok bool) {
	if !utf8.Valid(input) || !json.Valid(input) {
		return members, false
	}
	// From here on the syntax is known to be right: no index can run out.
	at := skipSpace(input, 0)
	if input[at] != '{' {
		return members, false
	}
	at = skipSpace(input, at+1)
	for input[at] != '}' {
		if input[at] == ',' {
			at = skipSpace(input, at+1)
		}
		end := skipValue(input, at)
		name, _ := text(input[at:end])
		colon := skipSpace(input, end)
		at = skipSpace(input, colon+1)
		end = skipValue(input, at)
		for i := range names {
			if string(name) == names[i] {
				members[i] = input[at:end]
			}
		}
		at = skipSpace(input, end)
	}
	return members, true
}

func skipSpace(input []byte, at int) int {
	for input[at] == ' ' || input[at] == '\n' || input[at] == '\r' || input[at] == '\t' {
		at++
	}
	return at
}

// skipValue returns the index behind the value that starts at at.
func skipValue(input []byte, at int) int {
	switch input[at] {
	case '"':
		return skipString(input, at)
	case '{', '[':
		for depth := 0; ; {
			switch input[at] {
			case '"':
				at = skipString(input, at)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			at++
			if depth == 0 {
				return at
			}
		}
	default: // a number, true, false or null, inside an object
		return at + bytes.IndexAny(input[at:], ",} \n\r\t")
	}
}

func skipString(input []byte, at int) int {
	for at++; input[at] != '"'; at++ {
		if input[at] == '\\' {
			at++
		}
	}
	return at + 1
}

// isText says whether a raw value is a string.
func isText(raw []byte) bool {
	return len(raw) > 0 && raw[0] == '"'
}

// text reads a JSON string. The result lies inside raw where nothing in it is
// escaped.
func text(raw []byte) ([]byte, bool) {
	if !isText(raw) {
		return nil, false
	}
	inside := raw[1 : len(raw)-1]
	if bytes.IndexByte(inside, '\\') < 0 {
		return inside, true
	}
	var unescaped string
	if err := json.Unmarshal(raw, &unescaped); err != nil {
		return nil, false
	}
	return []byte(unescaped), true
}
