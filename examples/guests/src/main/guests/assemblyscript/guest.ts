// The guest's side of the contract, so that the author of an SDK writes functions of bytes only:
//
//   export function echo(ptr: usize, length: i32): u64 {
//     return call(ptr, length, (input) => reply(input));
//   }

// Bytes of the host, or of a buffer that is kept as long as they are.
export class Bytes {
  constructor(
    readonly at: usize,
    readonly length: i32,
    private readonly owner: ArrayBuffer | null = null,
  ) {}

  // Traps when there is no memory. The length is wide, so that a product of lengths does not wrap.
  static room(length: i64): Bytes {
    if (length > i32.MAX_VALUE) unreachable();
    const buffer = new ArrayBuffer(<i32>length);
    return new Bytes(changetype<usize>(buffer), <i32>length, buffer);
  }

  static of(text: string): Bytes {
    const buffer = String.UTF8.encode(text);
    return new Bytes(changetype<usize>(buffer), buffer.byteLength, buffer);
  }

  @operator("[]")
  get(i: i32): u8 {
    return load<u8>(this.at + <usize>i);
  }

  @operator("[]=")
  set(i: i32, value: u8): void {
    store<u8>(this.at + <usize>i, value);
  }

  // From one index to before another, in the same place.
  part(from: i32, to: i32): Bytes {
    return new Bytes(this.at + <usize>from, to - from, this.owner);
  }

  copyTo(target: Bytes, at: i32): void {
    memory.copy(target.at + <usize>at, this.at, this.length);
  }

  equals(other: Bytes): bool {
    return this.length == other.length && memory.compare(this.at, other.at, this.length) == 0;
  }

  indexOf(byte: u8, from: i32): i32 {
    for (let i = from; i < this.length; i++) {
      if (this[i] == byte) return i;
    }
    return -1;
  }
}

// The bytes of a reply, or the word of an error.
export class Answer {
  constructor(readonly text: Bytes, readonly failed: bool) {}
}

export function reply(text: Bytes): Answer {
  return new Answer(text, false);
}

export function failed(word: string): Answer {
  return new Answer(Bytes.of(word), true);
}

// Set in a length that is that of an error's word.
const ERROR_BIT: u32 = 1 << 31;

// What the last call answered; it stays until the next one.
let last: Answer | null = null;

// Runs a function over the host's bytes and packs where its answer lies.
export function call(ptr: usize, length: i32, run: (input: Bytes) => Answer): u64 {
  const answer = run(new Bytes(ptr, length));
  last = answer;
  const told = <u32>answer.text.length | (answer.failed ? ERROR_BIT : 0);
  return (<u64>answer.text.at << 32) | told;
}

export function alloc(length: i32): usize {
  return heap.alloc(length);
}

export function free(block: usize): void {
  heap.free(block);
}

// In the place of the runtime's own, which would be an import.
export function trapped(message: string | null, file: string | null, line: u32, column: u32): void {
  unreachable();
}
