// Package token checks JSON Web Tokens that are signed with HMAC-SHA256.
package token

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"guests.example/go/strictjson"
)

// Refusal is why a request is refused, or None.
type Refusal string

// The refusals, in the order of the checks.
const (
	None        Refusal = ""
	BadRequest  Refusal = "bad-request"
	Malformed   Refusal = "malformed"
	Algorithm   Refusal = "algorithm"
	Signature   Refusal = "signature"
	Expired     Refusal = "expired"
	NotYetValid Refusal = "not-yet-valid"
)

// Date reads a time in seconds from the raw text of a JSON value.
type Date func(raw []byte) (seconds float64, ok bool)

// Checked is what is known of a token that passed.
type Checked struct {
	Claims  []byte // as they stand in the token, decoded
	Subject []byte // the raw text of the sub claim, nil where there is none
}

// request is what the host asks. Its token still has its three parts encoded.
type request struct {
	token []byte
	key   []byte
	now   float64
}

// parsed is a JWS in compact form. Nothing in it is to be trusted before its
// signature has been compared.
type parsed struct {
	signed    []byte // header, dot, claims, as they came
	signature []byte
	algorithm []byte
	critical  bool // the header has a "crit" member
	claims    []byte
	expires   float64
	notBefore float64 // read only when hasNotBefore
	subject   []byte

	hasNotBefore bool
}

// Check judges {"token": .., "key": .., "now": ..}. The first check that fails
// gives the refusal.
func Check(input []byte, date Date) (Checked, Refusal) {
	asked, ok := parseRequest(input, date)
	if !ok {
		return Checked{}, BadRequest
	}
	found, ok := parse(asked.token, date)
	switch {
	case !ok:
		return Checked{}, Malformed
	case string(found.algorithm) != "HS256" || found.critical:
		return Checked{}, Algorithm
	case !found.signedWith(asked.key):
		return Checked{}, Signature
	case asked.now >= found.expires:
		return Checked{}, Expired
	case found.hasNotBefore && asked.now < found.notBefore:
		return Checked{}, NotYetValid
	}
	return Checked{Claims: found.claims, Subject: found.subject}, None
}

func parseRequest(input []byte, date Date) (asked request, ok bool) {
	members, ok := strictjson.Object(input, "token", "key", "now")
	if !ok {
		return asked, false
	}
	if asked.token, ok = strictjson.Text(members[0]); !ok {
		return asked, false
	}
	encodedKey, ok := strictjson.Text(members[1])
	if !ok {
		return asked, false
	}
	if asked.key, ok = decode(encodedKey); !ok || len(asked.key) == 0 {
		return asked, false
	}
	asked.now, ok = date(members[2])
	return asked, ok
}

func parse(compact []byte, date Date) (found parsed, ok bool) {
	dot := []byte{'.'}
	headerPart, rest, ok := bytes.Cut(compact, dot)
	if !ok {
		return found, false
	}
	claimsPart, signaturePart, ok := bytes.Cut(rest, dot)
	if !ok {
		return found, false
	}
	found.signed = compact[:len(headerPart)+1+len(claimsPart)]

	// A dot is no base64url digit, so that a fourth part is refused here.
	if found.signature, ok = decode(signaturePart); !ok {
		return found, false
	}
	headerText, ok := decode(headerPart)
	if !ok {
		return found, false
	}
	header, ok := strictjson.Object(headerText, "alg", "crit")
	if !ok {
		return found, false
	}
	if found.algorithm, ok = strictjson.Text(header[0]); !ok {
		return found, false
	}
	found.critical = header[1] != nil

	if found.claims, ok = decode(claimsPart); !ok {
		return found, false
	}
	claims, ok := strictjson.Object(found.claims, "exp", "nbf", "sub")
	if !ok {
		return found, false
	}
	if found.expires, ok = date(claims[0]); !ok {
		return found, false
	}
	if found.hasNotBefore = claims[1] != nil; found.hasNotBefore {
		if found.notBefore, ok = date(claims[1]); !ok {
			return found, false
		}
	}
	found.subject = claims[2]
	return found, found.subject == nil || strictjson.IsText(found.subject)
}

// signedWith compares in constant time.
func (t *parsed) signedWith(key []byte) bool {
	mac := hmac.New(sha256.New, key)
	mac.Write(t.signed)
	var sum [sha256.Size]byte
	return hmac.Equal(t.signature, mac.Sum(sum[:0]))
}

var base64url = base64.RawURLEncoding.Strict()

// decode reads base64url without padding. Go's decoder skips line ends, which
// would give one token many spellings, so they are refused first.
func decode(part []byte) ([]byte, bool) {
	if bytes.IndexByte(part, '\n') >= 0 || bytes.IndexByte(part, '\r') >= 0 {
		return nil, false
	}
	decoded, err := base64url.AppendDecode(nil, part)
	return decoded, err == nil
}
