package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const (
	secret = "a key of the tests, no secret at all"
	hs256  = `{"alg":"HS256", "typ":"JWT"}`
	claims = `{"sub":"alice","nbf":1000,"exp":2000}`
)

func encode(text string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// sign makes a token out of any two texts, so that the texts may be wrong.
func sign(header, claims string) string {
	return signParts(encode(header), encode(claims))
}

func signParts(header, claims string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(header + "." + claims))
	return header + "." + claims + "." + encode(string(mac.Sum(nil)))
}

func ask(token string, now string) string {
	quoted, _ := json.Marshal(token)
	return fmt.Sprintf(`{"token":%s,"key":%q,"now":%s}`, quoted, encode(secret), now)
}

func verdict(input string) string {
	answer, _ := authenticate([]byte(input))
	return string(answer)
}

func refusal(reason string) string {
	return `{"valid":false,"reason":"` + reason + `"}`
}

func accepts(t *testing.T, input, subject string) {
	t.Helper()
	if got, want := verdict(input), `{"valid":true,"subject":`+subject+`}`; got != want {
		t.Errorf("%s\ngot  %s\nwant %s", input, got, want)
	}
}

func refuses(t *testing.T, reason, input string) {
	t.Helper()
	if got, want := verdict(input), refusal(reason); got != want {
		t.Errorf("%s\ngot  %s\nwant %s", input, got, want)
	}
}

func TestValidToken(t *testing.T) {
	accepts(t, ask(sign(hs256, claims), "1500"), `"alice"`)
	accepts(t, "\r\n\t "+ask(sign(hs256, claims), "1500")+" \n", `"alice"`)
	accepts(t, ask(sign(hs256, `{"exp":2000}`), "1500"), `""`)
	accepts(t, ask(sign(hs256, `{"exp":2000,"sub":""}`), "1500"), `""`)
	accepts(t, ask(sign(" { \"alg\" : \"HS256\" } ", "\n{\"exp\" : 2e3\t}"), "-15.5e2"), `""`)
	accepts(t, ask(sign(hs256, `{"exp":1e999}`), "1e308"), `""`)
	accepts(t, strings.Replace(ask(sign(hs256, claims), "1500"), "token", `to\u006ben`, 1), `"alice"`)
	accepts(t, strings.Replace(ask(sign(hs256, claims), "1500"), ".", `\u002e`, 2), `"alice"`)
}

// The example of RFC 7515, appendix A.1: a token that others have made.
func TestTokenOfTheStandard(t *testing.T) {
	const token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" +
		".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ" +
		".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	const key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
	accepts(t, fmt.Sprintf(`{"token":%q,"key":%q,"now":1300819379}`, token, key), `""`)
	refuses(t, "expired", fmt.Sprintf(`{"token":%q,"key":%q,"now":1300819380}`, token, key))
}

func TestSubjectIsEscaped(t *testing.T) {
	for _, subject := range []string{
		`<a&b>`, `say "hi" \ there`, "tab\tline\nbell\a", "Grüße, 世界 😀", "\u2028\u2029\x7f", "\x00",
	} {
		quoted, _ := json.Marshal(subject)
		input := ask(sign(hs256, `{"exp":2000,"sub":`+string(quoted)+`}`), "1500")
		answer := verdict(input)
		var back struct {
			Valid   bool
			Subject string
		}
		if err := json.Unmarshal([]byte(answer), &back); err != nil || !back.Valid || back.Subject != subject {
			t.Errorf("%q came back as %s", subject, answer)
		}
	}
	accepts(t, ask(sign(hs256, `{"exp":2000,"sub":"\u003c\u0026\u003e"}`), "1500"), `"<&>"`)
}

