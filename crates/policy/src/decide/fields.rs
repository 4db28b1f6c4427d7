//! What is asked and not there (CIP-08, CIP-09), and what is there and not verified (CIP-10).

use super::view::{PartyView, View};
use super::{Finding, Findings};
use crate::decision::{Duty, MissingItem, Scope};
use crate::pack::{FieldRule, Presence, Stage};
use crate::rule::RuleCode;
use tenantry_model::account::AccountRole;
use tenantry_model::fact::{Fact, FactValue};
use tenantry_model::id::PartyId;

pub(super) fn missing(view: &View<'_>, scope: Scope, findings: &mut Findings) -> Vec<MissingItem> {
    let mut items = Vec::new();
    for (id, party) in &view.parties {
        let duty = view.duty(*id, party, scope);
        for field in view.input.pack.fields.iter().filter(|field| applies(view, field, *id, party, duty)) {
            if party.facts.iter().any(|fact| satisfies(field, fact)) {
                continue;
            }
            let code =
                if field.stage == Stage::Verified { RuleCode::NotVerified } else { RuleCode::FieldMissing };
            findings.push(Finding::about(code, *id).detail(described(field)));
            items.push(MissingItem {
                party: *id,
                any_of: field.any_of.clone(),
                address_uses: field.address_uses.clone(),
                strength: field.strength,
                stage: field.stage,
                requirement: field.requirement.clone(),
                why: field.why.clone(),
            });
        }
    }
    items
}

fn applies(view: &View<'_>, field: &FieldRule, id: PartyId, party: &PartyView<'_>, duty: Duty) -> bool {
    let due = match field.stage {
        Stage::PreScreen => duty != Duty::None,
        Stage::Full | Stage::Verified => duty == Duty::Full,
    };
    let in_role = field.roles.iter().any(|role| match role {
        AccountRole::BeneficialOwner => view.owners.contains(&id),
        other => party.roles.contains(other),
    });
    due && in_role && field.presence == Presence::Required && field.kinds.contains(&party.input.kind)
}

fn satisfies(field: &FieldRule, fact: &Fact) -> bool {
    let use_counts = match &fact.value {
        FactValue::Address { usage, .. } => {
            field.address_uses.is_empty() || field.address_uses.contains(usage)
        }
        _ => true,
    };
    field.any_of.contains(&fact.value.kind()) && fact.strength >= field.strength && use_counts
}

/// "address (residential, apo_fpo) or location, corroborated": words of the pack, nothing of the person.
fn described(field: &FieldRule) -> String {
    let kinds: Vec<&str> = field.any_of.iter().map(|kind| kind.as_str()).collect();
    let uses: Vec<&str> = field.address_uses.iter().map(|usage| usage.as_str()).collect();
    let uses = if uses.is_empty() { String::new() } else { format!(" ({})", uses.join(" or ")) };
    format!("{}{uses}, {} or stronger", kinds.join(" or "), field.strength)
}
