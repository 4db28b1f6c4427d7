//! Screening: who on the watchlists could this customer be, and why.
//!
//! An [`Index`] is built once from immutable list snapshots and then only read; many threads may search it at the
//! same time. [`Index::search`] takes a [`Query`] (a name, an identifying number or a wallet; everything else optional) and returns every
//! listed entity whose evidence reaches the threshold, best first. Evidence is counted in thousandths of a bit,
//! for and against, per attribute; the points of an [`Explanation`] add up to its total, and [`calibration`] maps
//! the total to the [`Score`], which a [`Cap`] may hold down. Exact identifiers and wallets are *hard rules*: they make a hit whatever the score,
//! and without a name on either side.
//!
//! Nothing here asks a clock, a random source or the network, and nothing is a float: the same query, list version
//! and [`ALGORITHM`] give the same bytes. The score of a pair depends on the pair alone, not on the rest of the
//! list. Country and nationality are compared as signs of identity only; they never count for or against a person
//! in themselves.
//!
//! ```
//! use tenantry_model::listed::{ListedEntity, Origin, Property, Schema, SnapshotHeader, Value};
//! use tenantry_screening::{Index, Options, Query};
//!
//! let mut entity = ListedEntity::new("own-1".to_owned(), Schema::Person);
//! let origin = Origin { file: "own.csv".to_owned(), line: 1 };
//! entity.push(Property::Name, Value { text: "EXAMPLE, Ada".to_owned(), note: String::new(), origin });
//! let header = SnapshotHeader {
//!     list: "own".to_owned(),
//!     title: "Own list".to_owned(),
//!     published_on: None,
//!     entities: 1,
//!     digest: String::new(),
//! };
//! let index = Index::build(&[(header, &[entity])]);
//! let hits = index.search(&Query::person("Ada Exampel"), &Options::default());
//! assert_eq!(hits[0].entity, "own-1");
//! let explanation = &hits[0].explanation;
//! assert_eq!(explanation.points.iter().map(|p| p.bits).sum::<i32>(), explanation.total);
//! ```

mod build;
mod by_example;
mod calibrate;
mod candidates;
mod conflict;
mod dates;
mod decisive;
mod entity;
mod evidence;
mod groups;
mod hit;
mod image;
mod index;
mod marks;
mod near_sets;
mod normal;
mod ofac;
mod pass;
mod plan;
mod query;
mod search;
mod shelf;
mod sift;
mod tables;
mod tokens;
mod unread;
mod whole;

pub use calibrate::{ALGORITHM, calibration, required_bits};
pub use hit::{
    Attribute, Cap, Decisive, Direction, Explanation, HardRule, Hit, NameDetail, Note, Point, Score,
};
pub use image::{Bytes, ImageError};
pub use index::{Entity, Index};
pub use ofac::ofac_score;
pub use query::{Identifier, Options, Query};
pub use search::judge;
pub use shelf::{NoShelf, Shelf, Shelved};
