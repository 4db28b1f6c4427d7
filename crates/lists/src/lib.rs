//! Watchlist formats to immutable snapshots.
//!
//! Every reader turns a publisher's own files into one model ([`tenantry_model::listed`], the vocabulary of
//! FollowTheMoney), each value with the file and line it was read from. Readers stream: beyond the snapshot itself memory does not
//! grow with the file. They never lose a record silently: what cannot be used is a [`Notice`] with its place, and
//! [`acceptable`] refuses a reading that is cut off, too broken or suddenly much smaller, so that the version in force stays.
//!
//! A [`Snapshot`] is one version of one list. Its packed form carries a digest over its entries and one over the file.
//!
//! ```
//! use tenantry_lists::{OfacFiles, OfacList, Snapshot, acceptable, read_ofac};
//!
//! let primary = "36,\"EXAMPLE AIR\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"a.k.a. 'EX'.\"\r\n\u{1A}";
//! let reading = read_ofac(OfacFiles {
//!     list: OfacList::Sdn,
//!     primary: primary.as_bytes(),
//!     addresses: None,
//!     aliases: None,
//!     comments: None,
//!     published_on: "2023-12-28".parse().ok(),
//! })?;
//! assert!(acceptable(None, &reading).is_ok());
//! assert_eq!(reading.snapshot.entities()[0].caption(), "EXAMPLE AIR");
//!
//! let packed = reading.snapshot.pack();
//! assert_eq!(Snapshot::unpack(&packed)?, reading.snapshot);
//! assert!(Snapshot::unpack(&packed[1..]).is_err());
//! # Ok::<(), tenantry_lists::ListsError>(())
//! ```

mod accept;
mod countries;
mod csl;
mod dates;
mod diff;
pub mod embedded;
mod entry;
mod error;
mod labels;
pub mod limits;
mod ofac;
pub mod pack;
mod remarks;
mod rows;
mod snapshot;
mod un;
mod xml;

pub use accept::{Refusal, acceptable};
pub use countries::country_code;
pub use csl::read_csl_csv;
pub use diff::{Change, FieldChange, diff};
pub use error::ListsError;
pub use ofac::{OfacFiles, OfacList, read_ofac};
pub use snapshot::{Notice, NoticeKind, Reading, Snapshot};
pub use un::read_un_xml;
