//! Policy packs: every number, definition, clock and consequence of a regime as a text file with citations.
//!
//! A pack is read once, checked whole, and then cannot be wrong. Each entry names the requirement it carries out and
//! the text it comes from. The pack says of itself whether its regime is in force; the engine never does.

mod read;

use crate::capability::CapabilitySet;
use crate::rule::{Effect, FlagCategory, Priority, Response, RuleCode};
use serde::Deserialize;
use std::collections::BTreeMap;
use tenantry_identity::status::ResellerChecks;
use tenantry_model::account::AccountRole;
use tenantry_model::case::{CaseKind, Verdict};
use tenantry_model::fact::{AddressUse, FactKind, Strength};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::party::PartyKind;
use tenantry_model::share::Share;
use tenantry_model::time::Date;

/// Calendar days an appeal may wait under a pack that was written before there were appeals.
const APPEAL_DUE_DAYS: u32 = 14;

/// A policy pack, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// What it is.
    pub header: Header,
    /// Numbers tests compare with.
    pub thresholds: Thresholds,
    /// What is asked of whom, at which stage.
    pub fields: Vec<FieldRule>,
    /// Whether accounts may be used while verification runs.
    pub provisional: Provisional,
    /// What open accounts do not have while something grave about them is reviewed; `None` when the pack withholds nothing.
    pub under_review: Option<UnderReview>,
    reseller_checks: Option<ResellerChecksRule>,
    timers: BTreeMap<String, Timer>,
    retention: BTreeMap<String, Retention>,
    rules: BTreeMap<RuleCode, Rule>,
    second_person: Vec<SecondPerson>,
    case_due_days: BTreeMap<CaseKind, u32>,
    hash: [u8; 32],
}

impl Pack {
    /// Reads and checks a pack.
    ///
    /// # Errors
    /// Says line and column when the text has the wrong shape, and which entry when its content is wrong.
    ///
    /// ```
    /// use tenantry_policy::pack::Pack;
    /// let error = Pack::parse("id = 'x'\nversoin = '1'").unwrap_err();
    /// assert!(error.to_string().starts_with("line 2, column 1: unknown field `versoin`"));
    /// ```
    pub fn parse(text: &str) -> Result<Self, crate::PackError> {
        read::parse(text)
    }

    /// SHA-256 over the bytes of the file: what a decision names to say under which text it was made.
    pub const fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// What a reseller's own check is worth for its customer's claim to be a US person: nothing, unless the pack says otherwise.
    pub fn reseller_checks(&self) -> ResellerChecks {
        self.reseller_checks.as_ref().map_or(ResellerChecks::default(), |rule| rule.us_claim)
    }

    /// What the pack makes of a rule; `None` only for a red flag it leaves out or switches off.
    pub fn rule(&self, code: RuleCode) -> Option<&Rule> {
        self.rules.get(&code).filter(|rule| rule.state == Switch::On)
    }

    /// Every rule, switched on or off, in order of declaration.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// A clock by its name in the pack, for example `reseller_termination`.
    pub fn timer(&self, name: &str) -> Option<&Timer> {
        self.timers.get(name)
    }

    /// Every clock with its name, in order of name.
    pub fn timers(&self) -> impl Iterator<Item = (&str, &Timer)> {
        self.timers.iter().map(|(name, timer)| (name.as_str(), timer))
    }

    /// A retention class by its name in the pack, for example `identity_record`.
    pub fn retention(&self, name: &str) -> Option<&Retention> {
        self.retention.get(name)
    }

    /// Every retention class with its name, in order of name.
    pub fn retention_classes(&self) -> impl Iterator<Item = (&str, &Retention)> {
        self.retention.iter().map(|(name, class)| (name.as_str(), class))
    }

    /// Why this verdict on this kind of case needs a second person; `None` when one person may decide.
    pub fn second_person(&self, kind: CaseKind, verdict: Verdict) -> Option<&SecondPerson> {
        self.second_person.iter().find(|row| row.cases.contains(&kind) && row.verdicts.contains(&verdict))
    }

    /// Calendar days a case of this kind may wait.
    pub fn case_due_days(&self, kind: CaseKind) -> u32 {
        let unnamed = if kind == CaseKind::Appeal { APPEAL_DUE_DAYS } else { 1 };
        self.case_due_days.get(&kind).copied().unwrap_or(unnamed)
    }
}

/// What a pack is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Identifier, for example `eo13984-nprm-2024`.
    pub id: String,
    /// Version of the file.
    pub version: String,
    /// Title for people.
    pub title: String,
    /// Whose law it carries out.
    pub jurisdiction: Jurisdiction,
    /// Whether the regime is in force, in words, for example "proposed, not in force".
    pub status: String,
    /// What a reader must know before relying on it.
    pub note: String,
    /// First day on which decisions may be made under it.
    pub effective_from: Date,
    /// Last day, when it is known.
    pub effective_until: Option<Date>,
}

/// A value with the requirement it carries out and the text it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cited<T> {
    /// The value.
    pub value: T,
    /// Requirement id.
    pub requirement: String,
    /// Citation.
    pub citation: String,
}

