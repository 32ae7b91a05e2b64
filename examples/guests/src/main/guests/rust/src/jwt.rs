//! The contract's jwt: a request with a token, a key and the time; the claims, or a refusal.

use crate::guest::Answer;
use crate::json;
use base64::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

struct Request {
    token: String,
    key: Vec<u8>,
    now: u64,
}

/// A token's parts. Nothing in it is to be trusted before its signature was compared.
struct Token<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    algorithm: String,
    critical: bool,
    claims: Vec<u8>,
    expires: u64,
    not_before: u64,
}

pub fn jwt(input: &[u8]) -> Answer {
    let asked = request(input).ok_or("bad-request")?;
    let token = parse(&asked.token).ok_or("malformed")?;
    if token.algorithm != "HS256" || token.critical {
        return Err("algorithm");
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&asked.key).map_err(|_| "bad-request")?;
    mac.update(token.signed.as_bytes());
    if mac.verify_slice(&token.signature).is_err() {
        return Err("signature");
    }
    if asked.now >= token.expires {
        return Err("expired");
    }
    if asked.now < token.not_before {
        return Err("not-yet-valid");
    }
    Ok(token.claims.into())
}

fn request(input: &[u8]) -> Option<Request> {
    let [token, key, now] = json::object(input, ["token", "key", "now"])?;
    let key = decode(&json::string(key)?)?;
    if key.is_empty() {
        return None;
    }
    Some(Request { token: json::string(token)?, key, now: json::whole_number(now)? })
}

fn parse(compact: &str) -> Option<Token> {
    let (signed, signature) = compact.rsplit_once('.')?;
    // A dot is no base64url digit, so that a fourth part is refused here.
    let (header, claims) = signed.split_once('.')?;
    let signature = decode(signature)?;
    let header = decode(header)?;
    let [algorithm, critical] = json::object(&header, ["alg", "crit"])?;
    let claims = decode(claims)?;
    let [expires, not_before, subject] = json::object(&claims, ["exp", "nbf", "sub"])?;
    if subject.map_or(false, |raw| !json::is_string(raw)) {
        return None;
    }
    let expires = json::whole_number(expires)?;
    let not_before = match not_before {
        Some(_) => json::whole_number(not_before)?,
        None => 0,
    };
    let algorithm = json::string(algorithm)?;
    let critical = critical.is_some();
    Some(Token { signed, signature, algorithm, critical, claims, expires, not_before })
}

/// base64url without padding, which the library would let pass.
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.contains('=') {
        return None;
    }
    base64::decode_config(text, URL_SAFE_NO_PAD).ok()
}
