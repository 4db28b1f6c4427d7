//! Status, screening, measures, resellers above, links.

use super::view::View;
use super::{Finding, Findings};
use crate::decision::{Duty, Scope};
use crate::input::{HitStanding, LinkSummary, Screening, Signal};
use crate::measures::{self, AccountView, Certainty, Reach, ReachEffect, Timing};
use crate::rule::{Priority, RuleCode};
use std::collections::BTreeSet;
use tenantry_identity::ownership::{Cascade, TooLarge, aggregate_listed};
use tenantry_identity::status::{BasisCode, PointsTo};
use tenantry_linkage::{Standing, Tier};
use tenantry_model::account::AccountState;
use tenantry_model::id::PartyId;
use tenantry_model::party::Status;

pub(super) fn status(view: &View<'_>, scope: Scope, findings: &mut Findings) {
    if !view.parties.values().any(super::view::PartyView::is_customer) {
        findings.push(Finding::of(RuleCode::NoCustomer));
    }
    if scope == Scope::OutOfScopeVerifiedUs {
        findings.push(Finding::of(RuleCode::AllUsPersons));
    }
    for (id, party) in &view.parties {
        // Contradictions matter in whatever role; status itself only for customers and owners.
        for contradiction in &party.status.contradictions {
            let detail = contradiction.code.resolved_by();
            let finding = Finding::about(RuleCode::StatusContradiction, *id).detail(detail);
            findings.push(finding.facts(contradiction.facts.iter().copied()));
        }
        if view.duty(*id, party, scope) == Duty::None {
            continue;
        }
        let rests_on = |points_to| {
            let bases = party.status.bases.iter().filter(move |b| b.points_to == points_to);
            bases.flat_map(|b| b.facts.iter().copied())
        };
        match party.status.status {
            Status::UsPerson => {}
            Status::ForeignPerson => {
                findings.push(Finding::about(RuleCode::ForeignParty, *id).facts(rests_on(PointsTo::Foreign)));
            }
            Status::Undetermined => findings.push(Finding::about(RuleCode::StatusUndetermined, *id)),
        }
        let claims_us =
            |b: &&tenantry_identity::status::Basis| b.code == BasisCode::Claim && b.points_to == PointsTo::Us;
        if party.status.status != Status::UsPerson && party.status.bases.iter().any(|b| claims_us(&b)) {
            let claims = party.status.bases.iter().filter(claims_us).flat_map(|b| b.facts.iter().copied());
            findings.push(Finding::about(RuleCode::ClaimUnsupported, *id).facts(claims));
        }
    }
}

/// `unnamed` are the parties of which nothing else says that their name is missing.
pub(super) fn screening(view: &View<'_>, unnamed: &BTreeSet<PartyId>, findings: &mut Findings) {
    let (mut confirmed, mut suspected) = (BTreeSet::new(), BTreeSet::new());
    for (id, party) in &view.parties {
        let not_evaluated = Finding::about(RuleCode::NotEvaluated, *id);
        match &party.input.screening {
            Screening::Evaluated => {}
            Screening::Unnamed => {
                if unnamed.contains(id) {
                    findings.push(not_evaluated.detail("screening: no name of the party is known"));
                }
            }
            Screening::InPart { facts } => findings.push(
                not_evaluated
                    .detail("screening: a name was not read whole: too long, or in no writing that is known")
                    .facts(facts.iter().copied()),
            ),
            Screening::Failed { what } => findings.push(not_evaluated.detail(format!("screening: {what}"))),
        }
        for hit in &party.input.hits {
            let shown = format!("{} entry {}, score {} of 1000", hit.list, hit.entity, hit.score_per_mille);
            match hit.standing {
                HitStanding::Dismissed => {}
                HitStanding::Confirmed => {
                    confirmed.insert(*id);
                    findings.push(Finding::about(RuleCode::ListedConfirmed, *id).detail(shown));
                }
                HitStanding::New => {
                    let over = hit.score_per_mille >= view.input.pack.thresholds.match_review.value;
                    if !over && hit.hard_rule.is_none() {
                        continue;
                    }
                    suspected.insert(*id);
                    let shown = match &hit.hard_rule {
                        Some(rule) => format!("{shown}, rule {rule}"),
                        None => shown,
                    };
                    let mut finding = Finding::about(RuleCode::ListedMatch, *id).detail(shown);
                    finding.priority = hit.hard_rule.as_ref().map(|_| Priority::Urgent);
                    findings.push(finding);
                }
            }
        }
    }
    for signal in &view.input.signals {
        if let Signal::NotEvaluated { what } = signal {
            findings.push(Finding::of(RuleCode::NotEvaluated).detail(what.clone()));
        }
    }
    aggregate(view, confirmed, suspected, findings);
}

