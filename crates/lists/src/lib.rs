//! Watchlist formats to immutable snapshots.
//!
//! Every reader turns a publisher's own files into one model ([`tenantry_model::listed`], the vocabulary of
//! FollowTheMoney), each value with the file and line it was read from. Readers stream: beyond the snapshot itself memory does not
//! grow with the file. They never lose a record silently: what cannot be used is a [`Notice`] with its place, and
//! [`acceptable`] refuses a reading that is cut off, too broken or suddenly much smaller, so that the version in force stays;
//! [`acceptable_after`] also one that kept its entries and lost their aliases, numbers or addresses ([`Part`]).
//!
//! Signal lists (addresses and domains, one a line) are read by [`read_signal_list`] and judged by [`acceptable_signals`].
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
mod archive;
mod bis;
mod bounded;
mod countries;
mod csl;
mod csl_json;
mod dates;
mod diff;
mod draft;
pub mod embedded;
mod entries;
mod entry;
mod error;
mod eu;
mod example;
pub mod fetch;
mod ftm;
mod ftm_delta;
mod ftm_given;
mod import;
mod json_lines;
mod labels;
mod leftover;
pub mod limits;
mod ofac;
mod ofac_advanced;
mod ofac_xml;
mod own;
pub mod pack;
mod parts;
mod remarks;
mod rows;
mod senzing;
mod signal;
mod snapshot;
mod uk;
mod un;
mod xml;

pub use accept::{Refusal, acceptable, acceptable_after};
pub use bis::read_bis_dpl;
pub use countries::country_code;
pub use csl::read_csl_csv;
pub use csl_json::read_csl_json;
pub use diff::{Change, FieldChange, diff};
pub use entries::Entries;
pub use error::ListsError;
pub use eu::read_eu_xml;
pub use example::{Example, NoExample};
pub use ftm::{ftm_texts, read_ftm};
pub use ftm_delta::apply_ftm_delta;
pub use import::{Format, detect, read_files, read_files_without, read_inputs};
pub use ofac::{OfacFiles, OfacList, read_ofac};
pub use ofac_advanced::read_ofac_advanced_xml;
pub use ofac_xml::read_ofac_xml;
pub use own::{OwnMapping, read_own_csv};
pub use parts::Part;
pub use senzing::read_senzing;
pub use signal::{SignalFile, SignalReading, acceptable_signals, read_signal_list};
pub use snapshot::{Notice, NoticeKind, Reading, Snapshot};
pub use uk::{read_uk_csv, read_uk_xml};
pub use un::read_un_xml;
