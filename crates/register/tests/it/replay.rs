//! A decision made again from what it was made from gives the same bytes, whatever happened since.

use crate::fixtures::{Desk, individual, job, staff};
use proptest::prelude::*;
use tenantry_model::id::{AccountId, DecisionId};
use tenantry_model::staff::{Job, Role};
use tenantry_register::RegisterError;
use tenantry_store::repo::{account, decision};
use tenantry_store::{StoreExt, params, statements};

/// Names as applicants and lists write them, so that some resemble each other.
const NAMES: [&str; 8] = [
    "John Doe",
    "Jon Doe",
    "Viktor Bout",
    "Victor Anatolyevich Bout",
    "Aroha Ngata",
    "María José Carreño",
    "Muhammad al-Zawahiri",
    "Mohammed Zawahri",
];

#[derive(Debug, Clone)]
enum Event {
    Apply { name: usize, country: usize },
    AddFact { name: usize },
    Import { list: usize, names: Vec<usize> },
    Measure { name: Option<usize>, country: usize },
}

/// The first three are foreign: a measure cannot be about another.
const COUNTRIES: [&str; 4] = ["NZ", "RU", "DE", "US"];

fn events() -> impl Strategy<Value = Vec<Event>> {
    let (name, country) = (0..NAMES.len(), 0..COUNTRIES.len());
    let event = prop_oneof![
        4 => (name.clone(), country).prop_map(|(name, country)| Event::Apply { name, country }),
        2 => name.clone().prop_map(|name| Event::AddFact { name }),
        2 => (0..2_usize, prop::collection::vec(name.clone(), 6))
            .prop_map(|(list, names)| Event::Import { list, names }),
        1 => (prop::option::of(name), 0..3_usize).prop_map(|(name, country)| Event::Measure { name, country }),
    ];
    prop::collection::vec(event, 2..14)
}

struct Population {
    desk: Desk,
    accounts: Vec<AccountId>,
    parties: Vec<tenantry_model::id::PartyId>,
}

impl Population {
    fn happen(&mut self, number: u32, event: &Event) {
        self.desk.clock.advance_micros(1_000_000);
        match event {
            Event::Apply { name, country } => {
                let mut application = individual(number, NAMES[*name]);
                application["parties"][0]["facts"][2]["fact"]["jurisdiction"] = COUNTRIES[*country].into();
                let applied = self.desk.apply(application);
                self.accounts.push(applied.account);
                self.parties.extend(applied.parties.into_values());
            }
            Event::AddFact { name } => {
                let Some(party) = self.parties.last() else { return };
                let sent = serde_json::json!({ "facts": [
                    { "fact": { "kind": "other_name", "usage": "alias", "text": NAMES[*name] } } ] });
                let sent = serde_json::from_value(sent).unwrap();
                self.desk.register.add_facts(&staff(Role::Reviewer), *party, sent).unwrap();
            }
            Event::Import { list, names } => {
                let names: Vec<&str> = names.iter().map(|name| NAMES[*name]).collect();
                self.desk.import(["list-a", "list-b"][*list], &names);
            }
            Event::Measure { name, country } => self.measure(*name, COUNTRIES[*country]),
        }
    }

    fn measure(&self, name: Option<usize>, country: &str) {
        let target = match name {
            Some(name) => serde_json::json!({ "kind": "person", "persons": [{ "names": [NAMES[name]] }] }),
            None => serde_json::json!({ "kind": "jurisdiction", "jurisdictions": [country] }),
        };
        let new = serde_json::json!({
            "title": "A measure", "target": target, "effect": { "effect": "prohibit" },
            "citation": "Determination 1", "determined_on": "2026-10-30", "effective": { "from": "at_once" },
        });
        let (officer, legal) = (staff(Role::ComplianceOfficer), staff(Role::Legal));
        let register = &self.desk.register;
        let asked = register.propose_measure(&officer, serde_json::from_value(new).unwrap()).unwrap();
        let seen = register.approval(&legal, asked.approval).unwrap().content_hash;
        register.approve(&legal, asked.approval, seen).unwrap();
    }

