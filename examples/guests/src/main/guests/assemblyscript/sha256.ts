// SHA-256 as in FIPS 180-4, and HMAC over it as in RFC 2104.
import { Bytes } from "./guest";

const BLOCK: i32 = 64;
export const DIGEST: i32 = 32;

// The fractions of the cube roots of the first 64 primes (4.2.2).
const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

// The 64 words of a block's schedule.
const W = memory.data(64 * 4, 4);

// What does not fill a block yet, or the end of a message.
const TAIL = memory.data(2 * BLOCK, 4);

// One message at a time: the hash so far, and its length.
let h0: u32, h1: u32, h2: u32, h3: u32, h4: u32, h5: u32, h6: u32, h7: u32;
let total: u64;

// 5.3.3
function begin(): void {
  h0 = 0x6a09e667;
  h1 = 0xbb67ae85;
  h2 = 0x3c6ef372;
  h3 = 0xa54ff53a;
  h4 = 0x510e527f;
  h5 = 0x9b05688c;
  h6 = 0x1f83d9ab;
  h7 = 0x5be0cd19;
  total = 0;
}

// 6.2.2: one block.
function compress(block: usize): void {
  for (let t: usize = 0; t < 16; t++) {
    store<u32>(W + (t << 2), bswap(load<u32>(block + (t << 2))));
  }
  for (let t: usize = 16; t < 64; t++) {
    const at = W + (t << 2);
    const w2 = load<u32>(at - 8);
    const w15 = load<u32>(at - 60);
    const s1 = rotr(w2, 17) ^ rotr(w2, 19) ^ (w2 >> 10);
    const s0 = rotr(w15, 7) ^ rotr(w15, 18) ^ (w15 >> 3);
    store<u32>(at, s1 + load<u32>(at - 28) + s0 + load<u32>(at - 64));
  }
  let a = h0, b = h1, c = h2, d = h3, e = h4, f = h5, g = h6, h = h7;
  for (let t: usize = 0; t < 64; t++) {
    const sum1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    const sum0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const t1 = h + sum1 + choice + load<u32>(K + (t << 2)) + load<u32>(W + (t << 2));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + sum0 + majority;
  }
  h0 += a;
  h1 += b;
  h2 += c;
  h3 += d;
  h4 += e;
  h5 += f;
  h6 += g;
  h7 += h;
}

// Whatever came before has filled its last block.
function addBlocks(at: usize, length: i32): void {
  const end = at + <usize>length;
  for (; at < end; at += BLOCK) compress(at);
  total += length;
}

// The last part of a message, and its padding (5.1.1).
function end(part: Bytes, digest: Bytes): void {
  const rest = part.length % BLOCK;
  addBlocks(part.at, part.length - rest);
  const tail = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
  memory.fill(TAIL, 0, tail);
  memory.copy(TAIL, part.at + <usize>(part.length - rest), rest);
  store<u8>(TAIL + <usize>rest, 0x80);
  store<u64>(TAIL + <usize>(tail - 8), bswap((total + rest) << 3));
  for (let at = 0; at < tail; at += BLOCK) compress(TAIL + <usize>at);
  const out = digest.at;
  store<u32>(out, bswap(h0), 0);
  store<u32>(out, bswap(h1), 4);
  store<u32>(out, bswap(h2), 8);
  store<u32>(out, bswap(h3), 12);
  store<u32>(out, bswap(h4), 16);
  store<u32>(out, bswap(h5), 20);
  store<u32>(out, bswap(h6), 24);
  store<u32>(out, bswap(h7), 28);
}

export function sha256Of(message: Bytes): Bytes {
  const digest = Bytes.room(DIGEST);
  begin();
  end(message, digest);
  return digest;
}

export function hmacOf(key: Bytes, message: Bytes): Bytes {
  const block = Bytes.room(BLOCK);
  (key.length > BLOCK ? sha256Of(key) : key).copyTo(block, 0);
  for (let i = 0; i < BLOCK; i++) block[i] = block[i] ^ 0x36;
  const mac = Bytes.room(DIGEST);
  begin();
  addBlocks(block.at, BLOCK);
  end(message, mac);
  for (let i = 0; i < BLOCK; i++) block[i] = block[i] ^ (0x36 ^ 0x5c);
  begin();
  addBlocks(block.at, BLOCK);
  end(mac, mac);
  return mac;
}

// Compares in a time that tells nothing of where they differ.
export function sameMac(a: Bytes, b: Bytes): bool {
  if (a.length != b.length) return false;
  let difference: u8 = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference == 0;
}

export function hex(bytes: Bytes): Bytes {
  const digits = "0123456789abcdef";
  const out = Bytes.room(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    out[2 * i] = <u8>digits.charCodeAt(bytes[i] >> 4);
    out[2 * i + 1] = <u8>digits.charCodeAt(bytes[i] & 15);
  }
  return out;
}
