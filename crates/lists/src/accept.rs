//! Whether a fresh reading may replace the snapshot in force.
//!
//! A list that lost its tail or shrank suddenly would pass people it should stop, so such a reading is refused and the old
//! snapshot stays in force (fail closed). An operator who knows better imports with the checks named and waived above this crate.

use crate::limits::{SET_ASIDE_PER_MILLE_MAX, SHRINK_PER_MILLE_MAX};
use crate::snapshot::{NoticeKind, Reading};
use tenantry_model::listed::SnapshotHeader;
use thiserror::Error;

/// Why a reading must not replace the snapshot in force.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A file ends before its end.
    #[error("`{file}` is cut off: {why}")]
    Truncated {
        /// Name of the file within the list.
        file: String,
        /// How it shows.
        why: String,
    },
    /// Nothing was read.
    #[error("the list has no entries")]
    Empty,
    /// Too many records had to be set aside.
    #[error("{set_aside} of {records} records could not be read; at most {limit_per_mille} in 1,000 may")]
    Malformed {
        /// Records set aside.
        set_aside: u64,
        /// Records seen.
        records: u64,
        /// The limit per thousand.
        limit_per_mille: u64,
    },
    /// The list lost too many entries against the version in force.
    #[error(
        "the list has {now} entries and the version in force {before}; it may lose at most {limit_per_mille} in 1,000"
    )]
    Shrunk {
        /// Entries in force.
        before: u64,
        /// Entries in the reading.
        now: u64,
        /// The limit per thousand.
        limit_per_mille: u64,
    },
    /// It is another list.
    #[error("this is the list `{given}`, not `{expected}`")]
    OtherList {
        /// Code of the list in force.
        expected: String,
        /// Code of the list read.
        given: String,
    },
    /// It is an older version than the one in force.
    #[error("this version was published on {given}, before the one in force of {in_force}")]
    Older {
        /// Date of the version in force.
        in_force: String,
        /// Date of the version read.
        given: String,
    },
}

/// Refuses a reading that is cut off, too broken, suddenly much smaller, older, or of another list.
pub fn acceptable(in_force: Option<&SnapshotHeader>, new: &Reading) -> Result<(), Refusal> {
    if let Some(notice) = new.notices.iter().find(|notice| notice.kind == NoticeKind::Truncated) {
        return Err(Refusal::Truncated { file: notice.file.clone(), why: notice.why.clone() });
    }
    let header = new.snapshot.header();
    if header.entities == 0 {
        return Err(Refusal::Empty);
    }
    if new.set_aside.saturating_mul(1_000) > new.records.saturating_mul(SET_ASIDE_PER_MILLE_MAX) {
        let limit_per_mille = SET_ASIDE_PER_MILLE_MAX;
        return Err(Refusal::Malformed { set_aside: new.set_aside, records: new.records, limit_per_mille });
    }
    match in_force {
        // The very same entries under another date are a correction, not an older version.
        Some(in_force) if in_force.list == header.list && in_force.digest == header.digest => Ok(()),
        Some(in_force) => follows(in_force, header),
        None => Ok(()),
    }
}

fn follows(in_force: &SnapshotHeader, new: &SnapshotHeader) -> Result<(), Refusal> {
    if in_force.list != new.list {
        return Err(Refusal::OtherList { expected: in_force.list.clone(), given: new.list.clone() });
    }
    if let (Some(before), Some(now)) = (in_force.published_on, new.published_on)
        && now < before
    {
        return Err(Refusal::Older { in_force: before.to_string(), given: now.to_string() });
    }
    let least = in_force.entities.saturating_mul(1_000 - SHRINK_PER_MILLE_MAX);
    if new.entities.saturating_mul(1_000) < least {
        let limit_per_mille = SHRINK_PER_MILLE_MAX;
        return Err(Refusal::Shrunk { before: in_force.entities, now: new.entities, limit_per_mille });
    }
    Ok(())
}
