//! The one error of this crate: a list or a packed snapshot that cannot be used at all.
//!
//! What is wrong with single records is a [`Notice`](crate::Notice) of a reading, not an error.

use std::io;
use thiserror::Error;

/// Why a list could not be read, or a packed snapshot not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ListsError {
    /// The file could not be read.
    #[error("could not read `{file}`")]
    Read {
        /// Name of the file within the list.
        file: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The content is not in the format it should be in.
    #[error("`{file}` line {line} is not {format}: {why}")]
    Format {
        /// Name of the file within the list.
        file: String,
        /// Line, from 1; 0 when unknown.
        line: u64,
        /// Format that was expected, for example `the Consolidated Screening List as CSV`.
        format: &'static str,
        /// What is wrong.
        why: String,
    },
    /// No format is known for these files.
    #[error(
        "`{file}` is in no watchlist format known here; name the format or convert the file to FollowTheMoney JSON lines"
    )]
    Unknown {
        /// Name of the file.
        file: String,
    },
    /// Files that do not belong to one list were given together, or one that is needed is missing.
    #[error("these files do not make one list: {why}")]
    FileSet {
        /// What is wrong.
        why: String,
    },
    /// An OFAC list without a file that holds what it is screened by.
    #[error(
        "the OFAC files lack {missing}, without which people are not found under their other names and places; give the whole \
         set (also as one ZIP file) or `SDN.XML`, or name what is missing in `--without`"
    )]
    Incomplete {
        /// Names of the files, with what they hold.
        missing: String,
    },
    /// A delta that cannot be applied.
    #[error("the delta cannot be used: {why}")]
    Delta {
        /// What is wrong and what to do.
        why: &'static str,
    },
    /// A delta that does not follow the version in force.
    #[error(
        "`entities.delta.json` line {line} {does}: `{id}`; the delta does not follow the version in force, because one before it is \
         missing or it was applied already; apply the deltas in their order, or import the whole file"
    )]
    DeltaGap {
        /// Line of the delta, from 1.
        line: u64,
        /// Identifier of the entity.
        id: String,
        /// What the line does that cannot be done.
        does: &'static str,
    },
    /// A packed snapshot is damaged.
    #[error("the packed snapshot is damaged: {why}; fetch or import the list again")]
    Damaged {
        /// What was found.
        why: &'static str,
    },
    /// Something is larger than this program accepts.
    #[error("{what} is over the limit of {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit, in the unit of `what`.
        limit: u64,
    },
    /// One entry has more than this program accepts of one.
    #[error(
        "entry `{entry}` is over the limit of {limit} {what}: no published entry has as many, so that the file is damaged or not what \
         it should be"
    )]
    EntryTooLarge {
        /// Identifier of the entry.
        entry: String,
        /// What there are too many of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}
