//! A history in numbers, and its digest: what tests compare and `tenantry demo` prints.

use super::History;
use crate::cli::output::hex;
use anyhow::Result;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use tenantry_model::evidence::CheckResult;
use tenantry_model::fact::{FactKind, FactValue};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::party::PartyKind;

/// How much of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Accounts by kind of applicant.
    pub profiles: BTreeMap<String, usize>,
    /// Accounts by how far below the provider they are: 0 directly, 1 below a reseller, 2 below a sub-reseller.
    pub levels: BTreeMap<usize, usize>,
    /// Customers by country, the ten most frequent.
    pub countries: Vec<(String, usize)>,
    /// Parties by kind.
    pub parties: BTreeMap<String, usize>,
    /// Facts by kind.
    pub facts: BTreeMap<String, usize>,
    /// Checks by result.
    pub checks: BTreeMap<String, usize>,
    /// Parties with a name in a script other than Latin.
    pub native_names: usize,
    /// Accesses reported after opening.
    pub accesses: usize,
    /// Accounts that ended.
    pub closures: usize,
}

impl Summary {
    /// Counts `history`.
    pub fn of(history: &History) -> Self {
        let mut summary = Self {
            profiles: BTreeMap::new(),
            levels: levels(history),
            countries: countries(history),
            parties: BTreeMap::new(),
            facts: BTreeMap::new(),
            checks: BTreeMap::new(),
            native_names: 0,
            accesses: history.accesses.len(),
            closures: history.closures.len(),
        };
        for opening in &history.openings {
            *summary.profiles.entry(format!("{:?}", opening.profile)).or_default() += 1;
            for party in &opening.application.parties {
                *summary.parties.entry(party.kind.to_string()).or_default() += 1;
                let other_name = |fact: &FactValue| fact.kind() == FactKind::OtherName;
                if party.kind == PartyKind::Individual && party.facts.iter().any(|f| other_name(&f.fact)) {
                    summary.native_names += 1;
                }
                for fact in &party.facts {
                    *summary.facts.entry(fact.fact.kind().to_string()).or_default() += 1;
                }
                for check in &party.checks {
                    let result: CheckResult = check.result;
                    *summary.checks.entry(result.to_string()).or_default() += 1;
                }
            }
        }
        summary
    }
}

/// SHA-256 over the history as JSON, lower-case hexadecimal.
pub fn digest(history: &History) -> Result<String> {
    Ok(hex(&Sha256::digest(serde_json::to_vec(history)?)))
}

fn levels(history: &History) -> BTreeMap<usize, usize> {
    let mut level_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut levels = BTreeMap::new();
    for opening in &history.openings {
        let above = opening.under.as_deref().and_then(|reference| level_of.get(reference)).copied();
        let level = above.map_or(0, |above| above + 1);
        level_of.insert(&opening.application.reference, level);
        *levels.entry(level).or_default() += 1;
    }
    levels
}

fn countries(history: &History) -> Vec<(String, usize)> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for opening in &history.openings {
        let facts = opening.application.parties.first().into_iter().flat_map(|party| &party.facts);
        let place =
            facts.filter(|f| f.fact.kind() == FactKind::AccessFrom).find_map(|f| f.fact.jurisdiction());
        let country = place.map(Jurisdiction::country).map_or_else(|| "?".to_owned(), |c| c.to_string());
        *count.entry(country).or_default() += 1;
    }
    let mut countries: Vec<_> = count.into_iter().collect();
    countries.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    countries.truncate(10);
    countries
}
