//! Making evidence packages.
//!
//! A package is what a provider hands to an authority, an auditor or a court. [`build()`] arranges plain parts into a
//! BagIt 1.0 folder in a ZIP of one byte form, prints the [report](Summary) and a draft of the records certificate as
//! PDF/A-3, adds three ways to check it (a page for a browser, Python, instructions) and signs the whole with the key of
//! the ledger. What lies where, and the verifier itself, are the crate `verifier`, which knows nothing of this one.
//!
//! Pure: no I/O, no clock, no randomness; the same parts and signature give the same bytes. What may be disclosed, and
//! who approved it, was decided before. Requirements REC-03, REC-04, ENF-02; BagIt is RFC 8493.
//!
//! ```
//! use tenantry_evidence::{Line, Section, Summary};
//! let summary = Summary {
//!     request: vec![Line::new("Authority", "Bureau of Example"), Line::new("Reference", "2026-17")],
//!     sections: vec![Section { heading: "Decisions".into(), lines: vec!["2026-11-20 open".into()] }],
//!     ..Summary::default()
//! };
//! assert_eq!(summary.request.len(), 2);
//! ```

mod build;
mod error;
pub mod limits;
mod paper;
mod verifiers;

pub use build::{
    Attachment, ErasedRecord, EventBatch, IndexRecord, LegalProcess, Package, Record, SubjectClaim,
    TimeStamp, build,
};
pub use error::EvidenceError;
pub use paper::{Line, Section, Summary};
