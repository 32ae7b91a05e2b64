// JSON as the contract has it: valid UTF-8, at most 64 levels deep, no half of a surrogate pair, and
// of two members with one name the last counts. Nothing is copied.
import { Bytes } from "./guest";

const MOST_LEVELS: i32 = 64;
const MOST_SAFE: u64 = 9007199254740991; // 2^53 - 1

// Reads one text from front to end. Each method moves behind what it read, or answers false.
class Reader {
  at: i32 = 0;

  constructor(readonly text: Bytes) {}

  peek(): i32 {
    return this.at < this.text.length ? <i32>this.text[this.at] : -1;
  }

  take(c: i32): bool {
    if (this.peek() != c) return false;
    this.at++;
    return true;
  }

  space(): void {
    while (true) {
      const c = this.peek();
      if (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) return;
      this.at++;
    }
  }

  digits(): bool {
    const start = this.at;
    while (isDigit(this.peek())) this.at++;
    return this.at > start;
  }

  number(): bool {
    this.take(0x2d);
    if (!this.take(0x30) && !this.digits()) return false;
    if (this.take(0x2e) && !this.digits()) return false;
    if (this.take(0x65) || this.take(0x45)) {
      if (!this.take(0x2b)) this.take(0x2d);
      return this.digits();
    }
    return true;
  }

  // Four hex digits, or -1.
  hex(): i32 {
    let unit = 0;
    for (let i = 0; i < 4; i++) {
      const digit = hexDigit(this.peek());
      if (digit < 0) return -1;
      unit = (unit << 4) | digit;
      this.at++;
    }
    return unit;
  }

  // What stands behind a backslash: a code point, or -1.
  escape(): i32 {
    const c = this.peek();
    this.at++;
    switch (c) {
      case 0x22:
      case 0x5c:
      case 0x2f:
        return c;
      case 0x62:
        return 0x08;
      case 0x66:
        return 0x0c;
      case 0x6e:
        return 0x0a;
      case 0x72:
        return 0x0d;
      case 0x74:
        return 0x09;
      case 0x75:
        break;
      default:
        return -1;
    }
    const unit = this.hex();
    if (unit < 0xd800 || unit > 0xdfff) return unit;
    if (unit > 0xdbff || !this.take(0x5c) || !this.take(0x75)) return -1;
    const low = this.hex();
    if (low < 0xdc00 || low > 0xdfff) return -1;
    return 0x10000 + (((unit - 0xd800) << 10) | (low - 0xdc00));
  }

  // One code point in UTF-8 of more than one byte: shortest form, no surrogates (RFC 3629).
  multibyte(): bool {
    const first = this.peek();
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || this.text.length - this.at < length) return false;
    for (let i = 1; i < length; i++) {
      if ((this.text[this.at + i] & 0xc0) != 0x80) return false;
    }
    const second = <i32>this.text[this.at + 1];
    if (
      (first == 0xe0 && second < 0xa0) ||
      (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) ||
      (first == 0xf4 && second > 0x8f)
    ) {
      return false;
    }
    this.at += length;
    return true;
  }

  string(): bool {
    if (!this.take(0x22)) return false;
    while (true) {
      const c = this.peek();
      if (c < 0x20) return false;
      if (c >= 0x80) {
        if (!this.multibyte()) return false;
        continue;
      }
      this.at++;
      if (c == 0x22) return true;
      if (c == 0x5c && this.escape() < 0) return false;
    }
  }

  word(letters: string): bool {
    for (let i = 0; i < letters.length; i++) {
      if (!this.take(letters.charCodeAt(i))) return false;
    }
    return true;
  }

  array(levels: i32): bool {
    this.at++;
    this.space();
    if (this.take(0x5d)) return true;
    do {
      this.space();
      if (!this.value(levels)) return false;
      this.space();
    } while (this.take(0x2c));
    return this.take(0x5d);
  }

  // A name and its colon; the name with its quotes, or null.
  name(): Bytes | null {
    this.space();
    const start = this.at;
    if (!this.string()) return null;
    const raw = this.text.part(start, this.at);
    this.space();
    if (!this.take(0x3a)) return null;
    this.space();
    return raw;
  }

  object(levels: i32): bool {
    this.at++;
    this.space();
    if (this.take(0x7d)) return true;
    do {
      if (this.name() == null || !this.value(levels)) return false;
      this.space();
    } while (this.take(0x2c));
    return this.take(0x7d);
  }

  // levels: how many more may be opened.
  value(levels: i32): bool {
    switch (this.peek()) {
      case 0x7b:
        return levels > 0 && this.object(levels - 1);
      case 0x5b:
        return levels > 0 && this.array(levels - 1);
      case 0x22:
        return this.string();
      case 0x74:
        return this.word("true");
      case 0x66:
        return this.word("false");
      case 0x6e:
        return this.word("null");
      default:
        return this.number();
    }
  }
}

