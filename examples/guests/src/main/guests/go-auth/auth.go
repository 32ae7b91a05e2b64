package main

import (
	"guests.example/go/strictjson"
	"guests.example/go/token"
)

// authenticate answers the verdict on a token. A refusal is a verdict, too: it
// never fails.
func authenticate(input []byte) ([]byte, error) {
	checked, refusal := token.Check(input, strictjson.Number)
	if refusal != token.None {
		return []byte(`{"valid":false,"reason":"` + string(refusal) + `"}`), nil
	}
	subject, _ := strictjson.Text(checked.Subject)
	verdict := append(make([]byte, 0, 64+len(subject)), `{"valid":true,"subject":`...)
	return append(strictjson.AppendString(verdict, subject), '}'), nil
}