func TestBadRequest(t *testing.T) {
	token := sign(hs256, claims)
	key := encode(secret)
	for _, input := range []string{
		"", " ", "null", "true", "1", `"x"`, "[]", "{", "{}", "{}}", "\x00", "\xff\xfe",
		ask(token, "1500") + "x", ask(token, "1500") + "{}", ask(token, "1500") + "\x00",
		"\ufeff" + ask(token, "1500"),
		ask(token, `"1500"`), ask(token, "null"), ask(token, "true"), ask(token, "[1500]"), ask(token, "{}"),
		ask(token, "01500"), ask(token, "+1500"), ask(token, "NaN"), ask(token, "0x5dc"), ask(token, "1_500"),
		fmt.Sprintf(`{"token":%q,"key":%q}`, token, key),
		fmt.Sprintf(`{"token":%q,"now":1500}`, token),
		fmt.Sprintf(`{"key":%q,"now":1500}`, key),
		fmt.Sprintf(`{"Token":%q,"key":%q,"now":1500}`, token, key),
		fmt.Sprintf(`{"token":%q,"KEY":%q,"now":1500}`, token, key),
		fmt.Sprintf(`{"token":%q,"key":%q,"noW":1500}`, token, key),
		fmt.Sprintf(`{"token":null,"key":%q,"now":1500}`, key),
		fmt.Sprintf(`{"token":["%s"],"key":%q,"now":1500}`, token, key),
		fmt.Sprintf(`{"token":%q,"key":null,"now":1500}`, token),
		fmt.Sprintf(`{"token":%q,"key":7,"now":1500}`, token),
		fmt.Sprintf(`{"token":%q,"key":"","now":1500}`, token),
		fmt.Sprintf(`{"token":%q,"key":"A","now":1500}`, token),
		fmt.Sprintf(`{"token":%q,"key":"AB","now":1500}`, token),   // bits left over
		fmt.Sprintf(`{"token":%q,"key":"AA==","now":1500}`, token), // padding
		fmt.Sprintf(`{"token":%q,"key":"+/+/","now":1500}`, token), // the other alphabet
		fmt.Sprintf(`{"token":%q,"key":"AA\n","now":1500}`, token),
		fmt.Sprintf(`{"token":%q,"key":"A\rA","now":1500}`, token),
		fmt.Sprintf(`{"token":%q,"key":%q,"now":1500,}`, token, key),
		fmt.Sprintf(`{"token":%q,"key":%q,"now":1500,"x":"`+"\xff"+`"}`, token, key),
		fmt.Sprintf(`{"token":%q,"key":%q,"now":1500,"now":null}`, token, key),
		strings.Repeat("[", 1000000),
		strings.Repeat(`{"token":`, 1000000),
	} {
		refuses(t, "bad-request", input)
	}
}

func TestMalformed(t *testing.T) {
	header, body := encode(hs256), encode(claims) // neither fills its last base64url digit
	whole := signParts(header, body)
	signed := whole[strings.LastIndexByte(whole, '.')+1:]
	for _, token := range []string{
		"", ".", "..", "...", "a", header, header + "." + body, whole + ".", "." + whole, whole + "." + signed,
		header + ".." + signed, "." + body + "." + signed,
		whole + "=", whole + "AA", whole + "\n", whole + " ", whole + "ü",
		header + "=." + body + "." + signed, header + "." + body + "=." + signed,
		header[:4] + "\n" + header[4:] + "." + body + "." + signed,
		header + "." + body[:4] + "\r\n" + body[4:] + "." + signed,
		header + "." + body + "." + signed[:4] + "\n" + signed[4:],
		lastBitSet(whole), signParts(lastBitSet(header), body), signParts(header, lastBitSet(body)),
		sign("", claims), sign("null", claims), sign("[]", claims), sign(`"HS256"`, claims), sign(hs256+"{}", claims),
		sign("{}", claims), sign(`{"alg":null}`, claims), sign(`{"alg":256}`, claims), sign(`{"alg":["HS256"]}`, claims),
		sign(`{"ALG":"HS256"}`, claims), sign(`{"Alg":"HS256"}`, claims), sign(`{"alg":"HS256","alg":null}`, claims),
		sign("{\"alg\":\"HS256\",\"x\":\"\xff\"}", claims),
		sign(hs256, ""), sign(hs256, "null"), sign(hs256, "[]"), sign(hs256, "7"), sign(hs256, claims+"x"),
		sign(hs256, "{}"), sign(hs256, `{"exp":null}`), sign(hs256, `{"exp":"2000"}`), sign(hs256, `{"EXP":2000}`),
		sign(hs256, `{"exp":2000,"exp":"2000"}`), sign(hs256, `{"exp":[2000]}`), sign(hs256, `{"exp":true}`),
		sign(hs256, `{"exp":2000,"nbf":null}`), sign(hs256, `{"exp":2000,"nbf":"1000"}`),
		sign(hs256, `{"exp":2000,"sub":null}`), sign(hs256, `{"exp":2000,"sub":7}`), sign(hs256, `{"exp":2000,"sub":{}}`),
		sign(hs256, `{"exp":2000,"sub":"a","sub":7}`),
		sign(hs256, `{"exp":2000,"sub":"\ud800"}`), sign(hs256, `{"exp":2000,"sub":"\udc00\ud800"}`),
		sign(hs256, `{"exp":2000,"x":`+strings.Repeat("[", 20000)+strings.Repeat("]", 20000)+`}`),
	} {
		refuses(t, "malformed", ask(token, "1500"))
	}
}

