//! Pages for people: a small typesetter over `krilla`, and the two documents made with it.
//!
//! PDF/A-3u. The pages fit both A4 and US Letter without scaling. Text that the embedded letters (Latin, Greek,
//! Cyrillic) cannot show is never printed as boxes: the reader is sent to the file that holds it. Pure: the same content
//! gives the same bytes.

mod certificate;
mod face;
mod report;
mod sheet;

pub use report::{Line, Section, Summary};

pub(crate) use certificate::certificate;
pub(crate) use report::report;

use tenantry_ledger::UnixNanos;

/// An instant as people read it, in whole seconds of universal time.
fn instant(at: UnixNanos) -> String {
    let seconds = i64::try_from(at.0 / 1_000_000_000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| format!("{} ns", at.0), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}
