//! Special measures: what an authority orders about accounts of a jurisdiction or of a person (SPM-01).

use crate::account::Capability;
use crate::id::{MeasureId, PartyId};
use crate::jurisdiction::Jurisdiction;
use crate::personal::PersonalText;
use crate::time::{Date, PartialDate, Timestamp};
use crate::words::words;
use serde::{Deserialize, Serialize};

/// Longest life of a measure without extension, in calendar days (SPM-04).
pub const LIFE_DAYS_MAX: u32 = 365;
/// Earliest duty to act, in calendar days after the determination (SPM-05); a measure may say "at once".
pub const GRACE_DAYS: u32 = 180;

words! {
    /// Where a measure stands.
    pub enum MeasureState as "state of a measure" {
        /// Written, not yet approved by a second person.
        Proposed = "proposed",
        /// Approved; in force from its effective instant until it expires.
        Approved = "approved",
        /// Refused by the second person.
        Rejected = "rejected",
        /// Lifted before its end.
        Lifted = "lifted",
    }
}

words! {
    /// Whether accounts below a reseller are reached.
    pub enum ResellerReach as "reach of a measure" {
        /// Only accounts whose own parties match.
        DirectAccounts = "direct_accounts",
        /// Also every account below an account that matches (SPM-01 covers reseller accounts).
        WholeChain = "whole_chain",
    }
}

/// A person a measure names. Matched like a listed person; a match is work for a reviewer, and only parties a
/// reviewer confirmed (`confirmed`) are hit without another look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedPerson {
    /// Names as ordered, at least one.
    pub names: Vec<PersonalText>,
    /// Date of birth, when the order gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<PartialDate>,
    /// Countries the order connects the person with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<Jurisdiction>,
    /// Identifiers, document numbers, wallets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<PersonalText>,
    /// Parties of this register confirmed to be this person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<PartyId>,
}

/// Whom a measure is about: one of the two kinds the order knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// Accounts of foreign persons located in, or acting for somebody in, these jurisdictions.
    Jurisdiction {
        /// The jurisdictions; a country covers its subdivisions and the regions recognised as its part.
        jurisdictions: Vec<Jurisdiction>,
    },
    /// Accounts that involve these persons.
    Person {
        /// The persons.
        persons: Vec<NamedPerson>,
    },
}

/// What a measure does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// No account may be opened or kept.
    Prohibit,
    /// Accounts may be kept without these capabilities.
    Condition {
        /// What is withheld, without repeats.
        withheld: Vec<Capability>,
    },
}

/// A special measure as written. Its dates follow from the determination unless the authority says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Its identifier.
    pub id: MeasureId,
    /// Title for people.
    pub title: String,
    /// Whom it is about.
    pub target: Target,
    /// What it does.
    pub effect: Effect,
    /// Whether accounts below resellers are reached.
    pub reach: ResellerReach,
    /// Authority and citation of the determination.
    pub citation: String,
    /// Date of the determination.
    pub determined_on: Date,
    /// From when it is enforced.
    pub effective_at: Timestamp,
    /// When it ends unless extended; at most 365 days after the determination, or after the end that was extended.
    pub expires_at: Timestamp,
    /// How its end was put off, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}

/// The authority put off the end of a measure by a notice published within the measure's time (SPM-04).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// When the measure would have ended.
    pub instead_of: Timestamp,
    /// When it ends now.
    pub until: Timestamp,
    /// Citation of the notice.
    pub notice: String,
    /// Date of the notice.
    pub noticed_on: Date,
    /// When a second person approved the extension here.
    pub approved_at: Timestamp,
}

impl Measure {
    /// The measure as it stood at an instant: without the extensions approved later. A decision is made again under this one.
    #[must_use]
    pub fn as_it_stood(mut self, at: Timestamp) -> Self {
        while let Some(extension) = self.extensions.pop_if(|extension| extension.approved_at > at) {
            self.expires_at = extension.instead_of;
        }
        self
    }

    /// Whether the measure is enforced at `now`.
    pub fn is_effective(&self, now: Timestamp) -> bool {
        self.effective_at <= now && now < self.expires_at
    }
}