/// What listed parties own together by half or more is treated as listed (OFC).
fn aggregate(
    view: &View<'_>,
    confirmed: BTreeSet<PartyId>,
    mut suspected: BTreeSet<PartyId>,
    findings: &mut Findings,
) {
    suspected.extend(&confirmed);
    if suspected.is_empty() {
        return;
    }
    let threshold = view.input.pack.thresholds.listed_aggregate.value;
    let follow = |listed: &BTreeSet<PartyId>| aggregate_listed(&view.input.interests, listed, threshold);
    let (certain, possible): (Cascade, Cascade) = (follow(&confirmed), follow(&suspected));
    if possible.too_large == TooLarge::Yes {
        findings.push(Finding::of(RuleCode::NotEvaluated).detail("aggregate ownership by listed parties"));
    }
    let involved = |party: &PartyId| view.parties.get(party).is_some_and(|p| !p.roles.is_empty());
    for owned in certain.owned.iter().filter(|owned| involved(&owned.party)) {
        let detail = format!("at least {} percent", owned.share.min());
        findings.push(Finding::about(RuleCode::OwnedByListed, owned.party).detail(detail));
    }
    for owned in possible.owned.iter().chain(&possible.possibly_owned).filter(|owned| involved(&owned.party))
    {
        if certain.owned.iter().any(|o| o.party == owned.party) {
            continue;
        }
        let detail = format!("up to {} percent", owned.share.max());
        findings.push(Finding::about(RuleCode::MayBeOwnedByListed, owned.party).detail(detail));
    }
}

pub(super) fn measures(view: &View<'_>, findings: &mut Findings) -> Vec<Reach> {
    let now = view.input.now;
    let account = AccountView {
        account: view.input.account,
        parties: view
            .parties
            .iter()
            .map(|(id, party)| {
                let roles: Vec<_> = party.roles.iter().copied().collect();
                measures::PartyView::with_status(*id, &roles, party.status.status, &party.input.facts, now)
            })
            .collect(),
        interests: &view.input.interests,
        chain: view.input.reseller_chain.iter().map(|link| (link.account, link.parties.clone())).collect(),
    };
    let mut reaches = Vec::new();
    for measure in view.input.measures {
        let Some(reach) = measures::reach(measure, &account, now) else { continue };
        let (code, detail) = match (reach.timing, reach.certainty, reach.effect) {
            (Timing::Expired, ..) => {
                reaches.push(reach);
                continue;
            }
            (Timing::Upcoming, ..) => {
                (RuleCode::MeasureUpcoming, format!("from {}", reach.effective_at.date()))
            }
            (_, Certainty::Possible, _) => (RuleCode::MeasureMayReach, reach.why.to_string()),
            (_, _, ReachEffect::Prohibit) => (RuleCode::MeasureProhibits, reach.why.to_string()),
            (_, _, ReachEffect::Condition) => (RuleCode::MeasureConditions, reach.why.to_string()),
        };
        let mut finding = Finding::of(code).detail(detail).facts(reach.facts.iter().copied());
        finding.party = match reach.via {
            measures::Via::Role { party, .. }
            | measures::Via::OnBehalfOf { party }
            | measures::Via::Chain { party, .. } => Some(party),
        };
        finding.measure = Some(measure.id);
        finding.citation = Some(measure.citation.clone());
        findings.push(finding);
        reaches.push(reach);
    }
    reaches.sort();
    reaches.dedup();
    reaches
}

pub(super) fn chain(view: &View<'_>, findings: &mut Findings) {
    for link in &view.input.reseller_chain {
        if !matches!(link.state, AccountState::Open | AccountState::Restricted) {
            let detail = format!("{} is {}", link.account, link.state);
            findings.push(Finding::of(RuleCode::ResellerStanding).detail(detail));
        }
    }
}

pub(super) fn links(view: &View<'_>, findings: &mut Findings) {
    for link in view.input.links.iter().filter(|link| link.standing != Standing::Ordinary) {
        let code = match link.tier {
            Tier::Strong | Tier::Medium => RuleCode::LinkClosedForCause,
            Tier::Weak => RuleCode::LinkWeak,
        };
        findings.push(Finding::of(code).detail(how_it_stands(link)));
    }
}

fn how_it_stands(link: &LinkSummary) -> String {
    let other = link.other;
    match link.standing {
        Standing::Ordinary | Standing::ClosedForCause => other.to_string(),
        Standing::Prohibited => format!("{other}, refused under a measure or because listed parties own it"),
        Standing::Unverified => {
            format!("{other}, refused because what was asked did not come or could not be verified")
        }
    }
}
