// WASI preview 1, of which AssemblyScript has no library of its own.
import { Bytes } from "./guest";

@external("wasi_snapshot_preview1", "environ_sizes_get")
declare function environ_sizes_get(count: usize, bytes: usize): i32;
@external("wasi_snapshot_preview1", "environ_get")
declare function environ_get(pointers: usize, bytes: usize): i32;
@external("wasi_snapshot_preview1", "clock_time_get")
declare function clock_time_get(clock: i32, precision: i64, time: usize): i32;
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, iovs: usize, count: i32, written: usize): i32;

const REALTIME: i32 = 0;
const STDOUT: i32 = 1;

// Where WASI puts two words or one long.
const OUT = memory.data(16, 8);

// The value of an environment variable, or null.
export function environment(name: Bytes): Bytes | null {
  if (environ_sizes_get(OUT, OUT + 4) != 0) return null;
  const count = load<i32>(OUT);
  const pointers = Bytes.room(count * sizeof<usize>());
  const variables = Bytes.room(load<i32>(OUT, 4));
  if (environ_get(pointers.at, variables.at) != 0) return null;
  for (let i = 0; i < count; i++) {
    const start = <i32>(load<usize>(pointers.at + <usize>i * sizeof<usize>()) - variables.at);
    const end = variables.indexOf(0, start);
    const equals = variables.indexOf(0x3d, start);
    if (variables.part(start, equals).equals(name)) return variables.part(equals + 1, end);
  }
  return null;
}

// Nanoseconds since 1970; 0 when there is no clock.
export function realtime(): u64 {
  return clock_time_get(REALTIME, 1, OUT) == 0 ? load<u64>(OUT) : 0;
}

// To standard output; answers whether all was taken.
export function print(text: Bytes): bool {
  store<usize>(OUT, text.at);
  store<usize>(OUT, text.length, 4);
  return fd_write(STDOUT, OUT, 1, OUT + 8) == 0 && load<i32>(OUT, 8) == text.length;
}
