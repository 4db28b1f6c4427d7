//! The decision itself: every check adds findings, the strongest consequence wins, nothing is forgotten.
//!
//! Checks never see each other's findings, so their order has no effect; only what comes last, earlier refusals and
//! clocks, looks at what the checks found. The findings are sorted before they become reasons. What follows from a finding is read from the pack.

mod checks;
mod clocks;
mod fields;
mod flags;
mod grave;
mod owners;
mod view;

use crate::capability::CapabilitySet;
use crate::decision::{
    CaseDraft, Decision, MissingItem, Outcome, OwnershipOf, PackReference, Reason, Scope, WouldChange,
};
use crate::input::{DecisionInput, Screening, Signal};
use crate::limits::{CHAIN_MAX, PARTIES_MAX};
use crate::measures::{self, Reach};
use crate::pack::Switch;
use crate::rule::{Effect, Priority, RuleCode};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use tenantry_model::case::CaseKind;
use tenantry_model::fact::FactKind;
use tenantry_model::id::{FactId, MeasureId, PartyId};
use tenantry_model::time::Timestamp;
use view::View;

/// Decides on an account. Pure: the same input gives the same bytes, whatever the order of its lists.
pub fn decide(input: &DecisionInput<'_>) -> Decision {
    let mut findings = Findings::default();
    let view = View::new(input, &mut findings);
    let scope = view.scope();
    let missing = fields::missing(&view, scope, &mut findings);
    checks::status(&view, scope, &mut findings);
    let unnamed = unnamed(&view, &missing);
    let (above, others): (BTreeSet<_>, BTreeSet<_>) = unnamed
        .into_iter()
        .partition(|party| view.above.contains(party) && !view.ownership.contains_key(party));
    checks::screening(&view, &others, &mut findings);
    checks::chain(&view, &mut findings);
    checks::links(&view, &mut findings);
    owners::check(&view, &above, &mut findings);
    flags::raise(&view, &mut findings);
    let reaches = checks::measures(&view, &mut findings);
    limits(input, &mut findings);
    refused_before(input, &mut findings);
    let clock = clocks::run(&view, scope, &missing, &mut findings);
    let by_measure = measures::next_change(&reaches, input.now);
    let next_change_at = [clock, by_measure].into_iter().flatten().min();
    conclude(&view, scope, findings, missing, reaches, next_change_at)
}

/// Parties that were not screened because nobody knows their name, but for those whose name the pack asks for: that it is missing
/// is said once.
fn unnamed(view: &View<'_>, missing: &[MissingItem]) -> BTreeSet<PartyId> {
    let asked = |party: PartyId| {
        missing.iter().any(|item| item.party == party && item.any_of.contains(&FactKind::LegalName))
    };
    let without = view.parties.iter().filter(|(_, party)| party.input.screening == Screening::Unnamed);
    without.map(|(id, _)| *id).filter(|id| !asked(*id)).collect()
}

fn limits(input: &DecisionInput<'_>, findings: &mut Findings) {
    if input.parties.len() > PARTIES_MAX {
        findings.push(Finding::of(RuleCode::NotEvaluated).detail(format!("more than {PARTIES_MAX} parties")));
    }
    if input.reseller_chain.len() > CHAIN_MAX {
        let detail = format!("more than {CHAIN_MAX} levels of resellers");
        findings.push(Finding::of(RuleCode::NotEvaluated).detail(detail));
    }
    let header = &input.pack.header;
    let today = input.now.date();
    if today < header.effective_from || header.effective_until.is_some_and(|until| until < today) {
        let detail = "the policy pack is not effective on this day";
        findings.push(Finding::of(RuleCode::NotEvaluated).detail(detail));
    }
}

/// Whoever was refused for what an authority ordered or a reviewer confirmed does not come back by saying something else: a person
/// looks at whether that settles it.
fn refused_before(input: &DecisionInput<'_>, findings: &mut Findings) {
    if findings.0.iter().any(|finding| finding.rule.refuses_for_good()) {
        return;
    }
    for signal in &input.signals {
        if let Signal::RefusedBefore { at, rules } = signal {
            let rules: Vec<&str> = rules.iter().map(|rule| rule.as_str()).collect();
            let detail = format!("refused at {at} for {}", rules.join(", "));
            findings.push(Finding::of(RuleCode::RefusalQuestioned).detail(detail));
        }
    }
}

/// What one check found.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    rule: RuleCode,
    party: Option<PartyId>,
    measure: Option<MeasureId>,
    detail: String,
    facts: Vec<FactId>,
    citation: Option<String>,
    priority: Option<Priority>,
}

impl Finding {
    fn of(rule: RuleCode) -> Self {
        let (party, measure, detail, facts) = (None, None, String::new(), Vec::new());
        Self { rule, party, measure, detail, facts, citation: None, priority: None }
    }

    fn about(rule: RuleCode, party: PartyId) -> Self {
        Self { party: Some(party), ..Self::of(rule) }
    }

    fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    fn facts(self, facts: impl IntoIterator<Item = FactId>) -> Self {
        Self { facts: facts.into_iter().collect(), ..self }
    }
}

/// What all checks found.
#[derive(Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }
}