    fn decisions(&self) -> Vec<DecisionId> {
        let accounts = self.accounts.clone();
        let rows = self.desk.store.read(move |tx| {
            let mut all = Vec::new();
            for account in &accounts {
                all.extend(decision::of_account(tx, *account, 1_000)?);
            }
            Ok::<_, tenantry_store::StoreError>(all)
        });
        rows.unwrap().into_iter().map(|row| row.id).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn every_decision_replays_to_the_same_bytes(events in events()) {
        let mut population = Population { desk: Desk::new(), accounts: Vec::new(), parties: Vec::new() };
        for (event, number) in events.iter().zip(0..) {
            population.happen(number, event);
        }
        let auditor = staff(Role::Auditor);
        for id in population.decisions() {
            let replay = population.desk.register.replay(&auditor, id).unwrap();
            prop_assert!(replay.same && replay.differences.is_empty(), "{:?}", replay);
            prop_assert_eq!(&replay.recorded_digest, &replay.recomputed_digest);
        }
    }
}

statements! {
    CHANGE_STRENGTH = "UPDATE fact SET strength = 'authenticated'";
    CHANGE_OUTCOME = "UPDATE decision SET outcome = 'refused'";
    CHANGE_PACK = "UPDATE pack SET text = text || '# one more line'";
    DROP_FACTS = "DELETE FROM fact";
}

#[test]
fn another_decision_is_named_where_it_differs() {
    let desk = Desk::new();
    let applied = desk.apply(individual(1, "Aroha Ngata"));
    let auditor = staff(Role::Auditor);
    assert!(desk.register.replay(&auditor, applied.decision_id).unwrap().same);
    desk.store.write(|tx| tx.execute(&CHANGE_STRENGTH, params![])).unwrap();
    let replay = desk.register.replay(&auditor, applied.decision_id).unwrap();
    assert!(!replay.same && replay.recorded_digest != replay.recomputed_digest);
    let named = |at: &str| replay.differences.iter().any(|difference| difference == at);
    assert!(named("/parties/0/status/bases/0/weight") && !named("/outcome"), "{:?}", replay.differences);
}

#[test]
fn a_row_that_is_not_what_its_leaf_says_is_refused() {
    let desk = Desk::new();
    let applied = desk.apply(individual(1, "Aroha Ngata"));
    desk.store.write(|tx| tx.execute(&CHANGE_OUTCOME, params![])).unwrap();
    let refused = desk.register.replay(&staff(Role::Auditor), applied.decision_id);
    assert!(matches!(refused, Err(RegisterError::Ledger { .. })), "{refused:?}");
    let refused = desk.register.account(&staff(Role::Auditor), applied.account);
    assert!(matches!(refused, Err(RegisterError::Ledger { .. })), "{refused:?}");
}

#[test]
fn what_a_decision_rests_on_must_be_unchanged() {
    let desk = Desk::new();
    let applied = desk.apply(individual(1, "Aroha Ngata"));
    let auditor = staff(Role::Auditor);
    desk.store.write(|tx| tx.execute(&CHANGE_PACK, params![])).unwrap();
    let refused = desk.register.replay(&auditor, applied.decision_id);
    assert!(matches!(refused, Err(RegisterError::Ledger { .. })), "{refused:?}");
    desk.store.write(|tx| tx.execute(&DROP_FACTS, params![])).unwrap();
    let refused = desk.register.replay(&auditor, applied.decision_id);
    assert!(matches!(refused, Err(RegisterError::Ledger { .. })), "{refused:?}");
    let unknown = desk.register.replay(&auditor, DecisionId::from_bytes([1; 16]));
    assert!(matches!(unknown, Err(RegisterError::NotFound { .. })));
    let found = desk.store.read(move |tx| account::find(tx, applied.account)).unwrap();
    assert!(found.is_some(), "a replay changes nothing");
    let denied = desk.register.replay(&job(Job::Deliveries), applied.decision_id);
    assert!(matches!(denied, Err(RegisterError::Forbidden { .. })));
}
