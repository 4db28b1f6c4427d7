//! The input, looked at once: status of each party, owners of each customer, and what is asked of whom.

use super::{Finding, Findings};
use crate::decision::{Duty, PartyFinding, Scope};
use crate::input::{DecisionInput, PartyInput};
use crate::limits::PARTIES_MAX;
use crate::rule::RuleCode;
use std::collections::{BTreeMap, BTreeSet};
use tenantry_identity::ownership::{OwnershipFinding, beneficial_owners};
use tenantry_identity::status::{StatusFinding, determine_under};
use tenantry_model::account::AccountRole;
use tenantry_model::fact::Fact;
use tenantry_model::id::PartyId;
use tenantry_model::party::{Interest, PartyKind, Status};

pub(super) struct View<'a> {
    pub(super) input: &'a DecisionInput<'a>,
    /// Parties by identifier; of a party given twice with different content only the first is used, and it is reported.
    pub(super) parties: BTreeMap<PartyId, PartyView<'a>>,
    /// Owners of each organisation that is a customer.
    pub(super) ownership: BTreeMap<PartyId, OwnershipFinding>,
    /// Individuals who own or control, or may.
    pub(super) owners: BTreeSet<PartyId>,
    /// The customers that are organisations, and every party that holds something at or above one.
    pub(super) above: BTreeSet<PartyId>,
}

pub(super) struct PartyView<'a> {
    pub(super) input: &'a PartyInput,
    pub(super) status: StatusFinding,
    pub(super) roles: BTreeSet<AccountRole>,
    /// Facts known now, in order of identifier.
    pub(super) facts: Vec<&'a Fact>,
}

impl PartyView<'_> {
    pub(super) fn is_customer(&self) -> bool {
        self.roles.contains(&AccountRole::Customer)
    }
}

impl<'a> View<'a> {
    pub(super) fn new(input: &'a DecisionInput<'a>, findings: &mut Findings) -> Self {
        let mut parties: BTreeMap<PartyId, PartyView<'a>> = BTreeMap::new();
        for party in input.parties.iter().take(PARTIES_MAX) {
            if parties.contains_key(&party.id) {
                let finding = Finding::about(RuleCode::NotEvaluated, party.id);
                findings.push(finding.detail("the party was given more than once"));
                continue;
            }
            parties.insert(party.id, view_of(party, input, findings));
        }
        let kinds: BTreeMap<PartyId, PartyKind> = parties.iter().map(|(id, p)| (*id, p.input.kind)).collect();
        let threshold = input.pack.thresholds.beneficial_owner.value;
        let ownership: BTreeMap<PartyId, OwnershipFinding> = parties
            .iter()
            .filter(|(_, party)| party.is_customer() && party.input.kind == PartyKind::Organisation)
            .map(|(id, _)| (*id, beneficial_owners(*id, &kinds, &input.interests, threshold)))
            .collect();
        let declared = parties
            .iter()
            .filter(|(_, p)| p.roles.contains(&AccountRole::BeneficialOwner))
            .map(|(id, _)| *id);
        let computed = ownership.values().flat_map(OwnershipFinding::beneficial).map(|owner| owner.party);
        let owners = declared.chain(computed).collect();
        let above = at_or_above(ownership.keys().copied(), &input.interests);
        Self { input, parties, ownership, owners, above }
    }

    /// Out of scope only when customer and owners are all there and all verified US persons (CIP-06, CIP-14).
    pub(super) fn scope(&self) -> Scope {
        let customers: Vec<_> = self.parties.values().filter(|p| p.is_customer()).collect();
        let is_us = |party: &PartyView<'_>| party.status.status == Status::UsPerson;
        let owners_us = self.owners.iter().all(|owner| self.parties.get(owner).is_some_and(is_us));
        let owners_known =
            self.ownership.iter().all(|(party, finding)| self.owners_are_known(*party, finding));
        if !customers.is_empty() && customers.iter().all(|p| is_us(p)) && owners_us && owners_known {
            Scope::OutOfScopeVerifiedUs
        } else {
            Scope::InScope
        }
    }

    /// Whether nobody else can be a beneficial owner of the organisation, and somebody is.
    pub(super) fn owners_are_known(&self, party: PartyId, finding: &OwnershipFinding) -> bool {
        let threshold = self.input.pack.thresholds.unexplained_ownership.value;
        let named = finding.beneficial().next().is_some() || self.declared_owner_of(party);
        named
            && finding.unexplained.max() < threshold
            && finding.disagreements.is_empty()
            && finding.gaps.iter().all(|gap| gap.code == tenantry_identity::ownership::GapCode::Undisclosed)
    }

    /// Whether the account names a beneficial owner beside the graph, for a sole customer.
    fn declared_owner_of(&self, party: PartyId) -> bool {
        let others = self.ownership.keys().any(|other| *other != party);
        !others && self.parties.values().any(|p| p.roles.contains(&AccountRole::BeneficialOwner))
    }

    pub(super) fn duty(&self, id: PartyId, party: &PartyView<'_>, scope: Scope) -> Duty {
        if !party.is_customer() && !self.owners.contains(&id) {
            return Duty::None;
        }
        if scope == Scope::InScope && party.status.status != Status::UsPerson {
            return Duty::Full;
        }
        Duty::PreScreen
    }

    pub(super) fn findings(&self) -> Vec<PartyFinding> {
        let scope = self.scope();
        self.parties
            .iter()
            .map(|(id, party)| PartyFinding {
                party: *id,
                kind: party.input.kind,
                roles: party.roles.iter().copied().collect(),
                duty: self.duty(*id, party, scope),
                status: party.status.clone(),
            })
            .collect()
    }
}

fn at_or_above(customers: impl Iterator<Item = PartyId>, interests: &[Interest]) -> BTreeSet<PartyId> {
    let mut above: BTreeSet<PartyId> = customers.collect();
    loop {
        let before = above.len();
        let held = interests.iter().filter(|interest| above.contains(&interest.owned));
        let owners: Vec<PartyId> = held.map(|interest| interest.owner).collect();
        above.extend(owners);
        if above.len() == before {
            return above;
        }
    }
}

fn view_of<'a>(party: &'a PartyInput, input: &DecisionInput<'_>, findings: &mut Findings) -> PartyView<'a> {
    let (own, foreign): (Vec<&Fact>, Vec<&Fact>) =
        party.facts.iter().partition(|fact| fact.party == party.id);
    if !foreign.is_empty() {
        let finding = Finding::about(RuleCode::NotEvaluated, party.id).facts(foreign.iter().map(|f| f.id));
        findings.push(finding.detail("a fact of another party was given"));
    }
    let mut facts: Vec<&Fact> = own.into_iter().filter(|fact| fact.recorded_at <= input.now).collect();
    facts.sort_by_key(|fact| fact.id);
    facts.dedup();
    let distinct = facts.is_sorted_by(|a, b| a.id < b.id);
    if !distinct {
        let finding = Finding::about(RuleCode::NotEvaluated, party.id);
        findings.push(finding.detail("two facts have one identifier"));
    }
    let known: Vec<Fact> = facts.iter().map(|fact| (*fact).clone()).collect();
    PartyView {
        input: party,
        status: determine_under(party.kind, &known, input.pack.reseller_checks(), input.now),
        roles: party.roles.iter().copied().collect(),
        facts,
    }
}
