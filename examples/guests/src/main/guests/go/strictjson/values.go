package strictjson

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// maxSafe is the largest whole number up to which all are exact as float64.
const maxSafe = 1<<53 - 1

// Number reads a JSON number. One beyond the range of float64 is an infinity,
// which still compares as it should.
func Number(raw []byte) (float64, bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false
	}
	value, _ := strconv.ParseFloat(string(raw), 64)
	return value, true
}

// WholeNumber reads a JSON number of 0 to 2^53 - 1 that has neither fraction nor
// exponent.
func WholeNumber(raw []byte) (float64, bool) {
	value, err := strconv.ParseUint(string(raw), 10, 53)
	return float64(value), err == nil && value <= maxSafe
}

// AppendString appends s as a JSON string, without HTML escaping. U+2028 and
// U+2029 are escaped.
func AppendString(dst, s []byte) []byte {
	if isPlain(s) {
		dst = append(dst, '"')
		dst = append(dst, s...)
		return append(dst, '"')
	}
	var escaped bytes.Buffer
	encoder := json.NewEncoder(&escaped)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(string(s)); err != nil {
		panic(err) // a string always has an encoding
	}
	return append(dst, bytes.TrimSuffix(escaped.Bytes(), []byte{'\n'})...)
}

// isPlain says whether s needs no escaping at all.
func isPlain(s []byte) bool {
	for _, c := range s {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