function isDigit(c: i32): bool {
  return c >= 0x30 && c <= 0x39;
}

function hexDigit(c: i32): i32 {
  if (isDigit(c)) return c - 0x30;
  c |= 0x20;
  return c >= 0x61 && c <= 0x66 ? c - 0x61 + 10 : -1;
}

// Looks for members of one object with nothing but white space around it: the raw texts of their
// values, null where there is none. Null when the text is no such object.
export function jsonObject(text: Bytes, names: string[]): Array<Bytes | null> | null {
  const members = new Array<Bytes | null>(names.length);
  const reader = new Reader(text);
  reader.space();
  if (!reader.take(0x7b)) return null;
  reader.space();
  if (!reader.take(0x7d)) {
    do {
      const name = reader.name();
      const start = reader.at;
      if (name == null || !reader.value(MOST_LEVELS - 1)) return null;
      for (let i = 0; i < names.length; i++) {
        if (says(name, names[i])) members[i] = text.part(start, reader.at);
      }
      reader.space();
    } while (reader.take(0x2c));
    if (!reader.take(0x7d)) return null;
  }
  reader.space();
  return reader.at == text.length ? members : null;
}

// Whether a valid raw string says text, which is ASCII.
function says(raw: Bytes, text: string): bool {
  const reader = new Reader(raw.part(1, raw.length - 1));
  let i = 0;
  while (reader.at < reader.text.length) {
    let c = <i32>reader.text[reader.at++];
    if (c == 0x5c) c = reader.escape();
    if (i == text.length || c != text.charCodeAt(i++)) return false;
  }
  return i == text.length;
}

export function isString(raw: Bytes | null): bool {
  return raw != null && raw[0] == 0x22;
}

// Reads a raw value that is a string.
export function jsonString(raw: Bytes | null): Bytes | null {
  if (raw == null || raw[0] != 0x22) return null;
  const reader = new Reader(raw.part(1, raw.length - 1));
  const out = Bytes.room(raw.length);
  let end = 0;
  while (reader.at < reader.text.length) {
    const c = reader.text[reader.at++];
    if (c == 0x5c) end = writeUtf8(out, end, reader.escape());
    else out[end++] = c;
  }
  return out.part(0, end);
}

function writeUtf8(out: Bytes, at: i32, c: i32): i32 {
  if (c < 0x80) {
    out[at] = <u8>c;
    return at + 1;
  }
  let more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  const lead = more == 1 ? 0xc0 : more == 2 ? 0xe0 : 0xf0;
  out[at++] = <u8>(lead | (c >> (6 * more)));
  while (more-- > 0) out[at++] = <u8>(0x80 | ((c >> (6 * more)) & 0x3f));
  return at;
}

// Reads a raw value that is a whole number of 0 to 2^53 - 1, without fraction or exponent; -1 when
// it is none.
export function jsonWholeNumber(raw: Bytes | null): i64 {
  if (raw == null || raw.length > 16) return -1;
  let number: u64 = 0;
  for (let i = 0; i < raw.length; i++) {
    if (!isDigit(raw[i])) return -1;
    number = number * 10 + (raw[i] - 0x30);
  }
  return number <= MOST_SAFE ? <i64>number : -1;
}

// Writes text, which is valid UTF-8, as a JSON string with the fewest escapes, and answers its end.
// U+2028 and U+2029 are escaped, too. Each byte of text may take six.
export function jsonWrite(out: Bytes, at: i32, text: Bytes): i32 {
  out[at++] = 0x22;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    const letter = shortEscape(c);
    if (letter != 0) {
      out[at++] = 0x5c;
      out[at++] = letter;
    } else if (c < 0x20) {
      at = writeUnit(out, at, c);
    } else if (c == 0xe2 && text[i + 1] == 0x80 && (text[i + 2] & 0xfe) == 0xa8) {
      at = writeUnit(out, at, 0x2028 | (text[i + 2] & 1));
      i += 2;
    } else {
      out[at++] = c;
    }
  }
  out[at++] = 0x22;
  return at;
}

function writeUnit(out: Bytes, at: i32, unit: i32): i32 {
  const digits = "0123456789abcdef";
  out[at++] = 0x5c;
  out[at++] = 0x75;
  for (let shift = 12; shift >= 0; shift -= 4) {
    out[at++] = <u8>digits.charCodeAt((unit >> shift) & 15);
  }
  return at;
}

// The letter behind the backslash for c, or 0.
function shortEscape(c: u8): u8 {
  switch (c) {
    case 0x22:
    case 0x5c:
      return c;
    case 0x08:
      return 0x62;
    case 0x0c:
      return 0x66;
    case 0x0a:
      return 0x6e;
    case 0x0d:
      return 0x72;
    case 0x09:
      return 0x74;
    default:
      return 0;
  }
}
