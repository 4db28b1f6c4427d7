//! Names of requests. A well-formed `x-request-id` of the caller is kept, so that a trace can be followed
//! across systems; anything else is replaced, so that nobody writes into our log.

use super::limits::REQUEST_ID_CHARS_MAX;
use axum::http::{HeaderMap, HeaderName};
use std::sync::atomic::{AtomicU64, Ordering};

/// The header, in requests and in every response.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of one request: 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hands out names that do not repeat: a random part drawn at start and a count.
#[derive(Debug)]
pub struct RequestIds {
    nonce: u64,
    count: AtomicU64,
}

impl RequestIds {
    /// Names of a process; `nonce` tells processes apart.
    pub const fn new(nonce: u64) -> Self {
        Self { nonce, count: AtomicU64::new(0) }
    }

    /// The caller's name for the request when it is well formed, else a fresh one.
    pub fn name(&self, headers: &HeaderMap) -> RequestId {
        let given = headers.get(&X_REQUEST_ID).and_then(|v| v.to_str().ok()).filter(|text| well_formed(text));
        RequestId(given.map_or_else(|| self.fresh(), str::to_owned))
    }

    fn fresh(&self) -> String {
        format!("{:016x}-{:08x}", self.nonce, self.count.fetch_add(1, Ordering::Relaxed))
    }
}

fn well_formed(text: &str) -> bool {
    (1..=REQUEST_ID_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_names_of_callers_are_kept() {
        let longest = "x".repeat(REQUEST_ID_CHARS_MAX);
        let too_long = "x".repeat(REQUEST_ID_CHARS_MAX + 1);
        let cases = [
            ("abc-1.2_3", true),
            (&longest, true),
            (&too_long, false),
            ("", false),
            ("a b", false),
            ("{\"a\":1}", false),
        ];
        for (given, kept) in cases {
            let ids = RequestIds::new(7);
            let headers = HeaderMap::from_iter([(X_REQUEST_ID, given.parse().unwrap())]);
            let expect = if kept { given } else { "0000000000000007-00000000" };
            assert_eq!(ids.name(&headers).as_str(), expect);
        }
    }

    #[test]
    fn fresh_names_differ() {
        let ids = RequestIds::new(1);
        assert_ne!(ids.name(&HeaderMap::new()), ids.name(&HeaderMap::new()));
    }
}
