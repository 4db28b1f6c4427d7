//! Red flags (DEF-12): patterns over facts we hold. A flag asks for a look; nationality, language and the country
//! of a passport are in none of them.

use super::view::{PartyView, View};
use super::{Finding, Findings};
use crate::input::{ListVersion, Signal};
use crate::limits::AGE_YEARS_MAX;
use crate::rule::RuleCode;
use std::collections::BTreeSet;
use tenantry_linkage::Tier;
use tenantry_model::account::AccountRole;
use tenantry_model::fact::{AddressUse, Fact, FactValue};
use tenantry_model::id::PartyId;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::time::DAY_US;

pub(super) fn raise(view: &View<'_>, findings: &mut Findings) {
    for (id, party) in &view.parties {
        dates(view, *id, party, findings);
        places(*id, party, findings);
        post_box(*id, party, findings);
        scripts(*id, party, findings);
        let only_pays = party.roles.contains(&AccountRole::Payer) && !party.is_customer();
        if only_pays && !view.owners.contains(id) {
            findings.push(Finding::about(RuleCode::ThirdPartyPayer, *id));
        }
    }
    signals(view, findings);
    shared_instrument(view, findings);
}

fn dates(view: &View<'_>, id: PartyId, party: &PartyView<'_>, findings: &mut Findings) {
    let today = view.input.now.date();
    for fact in &party.facts {
        match &fact.value {
            FactValue::DateOfBirth { date } => {
                let too_old = today.parts().0.saturating_sub(date.year()) > AGE_YEARS_MAX;
                if date.earliest() > today || too_old {
                    findings.push(Finding::about(RuleCode::ImpossibleDate, id).facts([fact.id]));
                }
            }
            FactValue::IdentityDocument { expires_on: Some(last), .. } if *last < today => {
                findings.push(Finding::about(RuleCode::DocumentExpired, id).facts([fact.id]));
            }
            _ => {}
        }
    }
}

/// Countries are compared with each other, never with a list of good or bad ones.
fn places(id: PartyId, party: &PartyView<'_>, findings: &mut Findings) {
    let of = |pick: fn(&FactValue) -> Option<Jurisdiction>| -> Vec<(Jurisdiction, &Fact)> {
        party.facts.iter().filter_map(|fact| Some((pick(&fact.value)?.country(), *fact))).collect()
    };
    let declared = of(|value| match value {
        FactValue::Address { jurisdiction, .. }
        | FactValue::PlaceOfUse { jurisdiction }
        | FactValue::LocatedIn { jurisdiction }
        | FactValue::Headquarters { jurisdiction } => Some(*jurisdiction),
        _ => None,
    });
    let accessed = of(|value| match value {
        FactValue::AccessFrom { jurisdiction, .. } => *jurisdiction,
        _ => None,
    });
    let paid = of(|value| match value {
        FactValue::Payment { issuer_jurisdiction, .. } => *issuer_jurisdiction,
        _ => None,
    });
    let countries =
        |of: &[(Jurisdiction, &Fact)]| -> BTreeSet<Jurisdiction> { of.iter().map(|(c, _)| *c).collect() };
    let (stated, seen) = (countries(&declared), countries(&accessed));
    if stated.is_empty() {
        return;
    }
    let outside: Vec<_> = accessed.iter().filter(|(country, _)| !stated.contains(country)).collect();
    if !outside.is_empty() {
        let facts = outside.iter().map(|(_, fact)| fact.id);
        findings.push(Finding::about(RuleCode::AccessOutsideDeclared, id).facts(facts));
    }
    let odd: Vec<_> = paid.iter().filter(|(c, _)| !stated.contains(c) && !seen.contains(c)).collect();
    if !odd.is_empty() && !seen.is_empty() {
        let facts = odd.iter().map(|(_, fact)| fact.id);
        findings.push(Finding::about(RuleCode::CountryMismatch, id).facts(facts));
    }
}

