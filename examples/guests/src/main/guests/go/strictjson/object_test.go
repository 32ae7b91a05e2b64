package strictjson

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzObject holds Object against the library's own decoding into a map.
func FuzzObject(f *testing.F) {
	for _, seed := range []string{
		``, ` `, `null`, `{}`, ` { } `, `{"a":1}`, `{"a":null,"b":"x","c":[1,{"a":"}]"},"\\"]}`,
		`{"a":1,"a":2}`, `{"A":1}`, `{"\u0061":"\"","b" :  -1.5e+3 , "c":{"a":{"b":"{["}}}`, "{\n\"a\"\r:\ttrue\n}",
		`{"a":"` + "\xff" + `"}`, `{"a":"\\"}`, `{"":0}`, `{"a":1}x`, `{"a":1}{"a":2}`, `["a",1]`, `"a"`, `{"a":1,}`,
	} {
		f.Add([]byte(seed))
	}
	names := []string{"a", "b", "c"}
	f.Fuzz(func(t *testing.T, input []byte) {
		var want map[string]json.RawMessage
		wantOk := json.Unmarshal(input, &want) == nil && want != nil && utf8.Valid(input) && isStrict(input)
		got, ok := Object(input, names...)
		if ok != wantOk {
			t.Fatalf("%q: got %v, want %v", input, ok, wantOk)
		}
		if !ok {
			return
		}
		for i, name := range names {
			if raw, present := want[name]; present != (got[i] != nil) || !bytes.Equal(raw, got[i]) {
				t.Errorf("%q: %s is %q, want %q", input, name, got[i], raw)
			}
			var s string
			isString := json.Unmarshal(got[i], &s) == nil && string(got[i]) != "null"
			if decoded, ok := Text(got[i]); ok != isString || string(decoded) != s {
				t.Errorf("%q: text %q, want %q", got[i], decoded, s)
			}
			var n float64
			if number, ok := Number(got[i]); ok && json.Unmarshal(got[i], &n) == nil && n != number {
				t.Errorf("%q: number %v, want %v", got[i], number, n)
			}
		}
	})
}
