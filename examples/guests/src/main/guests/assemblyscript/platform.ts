// WASI preview 1, of which AssemblyScript has no library of its own.
import { Answer, Bytes, failed, reply } from "./guest";

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

// The value of an environment variable, or why there is none.
export function environment(name: Bytes): Answer {
  if (environ_sizes_get(OUT, OUT + 4) != 0) return failed("denied");
  const count = load<i32>(OUT);
  const pointers = Bytes.room(count * sizeof<usize>());
  const variables = Bytes.room(load<i32>(OUT, 4));
  if (environ_get(pointers.at, variables.at) != 0) return failed("denied");
  for (let i = 0; i < count; i++) {
    const start = <i32>(load<usize>(pointers.at + <usize>i * sizeof<usize>()) - variables.at);
    const end = variables.indexOf(0, start);
    const equals = variables.indexOf(0x3d, start);
    if (variables.part(start, equals).equals(name)) return reply(variables.part(equals + 1, end));
  }
  return failed("unset");
}

// Nanoseconds since 1970; -1 when there is no clock.
export function realtime(): i64 {
  return clock_time_get(REALTIME, 1, OUT) == 0 ? load<i64>(OUT) : -1;
}

// To standard output; answers whether all was taken.
export function print(text: Bytes): bool {
  store<usize>(OUT, text.at);
  store<usize>(OUT, text.length, 4);
  return fd_write(STDOUT, OUT, 1, OUT + 8) == 0 && load<i32>(OUT, 8) == text.length;
}
