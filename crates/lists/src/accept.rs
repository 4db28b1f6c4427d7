//! Whether a fresh reading may replace the snapshot in force.
//!
//! A list that lost its tail or shrank suddenly would pass people it should stop, so such a reading is refused and the old
//! snapshot stays in force (fail closed). So would one that kept its entries and lost their aliases or numbers: where the version in
//! force is at hand, its parts are counted too. An operator who knows better waives a part by its name.

use crate::ftm;
use crate::limits::{ENTRIES_COMPARED_MIN, SET_ASIDE_PER_MILLE_MAX, SHRINK_PER_MILLE_MAX, SHRINK_VALUES_MAX};
use crate::parts::{Part, kept};
use crate::snapshot::{NoticeKind, Reading, Snapshot};
use std::collections::HashSet;
use tenantry_model::listed::{ListedEntity, Schema, SnapshotHeader};
use tenantry_model::signal::SignalKind;
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
    /// The list lost too much of what its entries say against the version in force.
    #[error(
        "the list has {now} {part} and the version in force {before}; it may lose at most {limit_per_mille} in 1,000 \
         (where that is right: `--without {part}`, over HTTP `without={part}`)"
    )]
    Lost {
        /// What was lost.
        part: Part,
        /// Count in force.
        before: u64,
        /// Count in the reading.
        now: u64,
        /// The limit per thousand.
        limit_per_mille: u64,
    },
    /// Most entries in force are not in it: another list under the same code.
    #[error(
        "only {kept} of the {before} entries in force are in this version under the same identifier: it looks like another \
         list (where that is right: `--without entries`, over HTTP `without=entries`)"
    )]
    Replaced {
        /// Entries in force.
        before: u64,
        /// Those of them in the reading.
        kept: u64,
    },
    /// It is another list.
    #[error("this is the list `{given}`, not `{expected}`")]
    OtherList {
        /// Code of the list in force.
        expected: String,
        /// Code of the list read.
        given: String,
    },
    /// It is a signal list of another kind.
    #[error(
        "the list in force has entries of the kind `{expected}`, this one of `{given}`; give it a code of its own"
    )]
    OtherKind {
        /// Kind of the version in force.
        expected: SignalKind,
        /// Kind of the version read.
        given: SignalKind,
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

/// Refuses a reading that is cut off, too broken, suddenly much smaller, older, or of another list. Of the version in force its
/// header is enough; where the whole of it is at hand, [`acceptable_after`] sees more.
pub fn acceptable(in_force: Option<&SnapshotHeader>, new: &Reading) -> Result<(), Refusal> {
    if let Some(notice) = new.notices.iter().find(|notice| notice.kind == NoticeKind::Truncated) {
        return Err(Refusal::Truncated { file: notice.file.clone(), why: notice.why.clone() });
    }
    let header = new.snapshot.header();
    if new.set_aside.saturating_mul(1_000) > new.records.saturating_mul(SET_ASIDE_PER_MILLE_MAX) {
        let limit_per_mille = SET_ASIDE_PER_MILLE_MAX;
        return Err(Refusal::Malformed { set_aside: new.set_aside, records: new.records, limit_per_mille });
    }
    if header.entities == 0 {
        return Err(Refusal::Empty);
    }
    match in_force {
        // The very same entries under another date are a correction, not an older version.
        Some(in_force) if in_force.list == header.list && in_force.digest == header.digest => Ok(()),
        Some(in_force) => follows(in_force, header, entries_before_parties(new)),
        None => Ok(()),
    }
}

/// Earlier versions of this program kept every address and post of a FollowTheMoney file as an entry of its own. Such a version is in
/// force when the first of parties only comes, and its header does not say how many of its entries were none: so many lines as
/// the file has, the list may have had entries. [`acceptable_after`] sees the entries and is strict.
fn entries_before_parties(new: &Reading) -> u64 {
    let entities = new.snapshot.header().entities;
    if ftm::is_read_from(&new.snapshot) {
        entities.max(new.records.saturating_sub(new.set_aside))
    } else {
        entities
    }
}

/// The entries in force that a version is measured by: of a FollowTheMoney list without the things that are gone, for the reason above.
fn measured<'s>(in_force: &'s Snapshot, new: &Snapshot) -> Vec<&'s ListedEntity> {
    let entities = in_force.entities().iter();
    if !ftm::is_read_from(new) {
        return entities.collect();
    }
    let stays: HashSet<&str> = new.entities().iter().map(|entity| entity.id.as_str()).collect();
    entities.filter(|entity| entity.schema != Schema::Thing || stays.contains(entity.id.as_str())).collect()
}

/// Refuses what [`acceptable`] refuses of a reading, and one that lost too much of any [`Part`] against the version in force, or
/// most of its entries for others. Parts in `without` are not looked at. Nor are dates: that of a version in force may have been
/// corrected since it was packed, which only its header in force says.
pub fn acceptable_after(in_force: &Snapshot, new: &Reading, without: &[Part]) -> Result<(), Refusal> {
    let undated = SnapshotHeader { published_on: None, ..in_force.header().clone() };
    acceptable(Some(&undated), new)?;
    if in_force.header().digest == new.snapshot.header().digest {
        return Ok(());
    }
    let measured = measured(in_force, &new.snapshot);
    let before = measured.len() as u64;
    let undated = SnapshotHeader { entities: before, ..undated };
    follows(&undated, new.snapshot.header(), new.snapshot.header().entities)?;
    let kept = kept(&measured, &new.snapshot);
    if before >= ENTRIES_COMPARED_MIN && kept.saturating_mul(2) < before && !without.contains(&Part::Entries)
    {
        return Err(Refusal::Replaced { before, kept });
    }
    for part in Part::ALL.into_iter().filter(|part| *part != Part::Entries && !without.contains(part)) {
        let (before, now) = (part.count(measured.iter().copied()), part.count(new.snapshot.entities()));
        let few = before.saturating_sub(now) <= SHRINK_VALUES_MAX;
        if !few && shrunk(before, now) {
            let limit_per_mille = SHRINK_PER_MILLE_MAX;
            return Err(Refusal::Lost { part, before, now, limit_per_mille });
        }
    }
    Ok(())
}

fn shrunk(before: u64, now: u64) -> bool {
    now.saturating_mul(1_000) < before.saturating_mul(1_000 - SHRINK_PER_MILLE_MAX)
}

fn follows(in_force: &SnapshotHeader, new: &SnapshotHeader, entries: u64) -> Result<(), Refusal> {
    if in_force.list != new.list {
        return Err(Refusal::OtherList { expected: in_force.list.clone(), given: new.list.clone() });
    }
    if let (Some(before), Some(now)) = (in_force.published_on, new.published_on)
        && now < before
    {
        return Err(Refusal::Older { in_force: before.to_string(), given: now.to_string() });
    }
    if shrunk(in_force.entities, entries) {
        let limit_per_mille = SHRINK_PER_MILLE_MAX;
        return Err(Refusal::Shrunk { before: in_force.entities, now: entries, limit_per_mille });
    }
    Ok(())
}
