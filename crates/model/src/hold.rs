//! Holds: what must not be erased, why, and until when.

use crate::words::words;

words! {
    /// Why something is held.
    pub enum HoldKind as "kind of hold" {
        /// 18 USC 2703(f): 90 days, renewable once for 90 more (SCA-P).
        PreservationRequest = "preservation_request",
        /// European Preservation Order (EVD): 60 days, 30 more on the extension form.
        EuropeanPreservation = "european_preservation",
        /// An order to produce was received and is not answered yet; until released.
        LegalProcess = "legal_process",
        /// Litigation is pending or to be expected (FRCP 37(e)); until released.
        Litigation = "litigation",
        /// The provider's own inquiry; until released.
        Internal = "internal",
    }
}

impl HoldKind {
    /// How many days the kind lasts by itself; `None` when it lasts until it is released.
    pub const fn days(self) -> Option<u32> {
        match self {
            Self::PreservationRequest => Some(90),
            Self::EuropeanPreservation => Some(60),
            Self::LegalProcess | Self::Litigation | Self::Internal => None,
        }
    }

    /// How many days its one renewal adds; `None` when the kind is not renewed.
    pub const fn renewal_days(self) -> Option<u32> {
        match self {
            Self::PreservationRequest => Some(90),
            Self::EuropeanPreservation => Some(30),
            Self::LegalProcess | Self::Litigation | Self::Internal => None,
        }
    }
}

words! {
    /// Where a hold stands.
    pub enum HoldState as "state of a hold" {
        /// Nothing it covers is erased.
        InForce = "in_force",
        /// Ended by two people.
        Released = "released",
        /// Ended by itself on its last day.
        Lapsed = "lapsed",
    }
}

words! {
    /// Whether the person concerned may learn of a hold.
    pub enum Silence as "silence of a hold" {
        /// It must be kept from the person concerned: it is in no message and in no package about the account.
        Silent = "silent",
        /// It need not be kept secret.
        Open = "open",
    }
}
