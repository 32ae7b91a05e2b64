//! The guest's side of the contract, so that the author of an SDK writes functions of bytes only:
//!
//! ```
//! fn echo(input: &[u8]) -> Answer { Ok(input.into()) }
//! export!("echo", echo);
//! ```

use std::borrow::Cow;
use std::cell::RefCell;

/// A reply, or a word of the contract's table of errors.
pub type Answer<'a> = Result<Cow<'a, [u8]>, &'static str>;

/// Set in a length that is that of an error's word.
const ERROR_BIT: u32 = 1 << 31;

thread_local! {
    /// What the last call answered, unless that lies in its input.
    static ANSWER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[macro_export]
macro_rules! export {
    ($name:literal, $function:path) => {
        const _: () = {
            #[export_name = $name]
            unsafe extern "C" fn exported(ptr: *const u8, length: usize) -> u64 {
                $crate::guest::call($function, ptr, length)
            }
        };
    };
}

/// Runs a function over the host's bytes and packs where its answer lies.
///
/// # Safety
///
/// The bytes are the host's for the length of the call.
pub unsafe fn call(function: fn(&[u8]) -> Answer, ptr: *const u8, length: usize) -> u64 {
    let input = if length == 0 { &[] } else { std::slice::from_raw_parts(ptr, length) };
    match function(input) {
        Ok(Cow::Borrowed(reply)) => packed(reply, 0),
        Ok(Cow::Owned(reply)) => ANSWER.with(|kept| {
            *kept.borrow_mut() = reply;
            packed(&kept.borrow(), 0)
        }),
        Err(word) => packed(word.as_bytes(), ERROR_BIT),
    }
}

fn packed(text: &[u8], flag: u32) -> u64 {
    (text.as_ptr() as u64) << 32 | u64::from(text.len() as u32 | flag)
}

extern "C" {
    fn malloc(length: usize) -> *mut u8;
}

/// What this gives goes back through libc's own `free`, which the linker exports.
#[no_mangle]
extern "C" fn alloc(length: usize) -> *mut u8 {
    // SAFETY: it asks for nothing but a length.
    unsafe { malloc(length.max(1)) }
}
