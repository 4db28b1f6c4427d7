//! Identifiers: 16 bytes, ordered by time, written as `prefix_` and 26 characters.
//!
//! The first six bytes are milliseconds since 1970, the other ten come from [`Entropy`], so identifiers sort
//! by creation and cannot be guessed. The text form is Crockford base 32 in lower case; the prefix says what
//! the identifier names, so that pasting an account where a case belongs is an error and not a surprise.

use crate::ModelError;
use crate::random::{Entropy, draw};
use crate::time::Timestamp;
use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LENGTH: usize = 26;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The text before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier for something that came to be at `at`.
            pub fn new(at: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(compose(at, entropy))
            }

            /// The identifier behind stored bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes to store.
            pub const fn bytes(self) -> [u8; 16] {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_id(f, $prefix, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ModelError;
            fn from_str(text: &str) -> Result<Self, ModelError> {
                read_id($prefix, text).map(Self).ok_or(ModelError::Id { expected: $prefix })
            }
        }

        crate::words::serde_by_text!($name);
    )+};
}

ids! {
    /// A party: an individual or an organisation.
    PartyId = "pty";
    /// An account: the business relationship under which resources are held.
    AccountId = "acc";
    /// A request to open an account.
    ApplicationId = "app";
    /// One dated, sourced statement about a party.
    FactId = "fct";
    /// What supports a fact.
    EvidenceId = "evd";
    /// A decision on an application or an account.
    DecisionId = "dec";
    /// Work for a human.
    CaseId = "cse";
    /// A special measure.
    MeasureId = "msr";
    /// An immutable version of a watchlist.
    SnapshotId = "lst";
    /// An immutable version of a signal list.
    SignalListId = "sgl";
    /// Legal process received.
    OrderId = "ord";
    /// What must not be erased.
    HoldId = "hld";
    /// A batch of what is to be erased.
    ErasureId = "ers";
    /// A request that needs a second person.
    ApprovalId = "apr";
    /// Evidence that two accounts are the same actor.
    LinkId = "lnk";
    /// A member of staff.
    StaffId = "stf";
    /// A console session.
    SessionId = "ses";
    /// An API key (its public part).
    ApiKeyId = "key";
    /// An endpoint that receives webhooks.
    EndpointId = "whe";
    /// One event for the outside world.
    EventId = "evt";
    /// One delivery of an event to an endpoint.
    DeliveryId = "dlv";
    /// A disclosure: what was handed over.
    DisclosureId = "dsc";
}

fn compose(at: Timestamp, entropy: &dyn Entropy) -> [u8; 16] {
    let millis = u64::try_from(at.as_micros() / 1_000).unwrap_or(0).to_be_bytes();
    let random: [u8; 10] = draw(entropy);
    let mut out = [0; 16];
    for (slot, byte) in out.iter_mut().zip(millis.into_iter().skip(2).chain(random)) {
        *slot = byte;
    }
    out
}

fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, bytes: [u8; 16]) -> fmt::Result {
    let mut value = u128::from_be_bytes(bytes);
    let mut text = [b'0'; TEXT_LENGTH];
    for slot in text.iter_mut().rev() {
        let digit = usize::try_from(value & 31).unwrap_or(0);
        *slot = ALPHABET.get(digit).copied().unwrap_or(b'0');
        value >>= 5;
    }
    write!(f, "{prefix}_{}", std::str::from_utf8(&text).unwrap_or_default())
}

fn read_id(prefix: &str, text: &str) -> Option<[u8; 16]> {
    let digits = text.strip_prefix(prefix)?.strip_prefix('_')?;
    if digits.len() != TEXT_LENGTH || !digits.starts_with(|c| ('0'..='7').contains(&c)) {
        return None;
    }
    let mut value: u128 = 0;
    for byte in digits.bytes() {
        let digit = ALPHABET.iter().position(|a| *a == byte)?;
        value = (value << 5) | u128::try_from(digit).ok()?;
    }
    Some(value.to_be_bytes())
}
