//! What was said of parties, and the keyed tokens that show who is the same actor as somebody else.

use super::standing::records;
use crate::RegisterError;
use crate::core::Core;
use crate::decisions;
use crate::dossier::{Held, involved, open_fact};
use crate::query::linking_values;
use crate::record::RecordType;
use std::collections::{BTreeMap, BTreeSet};
use tenantry_linkage::TokenKind;
use tenantry_model::fact::Fact;
use tenantry_model::id::{AccountId, EvidenceId, FactId, PartyId};
use tenantry_model::personal::Personal;
use tenantry_model::time::Timestamp;
use tenantry_store::Tx;
use tenantry_store::repo::{account, check, erasure, party};

/// Facts and checks of a party stand as they were recorded, and those that others took the place of are marked as such: an
/// assessment reads nothing else.
pub(super) fn party(tx: &mut dyn Tx, core: &Core, id: PartyId) -> Result<Vec<String>, RegisterError> {
    let Some(row) = party::find(tx, id)? else { return Ok(Vec::new()) };
    let recorded = records(tx, core, &row.subject, RecordType::PartyRecorded)?;
    let mut wrong = Vec::new();
    if recorded
        .first()
        .is_none_or(|first| !first.says("party", &id.to_string()) || first.at != row.created_at)
    {
        wrong.push("no record says that it came when its row says".to_owned());
    }
    let (mut facts, mut checks, mut superseded) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    for record in &recorded {
        superseded.extend(record.json::<Vec<FactId>>("supersedes").into_iter().map(|fact| (fact, record.at)));
        for field in record.body.fields() {
            if let Some(fact) = field.name.strip_prefix("fact.").and_then(|id| id.parse::<FactId>().ok()) {
                facts.insert(fact);
            } else if let Some(check) = field.name.strip_prefix("check.") {
                let said: Option<(String, String, Timestamp, serde_json::Value)> =
                    serde_json::from_slice(&field.value).ok();
                let said = said.map(|(method, result, at, _)| (method, result, at, record.at));
                checks.insert(check.parse::<EvidenceId>().ok(), said);
            }
        }
    }
    for fact in party::facts(tx, id)? {
        if !facts.contains(&fact.id) {
            wrong.push(format!("no record says {}", fact.id));
        }
        if superseded.get(&fact.id).copied() != fact.superseded_at {
            wrong.push(format!("whether {} holds is not what its records say", fact.id));
        }
    }
    for check in party::evidence(tx, id)? {
        let stored = Some((check.method, check.result, check.checked_at, check.recorded_at));
        if checks.remove(&Some(check.id)) != Some(stored) {
            wrong.push(format!("the check {} is not what was recorded", check.id));
        }
    }
    wrong.extend(checks.keys().flatten().map(|id| format!("the check {id} is missing")));
    Ok(wrong)
}

/// An account has the tokens of what its newest decision knew of its parties, and no others than of what was ever said of them:
/// without one, somebody who was removed is not known again.
pub(super) fn tokens(tx: &mut dyn Tx, core: &Core, id: AccountId) -> Result<Vec<String>, RegisterError> {
    let Some(row) = account::find(tx, id)? else { return Ok(Vec::new()) };
    let mut stored: BTreeSet<_> = check::tokens(tx, &id.bytes())?.into_iter().collect();
    if erasure::erased_class(tx, id)? > 0 {
        let left = if stored.is_empty() { Vec::new() } else { vec!["tokens of it are left".to_owned()] };
        return Ok(left);
    }
    let decided = decisions::in_force(tx, &core.vault, row.decision)?.map(|d| d.inputs()).transpose()?;
    let known: BTreeSet<FactId> =
        decided.iter().flat_map(|decided| decided.parties.iter()).flat_map(|p| p.facts.clone()).collect();
    let mut missing = 0;
    let mut allowed = BTreeSet::new();
    for party in involved(tx, id, Held::Ever)?.parties.into_keys() {
        let Some(of) = party::find(tx, party)? else { continue };
        let mut said = Vec::new();
        for fact in party::facts(tx, party)? {
            match open_fact(tx, &core.vault, &of.subject, fact) {
                Ok(fact) => said.push(fact),
                Err(RegisterError::Erased) => break,
                Err(error) => return Err(error),
            }
        }
        let tokens = |facts: &[Fact]| {
            let token = |(kind, value): (TokenKind, Personal<String>)| {
                let digest = core.vault.token(kind.as_str(), value.expose().as_bytes());
                (kind.as_str().to_owned(), digest, party.bytes())
            };
            linking_values(facts).into_iter().map(token).collect::<BTreeSet<_>>()
        };
        allowed.extend(tokens(&said));
        said.retain(|fact| known.contains(&fact.id));
        // Accounts decided on before a kind of token was made have none of it until they are decided on again.
        let made: BTreeSet<&str> = stored.iter().map(|(kind, ..)| kind.as_str()).collect();
        let due =
            tokens(&said).into_iter().filter(|(kind, ..)| made.contains(kind.as_str()) || !is_later(kind));
        missing += due.filter(|token| !stored.contains(token)).count();
    }
    stored.retain(|token| !allowed.contains(token));
    let mut wrong = Vec::new();
    if missing > 0 {
        wrong.push(format!("{missing} tokens of what is said of its parties are missing"));
    }
    if !stored.is_empty() {
        wrong.push(format!("{} tokens are of nothing that was said of its parties", stored.len()));
    }
    Ok(wrong)
}

/// Whether tokens of this kind were not made from the beginning.
fn is_later(kind: &str) -> bool {
    [TokenKind::NameAndBirthDate, TokenKind::StreetAddress].iter().any(|later| later.as_str() == kind)
}
