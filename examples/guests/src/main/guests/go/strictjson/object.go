// Package strictjson reads members of JSON objects. It takes one spelling of
// everything: valid UTF-8, names in their own case, no half of a surrogate pair.
package strictjson

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// maxNames is how many members one call of Object can look for.
	maxNames = 3

	// maxLevels is how deep objects and arrays may lie in each other.
	maxLevels = 64
)

// Object looks for members of one JSON object, with nothing but white space
// around it. members[i] is the raw text of the value called names[i], or nil
// when there is none. Of two members with one name the last counts.
//
// Why not decode into a struct: encoding/json ignores the case of the names
// there, so that "ALG" would pass for "alg". Why not into a map: a hostile
// object of many small members grows there to many times its size. Here nothing
// is copied. encoding/json still decides what is valid.
func Object(input []byte, names ...string) (members [maxNames][]byte, ok bool) {
	if !utf8.Valid(input) || !json.Valid(input) || !isStrict(input) {
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
		name, _ := Text(input[at:end])
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

// isStrict says whether valid JSON keeps to what encoding/json is lax about: how
// deep it is, and whether escaped surrogates come in pairs.
func isStrict(input []byte) bool {
	opened := bytes.Count(input, []byte{'{'}) + bytes.Count(input, []byte{'['})
	if opened <= maxLevels && bytes.IndexByte(input, '\\') < 0 {
		return true // as nearly all are
	}
	levels := 0
	for at := 0; at < len(input); {
		switch input[at] {
		case '"':
			end := skipString(input, at)
			if !pairsSurrogates(input[at:end]) {
				return false
			}
			at = end
			continue
		case '{', '[':
			if levels++; levels > maxLevels {
				return false
			}
		case '}', ']':
			levels--
		}
		at++
	}
	return true
}

func pairsSurrogates(raw []byte) bool {
	for {
		at := bytes.IndexByte(raw, '\\')
		if at < 0 {
			return true
		}
		raw = raw[at:]
		first, ok := escapedUnit(raw)
		if !ok {
			raw = raw[2:] // a short escape
			continue
		}
		raw = raw[6:]
		if utf16.IsSurrogate(first) {
			second, ok := escapedUnit(raw)
			if !ok || utf16.DecodeRune(first, second) == utf8.RuneError {
				return false
			}
			raw = raw[6:]
		}
	}
}

// escapedUnit reads \uXXXX at the start of raw.
func escapedUnit(raw []byte) (unit rune, ok bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	read, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(read), err == nil
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

// IsText says whether a raw value is a string.
func IsText(raw []byte) bool {
	return len(raw) > 0 && raw[0] == '"'
}

// Text reads a JSON string. The result lies inside raw where nothing in it is
// escaped.
func Text(raw []byte) ([]byte, bool) {
	if !IsText(raw) {
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