/// Numbers tests compare with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Share from which an individual is a beneficial owner.
    pub beneficial_owner: Cited<Share>,
    /// Aggregate share from which listed parties make what they own listed.
    pub listed_aggregate: Cited<Share>,
    /// Undisclosed share from which the ownership counts as unexplained.
    pub unexplained_ownership: Cited<Share>,
    /// Score of a match, per mille, from which a reviewer looks.
    pub match_review: Cited<u16>,
    /// Number of other accounts with the same instrument from which the red flag is raised.
    pub shared_instrument_accounts: Cited<u32>,
    /// Days during which a change of owners counts as recent.
    pub recent_ownership_change_days: Cited<u32>,
}

/// When something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Of everybody, to tell US persons from foreign persons (CIP-08).
    PreScreen,
    /// Of foreign customers and owners, before the account opens (CIP-09).
    Full,
    /// What must be verified, before the account opens (CIP-10).
    Verified,
}

/// Whether something asked must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Nothing opens without it.
    Required,
    /// Asked, because it exists for some; its absence says nothing.
    Asked,
    /// Known to the pack and not asked.
    Off,
}

/// One thing asked of a party.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// When.
    pub stage: Stage,
    /// Of which kinds of party.
    pub kinds: Vec<PartyKind>,
    /// Of parties in which roles.
    pub roles: Vec<AccountRole>,
    /// Any one of these satisfies it.
    pub any_of: Vec<FactKind>,
    /// For addresses, the uses that count; empty means any.
    #[serde(default)]
    pub address_uses: Vec<AddressUse>,
    /// How well it must be supported.
    pub strength: Strength,
    /// Whether it must be there.
    pub presence: Presence,
    /// Requirement id.
    pub requirement: String,
    /// Citation.
    pub citation: String,
    /// Why it is asked, as a sentence for the person asked.
    pub why: String,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// Use of an account while verification runs (CIP-16); off by default (DC-3).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provisional {
    /// Whether it is allowed.
    pub state: Switch,
    /// What is withheld meanwhile.
    pub withheld: CapabilitySet,
    /// Calendar days after which the account is closed if still unverified (CRT-15).
    pub sunset_days: u32,
    /// Requirement id.
    pub requirement: String,
    /// Citation.
    pub citation: String,
}

/// What an account that was opened before does not have while something grave about it is reviewed: nothing new is handed out, and
/// what runs goes on, because nothing is established yet (CIP-16).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnderReview {
    /// Which rules are grave enough: of `listed_match`, `measure_may_reach` and `reseller_standing`.
    pub rules: Vec<RuleCode>,
    /// What is withheld meanwhile.
    pub withheld: CapabilitySet,
    /// Score, per mille, from which a match counts as grave; one by a rule that stands above the score, such as an equal document
    /// number, always does.
    pub match_grave: u16,
    /// Requirement id.
    pub requirement: String,
    /// Citation.
    pub citation: String,
}

/// What a reseller's own check of its customer is worth.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResellerChecksRule {
    /// For the customer's claim to be a US person.
    pub us_claim: ResellerChecks,
    /// Requirement id.
    pub requirement: String,
    /// Citation.
    pub citation: String,
}

/// A clock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// Its length in calendar days.
    pub days: u32,
    /// What starts it, in words.
    pub anchor: String,
    /// Requirement id.
    pub requirement: String,
    /// Citation.
    pub citation: String,
}

/// How long a class of records is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Calendar years.
    pub years: u32,
    /// What starts the clock, in words.
    pub anchor: String,
    /// What it covers, in words.
    pub covers: String,
    /// Requirement id.
    pub requirement: String,
    /// Citation.
    pub citation: String,
}

/// What the pack makes of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which rule.
    pub code: RuleCode,
    /// Version of what the pack says about it.
    pub version: u32,
    /// Whether it is used; only red flags may be off.
    #[serde(default = "on")]
    pub state: Switch,
    /// What follows.
    pub effect: Effect,
    /// The case it opens, if any.
    #[serde(default)]
    pub case: Option<CaseKind>,
    /// How soon that case wants attention.
    #[serde(default = "normal")]
    pub priority: Priority,
    /// What it means, as a sentence for the reader of a decision.
    pub text: String,
    /// What would change it, as a sentence; empty when nothing would.
    #[serde(default)]
    pub remedy: String,
    /// Requirement id.
    pub requirement: String,
    /// Citation.
    pub citation: String,
    /// For red flags: category, source, rationale, responses.
    #[serde(default)]
    pub flag: Option<Flag>,
}

const fn on() -> Switch {
    Switch::On
}

const fn normal() -> Priority {
    Priority::Normal
}

/// What a red-flag rule says of itself (DEF-12, ADP-04, ADP-05, ADP-07).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// Category.
    pub category: FlagCategory,
    /// Where the rule comes from.
    pub source: String,
    /// Why it points to abuse.
    pub rationale: String,
    /// Honest explanations of the same pattern.
    pub innocent: String,
    /// Responses to choose from.
    pub responses: Vec<Response>,
}

/// A verdict that one person may not give alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondPerson {
    /// On which kinds of case.
    pub cases: Vec<CaseKind>,
    /// Which verdicts.
    pub verdicts: Vec<Verdict>,
    /// Why, as a sentence.
    pub why: String,
    /// Requirement id.
    pub requirement: String,
    /// Citation.
    pub citation: String,
}
