//! Every bound of webhooks by name, with its unit.

use std::time::Duration;

/// Longest one attempt may take, look-up and TLS included. Standard Webhooks recommends 15 to 30 s.
pub const ATTEMPT_TIME_MAX: Duration = Duration::from_secs(15);
/// Longest wait for the look-up of the name.
pub const RESOLVE_TIME_MAX: Duration = Duration::from_secs(5);
/// Largest head of an answer, bytes. Bodies of answers are never read.
pub const RESPONSE_HEAD_BYTES_MAX: usize = 16 << 10;
/// Largest event, bytes. Standard Webhooks recommends at most 20 KiB.
pub const EVENT_BYTES_MAX: usize = 20 << 10;
/// Longest endpoint URL, characters.
pub const URL_CHARS_MAX: usize = 2048;
/// Most signing secrets of one endpoint: the present one and those being phased out.
pub const SECRETS_MAX: usize = 3;
/// Longest reference in an event, characters.
pub const REFERENCE_CHARS_MAX: usize = 128;
/// Attempts at once, over all endpoints.
pub const ATTEMPTS_AT_ONCE: usize = 32;
/// Attempts at once to one endpoint, so that a slow one cannot hold all.
pub const ATTEMPTS_AT_ONCE_PER_ENDPOINT: usize = 4;
/// Rows read from the store in one round.
pub const ROWS_PER_ROUND: usize = 1024;
/// Longest pause between rounds.
pub const ROUND_EVERY_MAX: Duration = Duration::from_secs(5);
/// How long a claimed delivery is left alone before it counts as abandoned (the process died), microseconds.
/// Longer than any attempt.
pub const CLAIM_US: i64 = 60_000_000;
/// Longest wait that an endpoint can ask for with `Retry-After`, seconds.
pub const RETRY_AFTER_S_MAX: u64 = 86_400;
