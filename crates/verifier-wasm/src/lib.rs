//! The verifier for a web page: the crate `verifier` behind four functions that a browser can call.
//!
//! A page has no Rust types, so the inputs are three byte buffers in memory that both sides see: the page asks for
//! [`room`] of a length, writes there, and calls [`check`]. The answer is the report as JSON at [`answer`]. There is no
//! generated glue and nothing is imported from the page: no clock, no randomness, no network, no console.
//!
//! `cargo xtask wasm` builds it into `crates/evidence/verify/verifier.wasm`, which every package carries inside its page.

#![expect(
    unsafe_code,
    reason = "exporting a function by its name is declared unsafe; no memory is accessed unsafely"
)]

use std::sync::{Mutex, MutexGuard, PoisonError};

use tenantry_verifier::{Policy, verify};

/// The inputs of a check by number: 0 the package, 1 the policy, 2 the receipt. Empty means not given.
const INPUTS: usize = 3;

struct Buffers {
    inputs: [Vec<u8>; INPUTS],
    answer: String,
}

static BUFFERS: Mutex<Buffers> =
    Mutex::new(Buffers { inputs: [Vec::new(), Vec::new(), Vec::new()], answer: String::new() });

fn buffers() -> MutexGuard<'static, Buffers> {
    BUFFERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes room for `length` bytes of an input and says where; 0 when there is no such input or no memory for it.
#[unsafe(no_mangle)]
pub extern "C" fn room(input: usize, length: usize) -> *const u8 {
    let mut buffers = buffers();
    let Some(buffer) = buffers.inputs.get_mut(input) else { return std::ptr::null() };
    *buffer = Vec::new();
    if buffer.try_reserve_exact(length).is_err() {
        return std::ptr::null();
    }
    buffer.resize(length, 0);
    buffer.as_ptr()
}

/// Checks what was written and returns the length of the answer in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn check() -> usize {
    let mut buffers = buffers();
    let [package, policy, receipt] = &buffers.inputs;
    buffers.answer = answer_to(package, policy, receipt);
    buffers.inputs = Default::default();
    buffers.answer.len()
}

/// Where the answer is: UTF-8, one JSON object. Either a report, or `{"refused": "..."}` for a policy that is none.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    buffers().answer.as_ptr()
}

fn answer_to(package: &[u8], policy: &[u8], receipt: &[u8]) -> String {
    let policy = match Policy::parse(policy) {
        _ if policy.is_empty() => None,
        Ok(policy) => Some(policy),
        Err(error) => return refused(&format!("the file with the keys you trust: {error}")),
    };
    let report = verify(package, policy.as_ref(), Some(receipt).filter(|receipt| !receipt.is_empty()));
    serde_json::to_string(&report).unwrap_or_else(|_| refused("the report cannot be written"))
}

fn refused(reason: &str) -> String {
    serde_json::json!({ "refused": reason }).to_string()
}
