package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
)

// The refusals, in the order of the checks.
const (
	badRequest  = `{"valid":false,"reason":"bad-request"}`
	malformed   = `{"valid":false,"reason":"malformed"}`
	algorithm   = `{"valid":false,"reason":"algorithm"}`
	signature   = `{"valid":false,"reason":"signature"}`
	expired     = `{"valid":false,"reason":"expired"}`
	notYetValid = `{"valid":false,"reason":"not-yet-valid"}`
)

// request is what the host asks. Its token still has its three parts encoded.
type request struct {
	token []byte
	key   []byte
	now   float64
}

// token is a parsed JWS in compact form. Nothing in it is to be trusted before
// its signature has been compared.
type token struct {
	signed    []byte // header, dot, claims, as they came
	signature []byte
	algorithm []byte
	critical  bool // the header has a "crit" member
	expires   float64
	notBefore float64 // read only when hasNotBefore
	subject   []byte  // still a JSON string, nil when absent

	hasNotBefore bool
}

// appendVerdict appends the verdict on a request to dst. The first check that
// fails gives the reason.
func appendVerdict(dst, input []byte) []byte {
	asked, ok := parseRequest(input)
	if !ok {
		return append(dst, badRequest...)
	}
	found, ok := parseToken(asked.token)
	switch {
	case !ok:
		return append(dst, malformed...)
	case string(found.algorithm) != "HS256" || found.critical:
		return append(dst, algorithm...)
	case !found.signedWith(asked.key):
		return append(dst, signature...)
	case asked.now >= found.expires:
		return append(dst, expired...)
	case found.hasNotBefore && asked.now < found.notBefore:
		return append(dst, notYetValid...)
	}
	dst = append(dst, `{"valid":true,"subject":`...)
	subject, _ := text(found.subject)
	dst = appendString(dst, subject)
	return append(dst, '}')
}

func parseRequest(input []byte) (asked request, ok bool) {
	members, ok := object(input, "token", "key", "now")
	if !ok {
		return asked, false
	}
	if asked.token, ok = text(members[0]); !ok {
		return asked, false
	}
	encodedKey, ok := text(members[1])
	if !ok {
		return asked, false
	}
	if asked.key, ok = decode(encodedKey); !ok || len(asked.key) == 0 {
		return asked, false
	}
	asked.now, ok = number(members[2])
	return asked, ok
}

func parseToken(compact []byte) (found token, ok bool) {
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
	header, ok := object(headerText, "alg", "crit")
	if !ok {
		return found, false
	}
	if found.algorithm, ok = text(header[0]); !ok {
		return found, false
	}
	found.critical = header[1] != nil

	claimsText, ok := decode(claimsPart)
	if !ok {
		return found, false
	}
	claims, ok := object(claimsText, "exp", "nbf", "sub")
	if !ok {
		return found, false
	}
	if found.expires, ok = number(claims[0]); !ok {
		return found, false
	}
	if found.hasNotBefore = claims[1] != nil; found.hasNotBefore {
		if found.notBefore, ok = number(claims[1]); !ok {
			return found, false
		}
	}
	found.subject = claims[2]
	return found, found.subject == nil || isText(found.subject)
}

// signedWith compares in constant time.
func (t *token) signedWith(key []byte) bool {
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

// number reads a JSON number. One beyond the range of float64 is an infinity,
// which still compares as it should.
func number(raw []byte) (float64, bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false
	}
	value, _ := strconv.ParseFloat(string(raw), 64)
	return value, true
}

// appendString appends s as a JSON string, without HTML escaping.
func appendString(dst, s []byte) []byte {
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
