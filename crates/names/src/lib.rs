//! Names of people, organisations and vessels: taken apart once, compared many times, explained letter by letter.
//!
//! [`Name::analyse`] turns a written name into tokens: folded to ASCII (romanised when the script is not Latin),
//! with a sound key, a role (particle, title, legal form, number, initial or plain word) and a *weight* in
//! thousandths of a bit that says how much it tells about whose name this is. [`compare()`] lines the tokens of two
//! names up and says how alike they are, with the character spans and edits that a reader needs to check it.
//!
//! The result depends on the two names alone, never on a list or on other customers, so that a comparison can be
//! replayed bit for bit; all arithmetic is in integers. The crate does no I/O and keeps no state but its own
//! dictionaries. Names are personal data: no type here prints one through `Debug`.
//!
//! ```
//! use tenantry_names::{compare, Name, NameKind};
//!
//! let given = Name::analyse("Wladimir Putin", NameKind::Person);
//! let listed = Name::analyse("PUTIN, Vladimir Vladimirovich", NameKind::Person);
//! assert!(compare(&given, &listed).similarity >= 700);
//!
//! let cyrillic = Name::analyse("Владимир Путин", NameKind::Person);
//! assert!(compare(&cyrillic, &listed).similarity >= 700);
//!
//! let other = Name::analyse("Oleg Ivanov", NameKind::Person);
//! assert!(compare(&other, &listed).similarity < 500);
//! ```

mod align;
mod ceiling;
mod compare;
mod edit;
mod fold;
mod hanja;
mod indic;
mod kana;
mod look;
mod misheard;
mod name;
mod near;
mod numbers;
mod pet;
mod romanise;
mod sound;
mod split;
mod stored;
mod thai;
mod total;
mod typed;
mod whole;
mod words;

pub use align::{How, JOINED_LENGTHS, MatchedUnit, Near, Pairing, Weighed, Weighing, weigh};
pub use ceiling::Ceiling;
pub use compare::{Aligned, Comparison, Edit, EditKind, Span, compare, similarity};
pub use look::Look;
pub use name::{Form, Name, NameKind, Part, Reading, Role, Token};
pub use near::{
    as_joined, joins_across, may_change, near, near_glued, near_joined, one_error, skeleton_deletions,
};
pub use romanise::Script;
pub use stored::{StoredForm, StoredToken};
pub use typed::{Anchors, Sketch, could_be_typed};
pub use whole::WholeKeys;
