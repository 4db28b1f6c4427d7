//! Clocks that run out over an account: verification that did not come, use on provisional terms that ended, and what was verified so
//! long ago that it wants a new look (CIP-16, CIP-17, CIP-20). The periods are the pack's; one it does not give runs not.
//!
//! Clocks look at what is still missing, so they come after the checks that find it.

use super::view::View;
use super::{Finding, Findings};
use crate::decision::{Duty, MissingItem, Scope};
use crate::pack::{Pack, Switch};
use crate::rule::RuleCode;
use tenantry_model::fact::{FactValue, Strength};
use tenantry_model::id::PartyId;
use tenantry_model::time::{DAY_US, Timestamp};

/// Days from the application within which what is asked must have come and been verified.
const VERIFICATION: &str = "verification";
/// Days from the last verification after which it is looked at whether what is known is still so.
const REVERIFICATION: &str = "reverification";

/// Adds what ran out, and answers the next instant at which something does.
pub(super) fn run(
    view: &View<'_>,
    scope: Scope,
    missing: &[MissingItem],
    findings: &mut Findings,
) -> Option<Timestamp> {
    let mut clock = Clock { now: view.input.now, next: None };
    documents(view, &mut clock);
    let owed = findings.0.iter().any(|finding| is_owed(finding.rule));
    match view.input.dates.opened_at {
        None if owed => verification(view, &mut clock, findings),
        opened_at => {
            // What opens now runs from now.
            let opened_at = opened_at.unwrap_or(view.input.now);
            provisional(view, opened_at, missing, &mut clock, findings);
            reverification(view, scope, opened_at, &mut clock, findings);
        }
    }
    clock.next
}

struct Clock {
    now: Timestamp,
    next: Option<Timestamp>,
}

impl Clock {
    /// Whether the instant has come. One that has not is a reason to decide again.
    fn has_come(&mut self, at: Timestamp) -> bool {
        if at > self.now {
            self.next = Some(self.next.map_or(at, |next| next.min(at)));
        }
        at <= self.now
    }
}

/// A document counts for less from the day after its last.
fn documents(view: &View<'_>, clock: &mut Clock) {
    for fact in view.parties.values().flat_map(|party| &party.facts) {
        if let FactValue::IdentityDocument { expires_on: Some(last), .. } = &fact.value {
            clock.has_come(last.start().plus_days(1));
        }
    }
}

/// An account that was asked for and never opened, because what its customer owes did not come.
fn verification(view: &View<'_>, clock: &mut Clock, findings: &mut Findings) {
    let (Some(applied_at), Some(days)) = (view.input.dates.applied_at, days(view.input.pack, VERIFICATION))
    else {
        return;
    };
    if clock.has_come(applied_at.plus_days(days)) {
        let detail = format!("asked for on {}, {days} days allowed", applied_at.date());
        findings.push(Finding::of(RuleCode::VerificationOverdue).detail(detail));
    }
}

/// Rules that fire because of what the customer has not brought yet, not because of what a reviewer has not looked at.
const fn is_owed(rule: RuleCode) -> bool {
    matches!(
        rule,
        RuleCode::NoCustomer
            | RuleCode::FieldMissing
            | RuleCode::NotVerified
            | RuleCode::OwnerNotDescribed
            | RuleCode::NoOwnerFound
    )
}

/// Use while verification runs ends some days after the statement was made that waits for it.
fn provisional(
    view: &View<'_>,
    opened_at: Timestamp,
    missing: &[MissingItem],
    clock: &mut Clock,
    findings: &mut Findings,
) {
    let terms = &view.input.pack.provisional;
    if terms.state == Switch::Off {
        return;
    }
    for item in missing {
        let since = said_since(view, item).map_or(opened_at, |said| said.max(opened_at));
        if clock.has_come(since.plus_days(terms.sunset_days)) {
            let detail =
                format!("on provisional terms since {}, {} days allowed", since.date(), terms.sunset_days);
            findings.push(Finding::about(RuleCode::VerificationOverdue, item.party).detail(detail));
        }
    }
}

/// Since when something is said that would do if it were better supported.
fn said_since(view: &View<'_>, item: &MissingItem) -> Option<Timestamp> {
    let party = view.parties.get(&item.party)?;
    let said = party.facts.iter().filter(|fact| item.any_of.contains(&fact.value.kind()));
    said.map(|fact| fact.recorded_at).min()
}

/// Whether customers and owners in the programme are still as they were when they were verified.
fn reverification(
    view: &View<'_>,
    scope: Scope,
    opened_at: Timestamp,
    clock: &mut Clock,
    findings: &mut Findings,
) {
    let Some(days) = days(view.input.pack, REVERIFICATION) else { return };
    for (id, party) in &view.parties {
        if view.duty(*id, party, scope) != Duty::Full {
            continue;
        }
        let verified_at = verified_at(view, *id).unwrap_or(opened_at);
        if clock.has_come(verified_at.plus_days(days)) {
            let period_us = i64::from(days) * DAY_US;
            let periods = clock.now.as_micros().saturating_sub(verified_at.as_micros()) / period_us;
            clock.has_come(verified_at.plus_micros(period_us.saturating_mul(periods + 1)));
            // The number of periods makes each one a concern of its own: what a reviewer found of the last is not found of this one.
            let detail = format!("last verified on {}, every {days} days, {periods} due", verified_at.date());
            findings.push(Finding::about(RuleCode::ReverificationDue, *id).detail(detail));
        }
    }
}

/// When something about the party was last verified.
fn verified_at(view: &View<'_>, id: PartyId) -> Option<Timestamp> {
    let facts = view.parties.get(&id)?.facts.iter();
    facts.filter(|fact| fact.strength >= Strength::Corroborated).map(|fact| fact.recorded_at).max()
}

/// Days of a timer of the pack; one of no days is none.
fn days(pack: &Pack, timer: &str) -> Option<u32> {
    pack.timer(timer).map(|timer| timer.days).filter(|days| *days > 0)
}
