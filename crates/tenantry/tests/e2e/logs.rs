//! Logs tell nothing about anybody: they are searched for every personal value that went into the program.

use crate::program::Deployment;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tenantry::demo::{ACCOUNTS_MIN, History, Plan};
use tenantry_lists::embedded;
use tenantry_model::fact::FactValue;
use tenantry_register::intake::NewApplication;

/// Shorter values turn up by chance.
const LENGTH_MIN: usize = 6;

/// The personal values of applications: names, addresses, numbers, dates, tokens.
pub(crate) fn personal_values<'a>(
    applications: impl Iterator<Item = &'a NewApplication>,
) -> BTreeSet<String> {
    let parties = applications.flat_map(|application| &application.parties);
    let facts = parties.flat_map(|party| &party.facts).flat_map(|fact| values(&fact.fact));
    facts.filter(|value| value.len() >= LENGTH_MIN).collect()
}

fn values(fact: &FactValue) -> Vec<String> {
    match fact {
        FactValue::LegalName { text } | FactValue::OtherName { text, .. } => vec![text.expose().to_owned()],
        FactValue::DateOfBirth { date } => vec![date.to_string()],
        FactValue::Address { street, .. } => vec![street.expose().to_owned()],
        FactValue::Email { address } => vec![address.expose().to_owned()],
        FactValue::Telephone { number } => vec![number.expose().to_owned()],
        FactValue::Payment { token, .. } => vec![token.expose().to_owned()],
        FactValue::NationalId { number, .. }
        | FactValue::IdentityDocument { number, .. }
        | FactValue::RegistrationNumber { number, .. } => vec![number.expose().to_owned()],
        FactValue::AccessFrom { ip, .. } => vec![ip.expose().to_string()],
        _ => Vec::new(),
    }
}

/// Which of these values the log holds. One pass over the log, whatever the number of values.
pub(crate) fn found_in(log: &str, values: &BTreeSet<String>) -> Vec<String> {
    let mut by_start: BTreeMap<&[u8], Vec<&String>> = BTreeMap::new();
    for value in values {
        by_start.entry(&value.as_bytes()[..LENGTH_MIN]).or_default().push(value);
    }
    let mut found = BTreeSet::new();
    for (at, start) in log.as_bytes().windows(LENGTH_MIN).enumerate() {
        for value in by_start.get(start).into_iter().flatten() {
            if log.as_bytes()[at..].starts_with(value.as_bytes()) {
                found.insert((*value).clone());
            }
        }
    }
    found.into_iter().collect()
}

#[test]
fn the_search_finds_what_is_there() {
    let values = ["Aroha Ngata", "Aroha Other", "198.51.100.7"].map(str::to_owned).into_iter().collect();
    assert_eq!(found_in("said Aroha Ngata from 198.51.100.70", &values), ["198.51.100.7", "Aroha Ngata"]);
    assert!(found_in("said Aroha", &values).is_empty());
}

#[test]
fn the_log_at_its_loudest_holds_no_personal_value() {
    let plan = Plan { accounts: ACCOUNTS_MIN, ..Plan::default() };
    let history = History::generate(&plan, &embedded::ofac_sdn().unwrap()).unwrap();
    let values = personal_values(history.openings.iter().map(|opening| &opening.application));
    assert!(values.len() > 1_000, "{}", values.len());

    let deployment = Deployment::sqlite();
    let serving = deployment.serve();
    let client = &serving.client;
    let mut accounts = Vec::new();
    for (number, opening) in history.openings.iter().enumerate() {
        let body = serde_json::to_value(&opening.application).unwrap();
        let applied = client.post("/v1/applications", &format!("key-{number}"), &body).expect(201);
        accounts.push(applied["account"].as_str().unwrap().to_owned());
        // Refused bodies are the ones most tempting to log.
        if number % 10 == 0 {
            let mut broken = body.clone();
            broken["parties"][0]["facts"][0]["fact"]["kind"] = json!("shoe_size");
            client.post("/v1/applications", &format!("broken-{number}"), &broken).expect(422);
            let cut = body.to_string();
            let cut = &cut.as_bytes()[..cut.len() - 1];
            assert_eq!(client.try_post("/v1/applications", "cut", cut).unwrap().status, 400);
            client.post("/v1/applications", &format!("again-{number}"), &body).expect(409);
        }
    }
    for account in accounts.iter().step_by(20) {
        for page in ["", "/timeline"] {
            client.get(&format!("/v1/accounts/{account}{page}")).expect(200);
        }
        let purpose = json!({ "purpose": "Audit" });
        assert_eq!(client.post(&format!("/v1/accounts/{account}/evidence"), account, &purpose).status, 200);
    }
    let (status, log) = serving.stop();
    assert!(status.success());
    assert!(
        log.lines().count() > accounts.len(),
        "the log is not at its loudest: {} lines",
        log.lines().count()
    );
    let found = found_in(&log, &values);
    assert!(
        found.is_empty(),
        "the log holds {} personal values, for example {:?}",
        found.len(),
        found.first()
    );
    // Structured: every line is one object with a level, and requests carry their identifier.
    for line in log.lines() {
        let entry: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        assert!(entry["level"].is_string(), "{line}");
    }
    assert!(log.contains("request_id"));
}