fn conclude(
    view: &View<'_>,
    scope: Scope,
    findings: Findings,
    missing: Vec<MissingItem>,
    reaches: Vec<Reach>,
    next_change_at: Option<Timestamp>,
) -> Decision {
    let pack = view.input.pack;
    let mut found = findings.0;
    for finding in &mut found {
        finding.facts.sort();
        finding.facts.dedup();
    }
    found.sort();
    found.dedup();
    let reasons = reasons(view, &found);
    let outcome = reasons.iter().map(|r| Outcome::from(r.effect)).max().unwrap_or(Outcome::Review);
    let withheld = match outcome {
        Outcome::Open => CapabilitySet::NONE,
        Outcome::Restricted => withheld(view, &reasons, &reaches),
        Outcome::Review | Outcome::Refused => CapabilitySet::all(),
    };
    let withheld_meanwhile = match outcome {
        Outcome::Review => on_terms(view, &reasons).union(grave::withheld(view, &reasons)),
        Outcome::Open | Outcome::Restricted | Outcome::Refused => CapabilitySet::NONE,
    };
    Decision {
        engine: crate::ENGINE.to_owned(),
        pack: PackReference {
            id: pack.header.id.clone(),
            version: pack.header.version.clone(),
            hash: hex(&pack.hash()),
        },
        account: view.input.account,
        decided_for: view.input.now,
        outcome,
        scope,
        would_change: would_change(view, &reasons, outcome),
        missing,
        withheld,
        withheld_meanwhile,
        cases: cases(view, &found),
        parties: view.findings(),
        ownership: view
            .ownership
            .iter()
            .map(|(party, finding)| OwnershipOf { party: *party, finding: finding.clone() })
            .collect(),
        next_change_at,
        reaches,
        reasons,
    }
}

/// Findings with what the pack makes of them, strongest first. A switched-off red flag leaves no trace.
fn reasons(view: &View<'_>, found: &[Finding]) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = found
        .iter()
        .filter_map(|finding| {
            let rule = view.input.pack.rule(finding.rule)?;
            Some(Reason {
                effect: effect(view, finding.rule, rule.effect),
                rule: finding.rule,
                requirement: rule.requirement.clone(),
                citation: finding.citation.clone().unwrap_or_else(|| rule.citation.clone()),
                text: rule.text.clone(),
                detail: finding.detail.clone(),
                party: finding.party,
                measure: finding.measure,
                facts: finding.facts.clone(),
            })
        })
        .collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.effect));
    reasons
}

/// Where the pack allows use during verification, what is collected and not yet verified restricts instead of
/// holding (CIP-16, DC-3).
fn effect(view: &View<'_>, rule: RuleCode, effect: Effect) -> Effect {
    let provisional = view.input.pack.provisional.state == Switch::On;
    if provisional && rule == RuleCode::NotVerified { Effect::Restrict } else { effect }
}

fn withheld(view: &View<'_>, reasons: &[Reason], reaches: &[Reach]) -> CapabilitySet {
    let by_measures = measures::combine(reaches, view.input.now).map_or(CapabilitySet::NONE, |(_, set)| set);
    by_measures.union(on_terms(view, reasons))
}

/// What the provisional terms of the pack withhold, where they apply.
fn on_terms(view: &View<'_>, reasons: &[Reason]) -> CapabilitySet {
    let restricted =
        reasons.iter().any(|r| r.effect == Effect::Restrict && r.rule != RuleCode::MeasureConditions);
    if restricted { view.input.pack.provisional.withheld } else { CapabilitySet::NONE }
}

fn would_change(view: &View<'_>, reasons: &[Reason], outcome: Outcome) -> Vec<WouldChange> {
    let mut out: Vec<WouldChange> = Vec::new();
    for reason in reasons.iter().filter(|r| r.effect > Effect::Note && Outcome::from(r.effect) <= outcome) {
        let Some(rule) = view.input.pack.rule(reason.rule) else { continue };
        let change = WouldChange { rule: reason.rule, party: reason.party, text: rule.remedy.clone() };
        if !change.text.is_empty() && !out.contains(&change) {
            out.push(change);
        }
    }
    out
}

/// One case per kind and party, with everything behind it.
fn cases(view: &View<'_>, found: &[Finding]) -> Vec<CaseDraft> {
    let mut drafts: BTreeMap<(CaseKind, Option<PartyId>), CaseDraft> = BTreeMap::new();
    for finding in found {
        let Some(rule) = view.input.pack.rule(finding.rule) else { continue };
        let Some(kind) = rule.case else { continue };
        let draft = drafts.entry((kind, finding.party)).or_insert_with(|| CaseDraft {
            kind,
            party: finding.party,
            priority: Priority::Low,
            rules: Vec::new(),
            due_days: view.input.pack.case_due_days(kind),
            requirements: Vec::new(),
        });
        draft.priority = draft.priority.max(rule.priority).max(finding.priority.unwrap_or(Priority::Low));
        // Findings come in order of rule, so repeats are neighbours.
        if draft.rules.last() != Some(&finding.rule) {
            draft.rules.push(finding.rule);
        }
        if !draft.requirements.contains(&rule.requirement) {
            draft.requirements.push(rule.requirement.clone());
        }
    }
    drafts.into_values().collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
