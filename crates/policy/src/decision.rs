//! The decision: what follows, why, under which rule, and what would change it.
//!
//! Holds identifiers, codes and sentences of the pack. No name, country, number or date of a person enters it, so it
//! can be kept as evidence after the personal data is destroyed (ENF-07).

use crate::capability::CapabilitySet;
use crate::codes::codes;
use crate::measures::Reach;
use crate::pack::Stage;
use crate::rule::{Effect, Priority, RuleCode};
use serde::{Deserialize, Serialize};
use tenantry_identity::ownership::OwnershipFinding;
use tenantry_identity::status::StatusFinding;
use tenantry_model::account::AccountRole;
use tenantry_model::case::CaseKind;
use tenantry_model::fact::{AddressUse, FactKind, Strength};
use tenantry_model::id::{AccountId, FactId, MeasureId, PartyId};
use tenantry_model::party::PartyKind;
use tenantry_model::time::Timestamp;

codes! {
    /// How a decision ends. Ordered from the mildest.
    pub enum Outcome {
        /// The account may be used.
        Open = "open",
        /// The account may be used without some capabilities.
        Restricted = "restricted",
        /// A person decides first.
        Review = "review",
        /// The account is not opened or kept.
        Refused = "refused",
    }
}

impl From<Effect> for Outcome {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Note => Self::Open,
            Effect::Restrict => Self::Restricted,
            Effect::Review => Self::Review,
            Effect::Refuse => Self::Refused,
        }
    }
}

codes! {
    /// Whether the programme's duties apply to the account (CIP-06, CIP-14).
    pub enum Scope {
        /// They do.
        InScope = "in_scope",
        /// Customer and all owners are verified US persons; only the proof of that is kept.
        OutOfScopeVerifiedUs = "out_of_scope_verified_us",
    }
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Version of the engine.
    pub engine: String,
    /// The pack it was made under.
    pub pack: PackReference,
    /// The account.
    pub account: AccountId,
    /// The instant it was made for.
    pub decided_for: Timestamp,
    /// How it ends.
    pub outcome: Outcome,
    /// Whether the programme applies.
    pub scope: Scope,
    /// Why, strongest first.
    pub reasons: Vec<Reason>,
    /// What is missing.
    pub missing: Vec<MissingItem>,
    /// What would change the outcome.
    pub would_change: Vec<WouldChange>,
    /// Capabilities the account does not have; all of them unless it opens.
    pub withheld: CapabilitySet,
    /// Capabilities that an account which was opened before does not have while it is reviewed: because it is used on provisional
    /// terms, or because of what is reviewed; empty otherwise.
    #[serde(default, skip_serializing_if = "none")]
    pub withheld_meanwhile: CapabilitySet,
    /// Work for people.
    pub cases: Vec<CaseDraft>,
    /// What was found about each party, in order of identifier.
    pub parties: Vec<PartyFinding>,
    /// What was found about the owners of each organisation that is a customer.
    pub ownership: Vec<OwnershipOf>,
    /// Measures that reach the account, or will or may.
    pub reaches: Vec<Reach>,
    /// Next instant at which a measure starts or ends to bite or a clock runs out: decide again then at the latest.
    pub next_change_at: Option<Timestamp>,
}

impl Decision {
    /// The bytes to record: JSON without white space, keys and lists in fixed order. The same input always gives
    /// the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing plain data to memory cannot fail; an empty record would be refused by the ledger.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What the gate needs of it.
    pub fn summary(&self) -> crate::gate::DecisionSummary {
        crate::gate::DecisionSummary {
            outcome: self.outcome,
            withheld: if self.outcome == Outcome::Review { self.withheld_meanwhile } else { self.withheld },
            reasons: self.reasons.iter().filter(|r| r.effect > Effect::Note).map(|r| r.rule).collect(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
fn none(set: &CapabilitySet) -> bool {
    set.is_empty()
}

/// Which pack, to the byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackReference {
    /// Identifier.
    pub id: String,
    /// Version.
    pub version: String,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub hash: String,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// What follows from it.
    pub effect: Effect,
    /// The rule that fired.
    pub rule: RuleCode,
    /// Requirement id.
    pub requirement: String,
    /// Citation: of the pack, or of the measure.
    pub citation: String,
    /// What it means, a sentence of the pack.
    pub text: String,
    /// Particulars, without personal data; empty when there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// About whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// Under which measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<MeasureId>,
    /// Facts it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactId>,
}

impl Reason {
    /// What it means, with its particulars in parentheses.
    pub fn sentence(&self) -> String {
        match self.detail.as_str() {
            "" => self.text.clone(),
            detail => format!("{} ({detail})", self.text),
        }
    }
}

/// Something that must be there and is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingItem {
    /// From whom.
    pub party: PartyId,
    /// Any one of these.
    pub any_of: Vec<FactKind>,
    /// For addresses, the uses that count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub address_uses: Vec<AddressUse>,
    /// How well supported.
    pub strength: Strength,
    /// At which stage.
    pub stage: Stage,
    /// Requirement id.
    pub requirement: String,
    /// Why it is asked.
    pub why: String,
}

/// What would change the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WouldChange {
    /// The rule that would no longer fire.
    pub rule: RuleCode,
    /// About whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// What it takes, as a sentence.
    pub text: String,
}

/// A case to open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseDraft {
    /// What kind.
    pub kind: CaseKind,
    /// About whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// How soon.
    pub priority: Priority,
    /// The rules behind it.
    pub rules: Vec<RuleCode>,
    /// Calendar days it may wait.
    pub due_days: u32,
    /// Requirement ids behind it.
    pub requirements: Vec<String>,
}

/// What was found about one party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyFinding {
    /// Who.
    pub party: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Its roles, in order, without repeats.
    pub roles: Vec<AccountRole>,
    /// What is asked of it.
    pub duty: Duty,
    /// Its status, with bases.
    pub status: StatusFinding,
}

codes! {
    /// What is asked of a party.
    pub enum Duty {
        /// Nothing: it is neither customer nor owner.
        None = "none",
        /// What it takes to tell US from foreign.
        PreScreen = "pre_screen",
        /// The full set, verified.
        Full = "full",
    }
}

/// The owners of one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnershipOf {
    /// Which organisation.
    pub party: PartyId,
    /// What was found.
    pub finding: OwnershipFinding,
}