fn post_box(id: PartyId, party: &PartyView<'_>, findings: &mut Findings) {
    for fact in &party.facts {
        if let FactValue::Address { usage, street, .. } = &fact.value
            && !matches!(usage, AddressUse::ApoFpo | AddressUse::Inquiries)
            && reads_as_post_box(street.expose())
        {
            findings.push(Finding::about(RuleCode::PostBox, id).facts([fact.id]));
        }
    }
}

/// Ways to write a post box at the start of an address line, punctuation and case left out.
const POST_BOXES: &[&str] =
    &["pobox", "postofficebox", "postbox", "postfach", "boitepostale", "apartadodecorreos", "postbus"];

fn reads_as_post_box(street: &str) -> bool {
    let letters: String = street.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    POST_BOXES.iter().any(|form| letters.starts_with(form))
}

/// A name in one script is compared with lists through transliteration only, which finds less. Asked for, never
/// held against anybody.
fn scripts(id: PartyId, party: &PartyView<'_>, findings: &mut Findings) {
    let names: Vec<(&Fact, bool)> = party
        .facts
        .iter()
        .filter_map(|fact| match &fact.value {
            FactValue::LegalName { text } | FactValue::OtherName { text, .. } => {
                Some((*fact, text.expose().chars().all(|c| !c.is_alphabetic() || is_latin(c))))
            }
            _ => None,
        })
        .collect();
    if !names.is_empty() && names.iter().all(|(_, latin)| !latin) {
        let facts = names.iter().map(|(fact, _)| fact.id);
        findings.push(Finding::about(RuleCode::NameInOneScript, id).facts(facts));
    }
}

/// Latin letters with all their accents end before the Greek block; a second group follows in U+1E00..=U+1EFF.
const fn is_latin(letter: char) -> bool {
    matches!(letter, '\0'..='\u{2af}' | '\u{1e00}'..='\u{1eff}')
}

fn signals(view: &View<'_>, findings: &mut Findings) {
    let recent_days = view.input.pack.thresholds.recent_ownership_change_days.value;
    for signal in &view.input.signals {
        match signal {
            Signal::AnonymousNetwork { party, fact, lists } => {
                let finding = Finding::about(RuleCode::AnonymousNetwork, *party).facts([*fact]);
                findings.push(finding.detail(named_by(lists)));
            }
            Signal::DisposableEmail { party, fact, lists } => {
                let finding = Finding::about(RuleCode::DisposableEmail, *party).facts([*fact]);
                findings.push(finding.detail(named_by(lists)));
            }
            // A flag that the pack does not raise is not missed.
            Signal::FlagWithoutList { rule } => {
                if view.input.pack.rule(*rule).is_some() {
                    findings.push(Finding::of(RuleCode::FlagWithoutList).detail(rule.as_str()));
                }
            }
            Signal::OwnershipChanged { party, at } => {
                let age_us = view.input.now.as_micros().saturating_sub(at.as_micros());
                if age_us <= i64::from(recent_days).saturating_mul(DAY_US) {
                    let detail = format!("on {}", at.date());
                    findings.push(Finding::about(RuleCode::RecentOwnershipChange, *party).detail(detail));
                }
            }
            Signal::RefusedBefore { .. } | Signal::Dismissed { .. } | Signal::NotEvaluated { .. } => {}
        }
    }
}

fn named_by(lists: &[ListVersion]) -> String {
    let versions: Vec<&str> = lists.iter().map(|list| list.version.as_str()).collect();
    format!("on {}", versions.join("; "))
}

fn shared_instrument(view: &View<'_>, findings: &mut Findings) {
    let others: BTreeSet<_> =
        view.input.links.iter().filter(|l| l.tier == Tier::Strong).map(|l| l.other).collect();
    let threshold = view.input.pack.thresholds.shared_instrument_accounts.value;
    if u32::try_from(others.len()).unwrap_or(u32::MAX) >= threshold {
        let detail = format!("{} other accounts", others.len());
        findings.push(Finding::of(RuleCode::SharedInstrument).detail(detail));
    }
}
