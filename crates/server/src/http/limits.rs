//! Every bound of the HTTP edge by name, with its unit. Nothing here is policy: a bound protects the process.

use std::time::Duration;

/// Largest request body read, bytes. Bulk files have their own route and their own bound.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// Largest order read, bytes: a document of 8 MiB in base64, and the order around it.
pub const ORDER_BYTES_MAX: usize = 12 << 20;
/// Largest list file read, bytes, compressed or not.
pub const LIST_BYTES_MAX: usize = 64 << 20;
/// Deepest nesting of arrays and objects in a JSON body.
pub const JSON_DEPTH_MAX: usize = 32;
/// Longest accepted `Idempotency-Key`, characters.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 128;
/// Longest accepted `x-request-id`, characters.
pub const REQUEST_ID_CHARS_MAX: usize = 64;
/// Longest accepted cursor, characters.
pub const CURSOR_CHARS_MAX: usize = 512;
/// Rows on a page when the caller does not say.
pub const PAGE_ROWS_DEFAULT: u16 = 50;
/// Most rows on a page. One below what the register gives at once, because a further row tells that there is more.
pub const PAGE_ROWS_MAX: u16 = 199;
/// Most entity tags read from one `If-Match`.
pub const IF_MATCH_TAGS_MAX: usize = 16;
/// Longest a handler may take before the caller is told to ask again.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
/// Longest wait for the head of a request, which is also how long an idle connection is kept.
pub const HEADER_READ_MAX: Duration = Duration::from_secs(30);
/// Largest head of a request, bytes.
pub const HEADER_BYTES_MAX: usize = 32 << 10;
/// Most connections served at once; further ones wait in the listen queue of the system.
pub const CONNECTIONS_MAX: usize = 4096;
/// Longest wait for requests in flight when the process is told to stop.
pub const DRAIN_TIME_MAX: Duration = Duration::from_secs(20);
/// Longest one readiness check may take before it counts as failed.
pub const READY_CHECK_TIME_MAX: Duration = Duration::from_secs(2);
/// Callers whose rate is remembered, over all shards. Beyond it newcomers of a shard share one bucket.
pub const RATE_CALLERS_MAX: usize = 65_536;
/// Smallest answer worth compressing, bytes.
pub const COMPRESS_BYTES_MIN: u64 = 1024;
