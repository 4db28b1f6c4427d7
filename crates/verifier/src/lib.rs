//! The verifier of evidence packages, alone: what somebody reads who has to trust it.
//!
//! A package is what a provider hands to an authority, an auditor or a court: ledger records with proofs, the
//! disclosed fields, who approved and looked, and what was erased before. It is a BagIt 1.0 folder (RFC 8493) in a ZIP
//! that has exactly one byte form for its content, signed with the key of the ledger. [`verify()`] checks one offline
//! and says VALID, INVALID or INCOMPLETE, why, and what it did *not* check. The crate `evidence` makes packages.
//!
//! Pure: no I/O, no clock, no network; pure Rust cryptography, so that it also runs as WebAssembly inside the page that
//! every package carries. Requirements REC-03, REC-04, ENF-02.
//!
//! # What lies where
//!
//! ```text
//! bag/ bagit.txt bag-info.txt manifest-sha256.txt manifest-sha512.txt tagmanifest-sha256.txt tagmanifest.note
//!   data/request/{request.txt,minimisation.txt}          what was asked, by whom, and how what is shown was limited
//!   data/request/scope.json                              what exactly a second person approved to be shown
//!   data/request/NNNNNN.{leaf,json,open,tlog-proof}      the record of the legal process it rests on
//!   data/request/legal-process.*                         that process as it was received, if it may be kept
//!   data/records/NNNNNN.{leaf,json,open,tlog-proof}      ledger entry, shown fields, what proves them, inclusion proof
//!   data/custody/NNNNNN.{leaf,json,open,tlog-proof}      who looked, who approved, earlier packages, the ledger's keys
//!   data/erased/NNNNNN.{leaf,json,tlog-proof}            entries whose content was erased, and under which rule
//!   data/complete/statement.json *.proof NNNNNN.*        whose records are all here, and the index that counted them
//!   data/events/NNNNNN.{leaf,json,open,tlog-proof,events} batches of events: the record of each, and the events handed over
//!   data/trust/{checkpoint,log.vkey,policy}              signed tree head, keys, witnesses
//!   data/trust/NAME.{tsr,pem,head,consistency}           time-stamp tokens: root certificate, what is dated, and its proof
//!   data/report.pdf data/certificate-902-draft.pdf       for people
//!   verify/{README.txt,verify.py,verify.html}            this verifier for a browser, and another one in Python
//!   verify/{verifier-source.tar.gz,BUILD.txt}            the source of the former, which build it is, how to make it again
//! ```
//!
//! Beside a package goes its *receipt*: proof that the ledger recorded this very package, byte for byte, when it was
//! built. See [`receipt`]. For a single record there is a receipt that needs no package: [`submission`].
//!
//! # Example
//!
//! ```
//! use tenantry_verifier::{Verdict, verify};
//! let report = verify(b"not a package", None, None);
//! assert_eq!(report.verdict, Verdict::Invalid);
//! println!("{report}");
//! ```

mod approval;
mod bag;
mod certificates;
mod completeness;
mod dated;
mod events;
mod head;
pub mod layout;
pub mod limits;
pub mod receipt;
mod records;
mod report;
mod request;
mod signatures;
pub mod submission;
mod verify;
pub mod zip;

pub use certificates::PureCertificateCheck;
pub use head::kind_of_signature;
pub use report::{Complete, Counts, Dated, Report, Signer, TreeHead, Trust, Verdict, Witness};
pub use signatures::PureCheck;
/// Whom a reader trusts: keys of logs and witnesses, and how many witnesses are enough.
pub use tenantry_ledger::TrustPolicy as Policy;
pub use verify::verify;
