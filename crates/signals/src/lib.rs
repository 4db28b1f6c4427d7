//! Whether a published list names an address or the domain of an e-mail address.
//!
//! Two kinds of lists ([`SignalKind`]): networks that hide their user, and services that give away e-mail addresses. A
//! [`SignalList`] is one immutable version of one of them. The look-up is exact: an address lies in a listed [`Network`] or it does
//! not; a domain is a listed [`MailDomain`], or lies below one, or neither. What follows is not decided here, and never more than a look.
//!
//! No I/O: `tenantry-lists` reads the publishers' files.
//!
//! ```
//! use tenantry_model::signal::SignalKind;
//! use tenantry_signals::{Entries, Naming, SignalList};
//!
//! let naming = |list: &str| Naming { list: list.to_owned(), source: "example".to_owned(), published_on: None };
//! let networks = Entries::Networks(vec!["198.51.100.0/24".parse()?, "2001:db8::/32".parse()?]);
//! let exits = SignalList::new(naming("exits"), networks, [0; 32]);
//! assert!(exits.names_address("::ffff:198.51.100.7".parse()?));
//! assert!(!exits.names_address("198.51.101.7".parse()?));
//!
//! let mail = SignalList::new(naming("mail"), Entries::Domains(vec!["mail.example".parse()?]), [0; 32]);
//! assert!(mail.names_email("somebody@eu.Mail.example"));
//! assert!(!mail.names_email("somebody@notmail.example"));
//! assert_eq!(SignalList::unpack(&mail.pack())?, mail);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`SignalKind`]: tenantry_model::signal::SignalKind

mod domain;
mod list;
mod network;

pub use domain::MailDomain;
pub use list::{Entries, Naming, SignalList};
pub use network::Network;

use thiserror::Error;

/// Why something is no entry, or no list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignalsError {
    /// Not an address and not a network.
    #[error("is neither an address nor a network such as 198.51.100.0/24")]
    NotANetwork,
    /// The address has bits beyond the length of its prefix: it may be meant to be the one or the other.
    #[error("is an address with bits beyond its prefix; write the network or the address")]
    HostBits,
    /// So wide that it is a mistake.
    #[error("is wider than any one network, which has a prefix of at least {prefix_min} bits")]
    TooWide {
        /// Shortest prefix that is taken.
        prefix_min: u8,
    },
    /// Not a domain.
    #[error("is not a domain such as mail.example")]
    NotADomain,
    /// The domain of a registry, below which everybody has their domains.
    #[error("is the domain of a registry, below which everybody has theirs")]
    Registry,
    /// A packed list that is not as it was packed.
    #[error("a packed signal list cannot be opened: {why}")]
    Packed {
        /// What is wrong.
        why: &'static str,
    },
}
