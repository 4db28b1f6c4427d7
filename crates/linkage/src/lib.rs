//! Evidence that two accounts are the same actor (CRT-16), from keyed tokens.
//!
//! The crate never sees a document number, a card or an address: only [`Token`]s, which the caller derives with a key,
//! so that a returning actor can be recognised after the personal data is erased. Every [`Link`] states the
//! evidence for and against. A token that many accounts hold says little (an office network, a family's card, a
//! shared mailbox) and is discounted, then ignored. A link is a reason to look, never a verdict: [`Tier::Weak`] may
//! raise a case and nothing else.
//!
//! ```
//! use std::collections::BTreeMap;
//! use tenantry_linkage::{Candidate, Standing, Tier, Token, TokenKind, link};
//! use tenantry_model::id::AccountId;
//!
//! let passport = Token { kind: TokenKind::DocumentNumber, digest: [7; 32] };
//! let removed = Candidate {
//!     account: AccountId::from_bytes([1; 16]),
//!     tokens: vec![passport],
//!     standing: Standing::ClosedForCause,
//! };
//! let links = link(&[passport], &[removed], &BTreeMap::from([(passport, 1)]));
//! assert_eq!(links[0].tier, Tier::Strong);
//! ```

mod link;
mod token;

pub use link::{Agreement, Candidate, HOLDERS_GENERIC, HOLDERS_SHARED, Link, Standing, link};
pub use token::{Tier, Token, TokenKind};
