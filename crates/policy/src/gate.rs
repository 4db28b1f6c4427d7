//! The gate's answer, condensed: state, decision and measures to one word per capability.
//!
//! A [`GateVerdict`] is sixteen bytes and copies freely, so that one can be kept in memory for every account. It fails
//! closed: without a decision, or in a state that is not open, nothing is allowed. A measure that only *may* reach the
//! account is a reviewer's work and changes no answer by itself: what the pack withholds meanwhile stands in the decision. Keeping it fresh is the caller's work: see [`crate::measures::next_change`].

use crate::capability::CapabilitySet;
use crate::codes::codes;
use crate::decision::Outcome;
use crate::measures::{Reach, ReachEffect, combine};
use crate::rule::RuleCode;
use std::fmt;
use tenantry_model::account::{AccountState, Capability};
use tenantry_model::time::Timestamp;

codes! {
    /// What the gate says to one capability.
    pub enum Answer {
        /// Go ahead.
        Allow = "allow",
        /// Go ahead within the restricted allowance of the account (CIP-16).
        Condition = "condition",
        /// Do not.
        Deny = "deny",
    }
}

/// What the gate needs of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionSummary {
    /// How it ended.
    pub outcome: Outcome,
    /// What it withholds from an account that is open.
    pub withheld: CapabilitySet,
    /// The rules that did more than note something.
    pub reasons: RuleSet,
}

/// An answer for every capability, with the rules behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateVerdict {
    allowed: CapabilitySet,
    conditioned: CapabilitySet,
    reasons: RuleSet,
}

impl GateVerdict {
    /// Nothing is allowed, because nothing is decided: the answer for an account nobody knows.
    pub fn closed() -> Self {
        Self::deny(RuleSet::from_iter([RuleCode::NoDecision]))
    }

    /// The answer for one capability.
    pub fn answer(self, capability: Capability) -> Answer {
        if self.conditioned.contains(capability) {
            Answer::Condition
        } else if self.allowed.contains(capability) {
            Answer::Allow
        } else {
            Answer::Deny
        }
    }

    /// The rules behind whatever is not allowed outright.
    pub const fn reasons(self) -> RuleSet {
        self.reasons
    }

    const fn deny(reasons: RuleSet) -> Self {
        Self { allowed: CapabilitySet::NONE, conditioned: CapabilitySet::NONE, reasons }
    }
}

/// Condenses what is known of an account at `now`.
///
/// Measures are looked at here again, because they start and end between decisions. A reviewer who opened the account
/// against an automatic `review` has changed its state to open or restricted; the state then speaks, less what the
/// decision and the measures withhold. A refusal is never overruled by a state.
pub fn verdict(
    state: AccountState,
    decision: Option<&DecisionSummary>,
    reaches: &[Reach],
    now: Timestamp,
) -> GateVerdict {
    let Some(decision) = decision else { return GateVerdict::closed() };
    let mut reasons = RuleSet::default();
    let usable = matches!(state, AccountState::Open | AccountState::Restricted);
    if !usable {
        return GateVerdict::deny(decision.reasons.with(RuleCode::AccountNotOpen));
    }
    let measured = combine(reaches, now);
    if decision.outcome == Outcome::Refused || matches!(measured, Some((ReachEffect::Prohibit, _))) {
        let measure = measured.map(|_| RuleCode::MeasureProhibits);
        return GateVerdict::deny(decision.reasons.union(measure.into_iter().collect()));
    }
    let mut withheld = match decision.outcome {
        Outcome::Restricted | Outcome::Review => decision.withheld,
        Outcome::Open | Outcome::Refused => CapabilitySet::NONE,
    };
    if let Some((_, by_measures)) = measured {
        withheld = withheld.union(by_measures);
        reasons = reasons.with(RuleCode::MeasureConditions);
    }
    let rest = CapabilitySet::all().without(withheld);
    let restricted = state == AccountState::Restricted || !withheld.is_empty();
    if !restricted {
        return GateVerdict { allowed: rest, conditioned: CapabilitySet::NONE, reasons };
    }
    let reasons = reasons.union(decision.reasons).with(RuleCode::AccountRestricted);
    GateVerdict { allowed: CapabilitySet::NONE, conditioned: rest, reasons }
}

/// A set of rules in one integer.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct RuleSet(u64);

// One bit per rule.
const _: () = assert!(RuleCode::ALL.len() <= 64);

impl RuleSet {
    /// Whether the rule is in it.
    pub const fn contains(self, rule: RuleCode) -> bool {
        self.0 & (1 << rule as u32) != 0
    }

    /// The rules in order of declaration.
    pub fn iter(self) -> impl Iterator<Item = RuleCode> {
        RuleCode::ALL.iter().copied().filter(move |rule| self.contains(*rule))
    }

    /// Whether no rule is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    const fn with(self, rule: RuleCode) -> Self {
        Self(self.0 | 1 << rule as u32)
    }

    const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<RuleCode> for RuleSet {
    fn from_iter<I: IntoIterator<Item = RuleCode>>(rules: I) -> Self {
        rules.into_iter().fold(Self::default(), Self::with)
    }
}

impl fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(RuleCode::as_str)).finish()
    }
}
