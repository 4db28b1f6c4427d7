//! The evidence package and its verifier.
//!
//! A package is what a provider hands to an authority, an auditor or a court: ledger records with proofs, the
//! disclosed fields, who approved and looked, and what was erased before. It is a BagIt 1.0 folder (RFC 8493) in a ZIP
//! that has exactly one byte form for its content, signed with the key of the ledger. [`build()`] makes one from plain
//! parts; [`verify()`] checks one offline and says VALID, INVALID or INCOMPLETE, why, and what it did *not* check.
//!
//! Pure: no I/O, no clock, no network; pure Rust cryptography, so that the verifier also runs as WebAssembly.
//! Requirements REC-03, REC-04, ENF-02.
//!
//! ```text
//! bag/ bagit.txt bag-info.txt manifest-sha256.txt manifest-sha512.txt tagmanifest-sha256.txt tagmanifest.note
//!   data/request/*                 data/report.txt
//!   data/records/NNNNNN.{leaf,json,open,tlog-proof}      data/custody/ the same
//!   data/erased/NNNNNN.{leaf,json,tlog-proof}            data/complete/statement.json
//!   data/trust/{checkpoint,log.vkey,policy}              verify/{README.txt,verify.py}
//! ```
//!
//! ```
//! use tenantry_evidence::{Verdict, verify};
//! let report = verify(b"not a package", None);
//! assert_eq!(report.verdict, Verdict::Invalid);
//! println!("{report}");
//! ```

mod build;
mod error;
mod layout;
pub mod limits;
mod policy;
mod report;
mod signatures;
mod verify;
mod zip;

pub use build::{Attachment, ErasedRecord, Package, Record, SubjectClaim, build};
pub use error::EvidenceError;
pub use policy::Policy;
pub use report::{Counts, Report, Signer, TreeHead, Trust, Verdict};
pub use signatures::PureCheck;
pub use verify::verify;
