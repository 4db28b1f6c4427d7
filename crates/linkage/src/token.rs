//! Tokens and what they are worth.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A keyed digest of one identifying value. Equal tokens mean equal values; nothing else can be read from them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    /// What the value is.
    pub kind: TokenKind,
    /// Keyed digest of the normalised value.
    pub digest: [u8; 32],
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({:?})", self.kind)
    }
}

/// What a token was derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Issuer, kind and number of an identity document.
    DocumentNumber,
    /// National identification number with its state.
    NationalId,
    /// Registration number of an organisation with its register.
    RegistrationNumber,
    /// Fingerprint of a card or token at a processor.
    Payment,
    /// Bank account.
    BankAccount,
    /// Virtual-currency wallet.
    Wallet,
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Whole name together with the full date of birth.
    NameAndBirthDate,
    /// Street address.
    StreetAddress,
    /// Address on the internet.
    AccessAddress,
}

/// How much a link weighs. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Many unrelated people share this.
    Weak,
    /// Few unrelated people share this.
    Medium,
    /// Hardly anybody shares this with somebody else.
    Strong,
}

impl TokenKind {
    /// Every kind with its stable text, in declaration order.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::DocumentNumber, "document_number"),
        (Self::NationalId, "national_id"),
        (Self::RegistrationNumber, "registration_number"),
        (Self::Payment, "payment"),
        (Self::BankAccount, "bank_account"),
        (Self::Wallet, "wallet"),
        (Self::Email, "email"),
        (Self::Phone, "phone"),
        (Self::NameAndBirthDate, "name_and_birth_date"),
        (Self::StreetAddress, "street_address"),
        (Self::AccessAddress, "access_address"),
    ];

    /// The stable text of this kind.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, text)| text)
    }

    /// The kind behind a stable text.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == text).map(|(kind, _)| *kind)
    }

    /// The tier of agreement on a token that nobody else holds.
    pub const fn tier(self) -> Tier {
        match self {
            Self::DocumentNumber
            | Self::NationalId
            | Self::RegistrationNumber
            | Self::Payment
            | Self::BankAccount
            | Self::Wallet => Tier::Strong,
            Self::Email | Self::Phone | Self::NameAndBirthDate => Tier::Medium,
            Self::StreetAddress | Self::AccessAddress => Tier::Weak,
        }
    }

    /// Whether one actor has one such value as a rule, so that two different values speak against a link. A name is none: it is
    /// written in many ways, and whoever comes back after a refusal gives another.
    pub(crate) const fn is_one_per_actor(self) -> bool {
        matches!(self, Self::NationalId | Self::RegistrationNumber)
    }
}
