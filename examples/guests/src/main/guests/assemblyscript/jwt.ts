// The contract's jwt: a request with a token, a key and the time; the claims, or a refusal.
import { Answer, Bytes, failed, reply } from "./guest";
import { isString, jsonObject, jsonString, jsonWholeNumber } from "./json";
import { hmacOf, sameMac } from "./sha256";

export function jwtAnswer(input: Bytes): Answer {
  const asked = jsonObject(input, ["token", "key", "now"]);
  if (asked == null) return failed("bad-request");
  const token = jsonString(asked[0]);
  const key = decode(jsonString(asked[1]));
  const now = jsonWholeNumber(asked[2]);
  if (token == null || key == null || key.length == 0 || now < 0) return failed("bad-request");

  const firstDot = token.indexOf(0x2e, 0);
  const secondDot = firstDot < 0 ? -1 : token.indexOf(0x2e, firstDot + 1);
  if (secondDot < 0) return failed("malformed");
  // A dot is no base64url digit, so that a fourth part is refused here.
  const signature = decode(token.part(secondDot + 1, token.length));
  const headerText = decode(token.part(0, firstDot));
  const claimsText = decode(token.part(firstDot + 1, secondDot));
  if (signature == null || headerText == null || claimsText == null) return failed("malformed");
  const header = jsonObject(headerText, ["alg", "crit"]);
  const claims = jsonObject(claimsText, ["exp", "nbf", "sub"]);
  if (header == null || claims == null) return failed("malformed");
  const algorithm = jsonString(header[0]);
  const expires = jsonWholeNumber(claims[0]);
  const notBefore = claims[1] == null ? 0 : jsonWholeNumber(claims[1]);
  if (algorithm == null || expires < 0 || notBefore < 0) return failed("malformed");
  if (claims[2] != null && !isString(claims[2])) return failed("malformed");

  if (!algorithm.equals(Bytes.of("HS256")) || header[1] != null) return failed("algorithm");
  if (!sameMac(signature, hmacOf(key, token.part(0, secondDot)))) return failed("signature");
  if (now >= expires) return failed("expired");
  if (now < notBefore) return failed("not-yet-valid");
  return reply(claimsText);
}

// base64url without padding, without bits left over; null for anything else.
function decode(text: Bytes | null): Bytes | null {
  if (text == null || text.length % 4 == 1) return null;
  const out = Bytes.room((text.length / 4) * 3 + 2);
  let end = 0;
  let bits: u32 = 0; // decoded, but not written yet
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const value = digit(text[i]);
    if (value < 0) return null;
    bits = (bits << 6) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out[end++] = <u8>(bits >> count);
      bits &= (1 << count) - 1;
    }
  }
  return bits == 0 ? out.part(0, end) : null;
}

function digit(c: u8): i32 {
  if (c >= 0x41 && c <= 0x5a) return c - 0x41;
  if (c >= 0x61 && c <= 0x7a) return c - 0x61 + 26;
  if (c >= 0x30 && c <= 0x39) return c - 0x30 + 52;
  return c == 0x2d ? 62 : c == 0x5f ? 63 : -1;
}
