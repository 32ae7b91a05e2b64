//! A WebAssembly guest with the ten functions of the contract.

mod guest;
mod json;
mod jwt;

use guest::Answer;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::cell::{Cell, RefCell};
use std::ffi::OsStr;
use std::io::Write;
use std::os::wasi::ffi::OsStrExt;

const PAGE_BYTES: usize = 64 << 10;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static HELD: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

fn echo(input: &[u8]) -> Answer {
    Ok(input.into())
}
export!("echo", echo);

fn hex(bytes: &[u8]) -> Answer<'static> {
    let digits = b"0123456789abcdef";
    let hex = bytes.iter().flat_map(|b| [digits[usize::from(b >> 4)], digits[usize::from(b & 15)]]);
    Ok(hex.collect::<Vec<u8>>().into())
}

fn sha256(input: &[u8]) -> Answer {
    hex(&Sha256::digest(input))
}
export!("sha256", sha256);

/// The key's length in four bytes, little-endian, the key, the message.
fn hmac_sha256(input: &[u8]) -> Answer {
    let (key_length, rest) = match input {
        [a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
        _ => return Err("bad-frame"),
    };
    if key_length > rest.len() {
        return Err("bad-frame");
    }
    let (key, message) = rest.split_at(key_length);
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| "bad-frame")?;
    mac.update(message);
    hex(&mac.finalize().into_bytes())
}
export!("hmac-sha256", hmac_sha256);

fn json_name(input: &[u8]) -> Answer {
    let [name] = json::object(input, ["name"]).ok_or("bad-json")?;
    let name = json::string(name).ok_or("bad-member")?;
    Ok(format!("{{\"name\":{}}}", json::write(&name)).into_bytes().into())
}
export!("json", json_name);
export!("jwt", jwt::jwt);

fn counter(_: &[u8]) -> Answer {
    let count = COUNT.with(|count| {
        count.set(count.get() + 1);
        count.get()
    });
    Ok(count.to_string().into_bytes().into())
}
export!("counter", counter);

fn spin(_: &[u8]) -> Answer {
    loop {
        std::hint::spin_loop();
    }
}
export!("spin", spin);

fn trap(_: &[u8]) -> Answer {
    std::arch::wasm32::unreachable()
}
export!("trap", trap);

/// A number of pages, in decimal.
fn grow(input: &[u8]) -> Answer {
    if input.len() > 5 || !input.iter().all(u8::is_ascii_digit) {
        return Err("bad-number");
    }
    let text = std::str::from_utf8(input).map_err(|_| "bad-number")?;
    let more = text.parse::<u16>().map_err(|_| "bad-number")?;
    let bytes = usize::from(more).checked_mul(PAGE_BYTES).ok_or("no-memory")?;
    let mut block = Vec::<u8>::new();
    block.try_reserve_exact(bytes).map_err(|_| "no-memory")?;
    let held = HELD.with(|held| {
        held.borrow_mut().push(block);
        held.borrow().iter().map(Vec::capacity).sum::<usize>()
    });
    Ok((held / PAGE_BYTES).to_string().into_bytes().into())
}
export!("grow", grow);

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    fn clock_time_get(clock: u32, precision: u64, time: *mut u64) -> u32;
}

/// Nanoseconds since 1970. The library's own clock panics where WASI refuses it.
fn realtime() -> Option<u64> {
    let mut now = 0;
    // SAFETY: the number lives as long as the call.
    let refused = unsafe { clock_time_get(0, 1, &mut now) };
    (refused == 0).then(|| now)
}

/// The name of an environment variable.
fn wasi(input: &[u8]) -> Answer {
    let value = std::env::var_os(OsStr::from_bytes(input)).ok_or("unset")?;
    let mut out = std::io::stdout();
    let line = [input, b"=", value.as_bytes(), b"\n"].concat();
    out.write_all(&line).and_then(|()| out.flush()).map_err(|_| "denied")?;
    let mut reply = format!("{} ", realtime().ok_or("denied")?).into_bytes();
    reply.extend_from_slice(value.as_bytes());
    Ok(reply.into())
}
export!("wasi", wasi);
