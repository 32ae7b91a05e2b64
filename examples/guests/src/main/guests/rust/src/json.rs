//! JSON as the contract has it. serde_json decides what is valid; what it is lax about, and how deep
//! a text may be, is checked before. Values that nobody asks for are skipped, not built.

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

const MOST_LEVELS: usize = 64;
const MOST_SAFE: u64 = (1 << 53) - 1;

/// Members of one object, by the order of the names that were asked for.
pub type Members<'a, const N: usize> = [Option<&'a str>; N];

/// Looks for members of one object: the raw texts of their values.
pub fn object<'a, const N: usize>(text: &'a [u8], names: [&str; N]) -> Option<Members<'a, N>> {
    if !is_strict(text) {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let mut json = serde_json::Deserializer::from_str(text);
    let members = json.deserialize_map(Wanted { names }).ok()?;
    json.end().ok()?;
    Some(members)
}

struct Wanted<'n, const N: usize> {
    names: [&'n str; N],
}

impl<'de, const N: usize> Visitor<'de> for Wanted<'_, N> {
    type Value = Members<'de, N>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = [None; N];
        while let Some(name) = map.next_key::<String>()? {
            match self.names.iter().position(|wanted| *wanted == name) {
                Some(i) => members[i] = Some(map.next_value::<&RawValue>()?.get()),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(members)
    }
}

/// Reads a raw value that is a string.
pub fn string(raw: Option<&str>) -> Option<String> {
    serde_json::from_str(raw?).ok()
}

pub fn is_string(raw: &str) -> bool {
    raw.starts_with('"')
}

/// Reads a raw value that is a whole number of 0 to 2^53 - 1, without fraction or exponent.
pub fn whole_number(raw: Option<&str>) -> Option<u64> {
    let raw = raw?;
    if !raw.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    raw.parse().ok().filter(|number| *number <= MOST_SAFE)
}

/// Writes a JSON string with the fewest escapes; U+2028 and U+2029 are escaped, too.
pub fn write(text: &str) -> String {
    serde_json::to_string(text)
        .unwrap_or_default()
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// Whether a text that turns out to be JSON keeps to the contract's depth, and escapes surrogates
/// in pairs only.
fn is_strict(text: &[u8]) -> bool {
    let mut levels = 0usize;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => match string_end(text, at + 1) {
                Some(end) => at = end,
                None => return false,
            },
            b'{' | b'[' => {
                levels += 1;
                if levels > MOST_LEVELS {
                    return false;
                }
            }
            b'}' | b']' => levels = levels.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    true
}

/// Where the string's closing quote is.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => match escaped_unit(text, at) {
                Some(0xD800..=0xDBFF) => match escaped_unit(text, at + 6) {
                    Some(0xDC00..=0xDFFF) => at += 12,
                    _ => return None,
                },
                Some(0xDC00..=0xDFFF) => return None,
                Some(_) => at += 6,
                None => at += 2,
            },
            _ => at += 1,
        }
    }
}

/// Reads `\uXXXX`.
fn escaped_unit(text: &[u8], at: usize) -> Option<u32> {
    let escape = text.get(at..at + 6)?;
    if !escape.starts_with(b"\\u") || !escape[2..].iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(&escape[2..]).ok()?, 16).ok()
}