// lastBitSet sets the lowest bit of the last digit, which carries no data.
func lastBitSet(part string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(part) - 1
	return part[:last] + string(digits[strings.IndexByte(digits, part[last])|1])
}

func TestAlgorithm(t *testing.T) {
	for _, header := range []string{
		`{"alg":"none"}`, `{"alg":"None"}`, `{"alg":"HS512"}`, `{"alg":"RS256"}`, `{"alg":"hs256"}`, `{"alg":""}`,
		`{"alg":"HS256 "}`, `{"alg":"HS256\u0000"}`, `{"alg":"HS256","ALG":"HS256","alg":"none"}`,
		`{"alg":"HS256","crit":["exp"]}`, `{"alg":"HS256","crit":null}`, `{"crit":[],"alg":"HS256"}`,
	} {
		refuses(t, "algorithm", ask(sign(header, claims), "1500"))
	}
	refuses(t, "algorithm", ask(encode(`{"alg":"none"}`)+"."+encode(claims)+".", "1500"))
	accepts(t, ask(sign(`{"alg":"none","ALG":"none","alg":"HS256"}`, claims), "1500"), `"alice"`)
	accepts(t, ask(sign(`{"alg":"HS256","CRIT":["exp"],"x":{"crit":1}}`, claims), "1500"), `"alice"`)
	accepts(t, ask(sign(`{"\u0061lg":"HS\u003256"}`, claims), "1500"), `"alice"`)
}

func TestSignature(t *testing.T) {
	whole := sign(hs256, claims)
	unsigned := whole[:strings.LastIndexByte(whole, '.')+1]
	refuses(t, "signature", ask(unsigned, "1500"))
	refuses(t, "signature", ask(whole[:len(whole)-3], "1500"))
	refuses(t, "signature", ask(whole+"AAAA", "1500"))
	refuses(t, "signature", ask(unsigned+encode("an answer that is 32 bytes long!"), "1500"))
	refuses(t, "signature", strings.Replace(ask(whole, "1500"), encode(secret), encode(secret+"!"), 1))
	foreign := sign(hs256, `{"sub":"mallory","exp":9000}`)
	refuses(t, "signature", ask(foreign[:strings.LastIndexByte(foreign, '.')]+whole[len(unsigned)-1:], "1500"))
}

func TestExpired(t *testing.T) {
	token := sign(hs256, claims)
	accepts(t, ask(token, "1999.9999"), `"alice"`)
	refuses(t, "expired", ask(token, "2000"))
	refuses(t, "expired", ask(token, "2000.0001"))
	refuses(t, "expired", ask(token, "1e999"))
	refuses(t, "expired", ask(sign(hs256, `{"exp":1e999}`), "1e999"))
	refuses(t, "expired", ask(sign(hs256, `{"exp":0}`), "-0"))
	refuses(t, "expired", ask(sign(hs256, `{"exp":9007199254740993}`), "9007199254740992")) // equal as float64
}

func TestNotYetValid(t *testing.T) {
	token := sign(hs256, claims)
	accepts(t, ask(token, "1000"), `"alice"`)
	refuses(t, "not-yet-valid", ask(token, "999.9999"))
	refuses(t, "not-yet-valid", ask(token, "-1e999"))
}

func TestTheFirstCheckThatFailsGivesTheReason(t *testing.T) {
	spoil := func(token string) string { return token[:len(token)-4] + "AAAA" }
	const bad = `{"exp":1000,"nbf":5000}`
	refuses(t, "bad-request", ask("not a token", "null"))
	refuses(t, "malformed", ask(spoil(sign(`{"alg":"none"}`, `{"exp":null}`)), "1500"))
	refuses(t, "algorithm", ask(spoil(sign(`{"alg":"none"}`, bad)), "1500"))
	refuses(t, "signature", ask(spoil(sign(hs256, bad)), "1500"))
	refuses(t, "expired", ask(sign(hs256, bad), "1500"))
}
