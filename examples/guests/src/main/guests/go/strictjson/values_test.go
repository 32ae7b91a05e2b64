package strictjson

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestPlainStringsAreEncodedAsTheLibraryDoes(t *testing.T) {
	for c := rune(0); c < 0x180; c++ {
		s := "a" + string(c) + "b"
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(s); err != nil {
			t.Fatal(err)
		}
		if got := string(AppendString(nil, []byte(s))); got+"\n" != want.String() {
			t.Errorf("%q: got %s, want %s", s, got, want.String())
		}
	}
}

func TestWholeNumbers(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "1500": 1500, "9007199254740991": 9007199254740991} {
		if got, ok := WholeNumber([]byte(text)); !ok || got != want {
			t.Errorf("%s: got %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "-0", "-1", "1.0", "1e3", "9007199254740992", "99999999999999999999", "null", `"1"`} {
		if got, ok := WholeNumber([]byte(text)); ok {
			t.Errorf("%s passed as %v", text, got)
		}
	}
}
