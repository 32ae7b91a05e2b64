// A WebAssembly guest with the ten functions of the contract.
import { Bytes, call, failed, reply } from "./guest";
import { jsonObject, jsonString, jsonWrite } from "./json";
import { jwtAnswer } from "./jwt";
import { environment, print, realtime } from "./platform";
import { hex, hmacOf, sha256Of } from "./sha256";

export { alloc, free } from "./guest";

let count: u64 = 0;
let held: i32 = 0;

export function echo(ptr: usize, length: i32): u64 {
  return call(ptr, length, (input) => reply(input));
}

export function sha256(ptr: usize, length: i32): u64 {
  return call(ptr, length, (input) => reply(hex(sha256Of(input))));
}

// The key's length in four bytes, little-endian, the key, the message.
export function hmac_sha256(ptr: usize, length: i32): u64 {
  return call(ptr, length, (input) => {
    if (input.length < 4) return failed("bad-frame");
    const keyLength = load<u32>(input.at);
    if (keyLength > <u32>(input.length - 4)) return failed("bad-frame");
    const end = 4 + <i32>keyLength;
    return reply(hex(hmacOf(input.part(4, end), input.part(end, input.length))));
  });
}

export function json(ptr: usize, length: i32): u64 {
  return call(ptr, length, (input) => {
    const members = jsonObject(input, ["name"]);
    if (members == null) return failed("bad-json");
    const name = jsonString(members[0]);
    if (name == null) return failed("bad-member");
    const opening = Bytes.of('{"name":');
    const out = Bytes.room(opening.length + 6 * <i64>name.length + 3);
    opening.copyTo(out, 0);
    let end = jsonWrite(out, opening.length, name);
    out[end++] = 0x7d;
    return reply(out.part(0, end));
  });
}

export function jwt(ptr: usize, length: i32): u64 {
  return call(ptr, length, jwtAnswer);
}

export function counter(ptr: usize, length: i32): u64 {
  return call(ptr, length, () => reply(Bytes.of((++count).toString())));
}

export function spin(ptr: usize, length: i32): u64 {
  while (true) {}
}

export function trap(ptr: usize, length: i32): u64 {
  return unreachable();
}

// A number of pages, in decimal. The runtime's allocator goes on behind pages that it did not take.
export function grow(ptr: usize, length: i32): u64 {
  return call(ptr, length, (input) => {
    if (input.length < 1 || input.length > 5) return failed("bad-number");
    let pages = 0;
    for (let i = 0; i < input.length; i++) {
      if (input[i] < 0x30 || input[i] > 0x39) return failed("bad-number");
      pages = pages * 10 + (input[i] - 0x30);
    }
    if (pages > 65535) return failed("bad-number");
    if (memory.grow(pages) < 0) return failed("no-memory");
    held += pages;
    return reply(Bytes.of(held.toString()));
  });
}

// The name of an environment variable.
export function wasi(ptr: usize, length: i32): u64 {
  return call(ptr, length, (input) => {
    const found = environment(input);
    if (found.failed) return found;
    const value = found.text;
    const line = Bytes.room(input.length + value.length + 2);
    input.copyTo(line, 0);
    line[input.length] = 0x3d;
    value.copyTo(line, input.length + 1);
    line[line.length - 1] = 0x0a;
    if (!print(line)) return failed("denied");
    const now = realtime();
    if (now < 0) return failed("denied");
    const text = Bytes.of(now.toString() + " ");
    const out = Bytes.room(text.length + value.length);
    text.copyTo(out, 0);
    value.copyTo(out, text.length);
    return reply(out);
  });
}
