//! Who somebody is under the order, and who stands behind an organisation.
//!
//! Two questions are answered here, both as pure functions of stored facts:
//!
//! * [`status::determine`]: US person, foreign person or undetermined (DEF-05, DEF-06, CIP-06 to CIP-08). The answer is
//!   not a score but a list of bases and contradictions. Somebody's own word is never enough.
//! * [`ownership::beneficial_owners`] and [`ownership::aggregate_listed`]: which individuals own or control an
//!   organisation (DEF-07), and which organisations belong to listed parties in aggregate. Shares are exact
//!   fractions; what is not disclosed is never counted as nothing.
//!
//! Findings carry identifiers and codes, never a name, a country or a number of the person, because they are
//! kept as evidence of the decision after the personal data is gone.
//!
//! ```
//! use std::collections::BTreeMap;
//! use tenantry_identity::ownership::{Reached, beneficial_owners};
//! use tenantry_model::id::PartyId;
//! use tenantry_model::party::{Interest, PartyKind};
//! use tenantry_model::share::{Share, ShareRange};
//!
//! let (person, company) = (PartyId::from_bytes([1; 16]), PartyId::from_bytes([2; 16]));
//! let kinds = BTreeMap::from([(person, PartyKind::Individual), (company, PartyKind::Organisation)]);
//! let thirty = ShareRange::exactly("30".parse::<Share>()?);
//! let interests = [Interest { owner: person, owned: company, share: Some(thirty), control: vec![] }];
//!
//! let finding = beneficial_owners(company, &kinds, &interests, "25".parse()?);
//! assert_eq!(finding.owners[0].reached, Reached::Reaches);
//! assert_eq!(finding.unexplained.max(), "70".parse()?); // 70 percent is not disclosed
//! # Ok::<(), tenantry_model::ModelError>(())
//! ```

pub mod limits;
pub mod ownership;
pub mod status;
