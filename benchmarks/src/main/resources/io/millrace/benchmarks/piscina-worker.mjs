// One instance of the guest for each thread of the pool.
import { readFileSync } from 'node:fs';

const wasm = readFileSync(new URL('guest.wasm', import.meta.url));
const guest = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports;
guest._initialize();
const block = guest.alloc(64 * 1024);

export default function call({ name, payload }) {
  new Uint8Array(guest.memory.buffer).set(payload, block);
  const packed = guest[name](block, payload.length);
  const at = Number(packed >> 32n);
  return new Uint8Array(guest.memory.buffer).slice(at, at + Number(packed & 0xffffffffn));
}
