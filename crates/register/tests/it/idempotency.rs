//! Any request repeated under its key changes nothing, in any table, and is answered as it was the first time; another
//! request under that key is refused and changes nothing either.

mod complete;
mod kept;

use crate::fixtures::{Desk, job, list_of};
use crate::world::{Applicant, LISTED_NAME, machine, staff};
use kept::{
    change_roles, held, place_hold, propose_pack, renew_hold, request_erasure, request_hold_release,
    request_rotation,
};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use tenantry_model::account::Ending;
use tenantry_model::fact::FactKind;
use tenantry_model::id::{ApprovalId, CaseId, MeasureId, StaffId};
use tenantry_model::order::OrderKind;
use tenantry_model::staff::{Job, Role, Scope};
use tenantry_register::approvals::ContentHash;
use tenantry_register::disclosure::{LegalBasis, NewDisclosure};
use tenantry_register::evidence::BuiltPackage;
use tenantry_register::orders::NewOrder;
use tenantry_register::people::{NewApiKey, NewStaff};
use tenantry_register::{Applied, Call, IdempotencyKey, Reason, Register, RegisterError};
use tenantry_store::{Statement, Store, StoreError, StoreExt, params};
use tenantry_testkit::catalogue;

type Ask = Box<dyn Fn(&Register, &Call) -> Result<String, RegisterError>>;

/// A request, another one of the same kind, and who makes them.
struct Request {
    by: Call,
    same: Ask,
    other: Ask,
}

/// Boxes a use case; its answer is compared as text.
fn ask<T: Serialize>(use_case: impl Fn(&Register, &Call) -> Result<T, RegisterError> + 'static) -> Ask {
    Box::new(move |register, call| Ok(serde_json::to_string(&use_case(register, call)?).unwrap()))
}

/// A use case: its name, and a request of its own for every number.
type UseCase = (&'static str, fn(&Desk, u16) -> Request);

/// Everything a call with a key can change.
const USE_CASES: &[UseCase] = &[
    ("apply", apply),
    ("apply for somebody listed", apply_listed),
    ("add_facts", add_facts),
    ("close_account", close_account),
    ("report_access", report_access),
    ("report_accesses", report_accesses),
    ("build_evidence", build_evidence),
    ("build_disclosure", build_disclosure),
    ("decide alone", decide_alone),
    ("decide with a second person", decide_with_second),
    ("approve a verdict", approve_verdict),
    ("propose_measure", propose_measure),
    ("approve a measure", approve_measure),
    ("reject", reject),
    ("lift_measure", lift_measure),
    ("extend_measure", extend_measure),
    ("appeal", appeal),
    ("import_signals", import_signals),
    ("request_disclosure", request_disclosure),
    ("receive_order", receive_order),
    ("import_list", import_list),
    ("add_staff", add_staff),
    ("invite_staff", invite_staff),
    ("disable_staff", disable_staff),
    ("create_api_key", create_api_key),
    ("request_api_key", request_api_key),
    ("approved_api_key", approved_api_key),
    ("revoke_api_key", revoke_api_key),
    ("login_link", login_link),
    ("request_login_link", request_login_link),
    ("approved_link", approved_link),
    ("lease", lease),
    ("add_endpoint", add_endpoint),
    ("disable_endpoint", disable_endpoint),
    ("change_roles", change_roles),
    ("place_hold", place_hold),
    ("renew_hold", renew_hold),
    ("request_hold_release", request_hold_release),
    ("request_rotation", request_rotation),
];

/// Those of which one can wait at a time, and those that need years to pass, which nothing else here would bear.
const APART: &[UseCase] = &[("propose_pack", propose_pack), ("request_erasure", request_erasure)];

fn opened(desk: &Desk, number: u16) -> Applied {
    desk.clock.advance_micros(1_000_000);
    desk.register.apply(&job(Job::SetUp), Applicant::new(number).sent()).unwrap()
}

/// An account whose customer has the name of somebody listed: a case that two people decide.
/// Somebody like a listed person, and not like the others of these tests: a year of birth links nobody.
fn listed(number: u16) -> Applicant {
    Applicant { born: "1969".to_owned(), ..Applicant::listed(number) }
}

fn matched(desk: &Desk, number: u16) -> Applied {
    desk.clock.advance_micros(1_000_000);
    let applied = desk.register.apply(&job(Job::SetUp), listed(number).sent()).unwrap();
    assert!(!applied.cases.is_empty(), "{:?}", applied.decision.reasons);
    applied
}

fn apply(_: &Desk, number: u16) -> Request {
    let send = |number| ask(move |r, c| r.apply(c, Applicant::new(number).sent()));
    Request { by: machine(None), same: send(number), other: send(number + 1) }
}

fn apply_listed(_: &Desk, number: u16) -> Request {
    let send = |number| ask(move |r, c| r.apply(c, listed(number).sent()));
    Request { by: machine(None), same: send(number), other: send(number + 1) }
}

fn add_facts(desk: &Desk, number: u16) -> Request {
    let party = opened(desk, number).parties["me"];
    let send = |country: &'static str| {
        let sent = json!({ "facts": [{ "fact": { "kind": "located_in", "jurisdiction": country } }] });
        ask(move |r, c| r.add_facts(c, party, serde_json::from_value(sent.clone()).unwrap()))
    };
    Request { by: staff(Role::Reviewer, 1), same: send("RU"), other: send("AU") }
}

fn close_account(desk: &Desk, number: u16) -> Request {
    let account = opened(desk, number).account;
    let by = staff(Role::ComplianceOfficer, 1);
    let version = desk.register.account(&by, account).unwrap().summary.version;
    let send = |ending| ask(move |r, c| r.close_account(c, account, version, ending));
    Request { by, same: send(Ending::Ordinary), other: send(Ending::ForCause) }
}

fn report_access(desk: &Desk, number: u16) -> Request {
    let account = opened(desk, number).account;
    let send = |second: u8| {
        let sent =
            json!({ "at": format!("2026-10-30T12:00:{second:02}Z"), "access": "access", "ip": "192.0.2.7" });
        ask(move |r, c| r.report_access(c, account, serde_json::from_value(sent.clone()).unwrap()))
    };
    Request { by: machine(None), same: send(1), other: send(2) }
}

fn report_accesses(desk: &Desk, number: u16) -> Request {
    let account = opened(desk, number).account;
    let send = |second: u8| {
        let sent = json!({ "at": format!("2026-10-30T12:00:{second:02}Z"), "access": "access" });
        ask(move |r, c| {
            r.report_accesses(c, vec![(account, serde_json::from_value(sent.clone()).unwrap()); 3])
        })
    };
    Request { by: machine(None), same: send(1), other: send(2) }
}

/// What of a package tells it from another.
fn told(built: BuiltPackage) -> (u64, [u8; 32]) {
    (built.leaf, built.digest)
}

fn build_evidence(desk: &Desk, number: u16) -> Request {
    let account = opened(desk, number).account;
    let send = |purpose: &'static str| ask(move |r, c| r.build_evidence(c, account, purpose, None).map(told));
    Request { by: staff(Role::Auditor, 1), same: send("audit"), other: send("another audit") }
}

fn build_disclosure(desk: &Desk, number: u16) -> Request {
    let account = opened(desk, number).account;
    let (legal, officer) = (staff(Role::Legal, 1), staff(Role::ComplianceOfficer, 2));
    let approved = |kind| {
        let new = NewDisclosure {
            account,
            parties: Vec::new(),
            kinds: vec![kind],
            recipient: "Bureau of Example".to_owned(),
            legal_basis: LegalBasis::Emergency,
            order: None,
            encrypt_to: None,
        };
        let asked = desk.register.request_disclosure(&legal, new).unwrap().approval;
        let seen = desk.register.approval(&officer, asked).unwrap().content_hash;
        desk.register.approve(&officer, asked, seen).unwrap();
        asked
    };
    let send = |approval: ApprovalId| ask(move |r, c| r.build_disclosure(c, approval).map(told));
    let (same, other) = (approved(FactKind::LegalName), approved(FactKind::DateOfBirth));
    Request { by: legal.clone(), same: send(same), other: send(other) }
}

/// A verdict on a case that the caller has leased.
fn verdict(desk: &Desk, by: &Call, case: CaseId) -> (Ask, Ask) {
    let version = desk.register.lease(by, case).unwrap().version;
    let send = |note: &'static str| {
        let sent = json!({ "verdict": "dismiss", "reason_code": "explained_by_evidence", "note": note });
        ask(move |r, c| r.decide(c, case, version, serde_json::from_value(sent.clone()).unwrap()))
    };
    (send("seen and explained"), send("seen, and explained otherwise"))
}

fn decide_alone(desk: &Desk, number: u16) -> Request {
    let mut applicant = Applicant::new(number);
    // The card comes from a country that is stated nowhere: a red flag, decided by one person.
    applicant
        .more
        .push(json!({ "fact": { "kind": "payment", "method": "card", "token": format!("tok_far_{number}"),
                                          "issuer_jurisdiction": "VU" } }));
    desk.clock.advance_micros(1_000_000);
    let applied = desk.register.apply(&job(Job::SetUp), applicant.sent()).unwrap();
    let by = staff(Role::Reviewer, 1);
    let (same, other) = verdict(desk, &by, applied.cases[0]);
    Request { by, same, other }
}

fn dismiss_match(case: CaseId, version: i64, reason: &'static str) -> Ask {
    let sent = json!({ "verdict": "dismiss", "reason_code": reason });
    ask(move |r, c| r.decide(c, case, version, serde_json::from_value(sent.clone()).unwrap()))
}

fn decide_with_second(desk: &Desk, number: u16) -> Request {
    let case = matched(desk, number).cases[0];
    let by = staff(Role::Reviewer, 1);
    let version = desk.register.lease(&by, case).unwrap().version;
    let send = |reason| dismiss_match(case, version, reason);
    Request { by, same: send("different_place"), other: send("different_name") }
}

/// A request for a second person that waits, with the hash of what it asks for.
fn waiting(desk: &Desk, reader: &Call, id: ApprovalId) -> (ApprovalId, ContentHash) {
    (id, desk.register.approval(reader, id).unwrap().content_hash)
}

fn approve_verdict(desk: &Desk, number: u16) -> Request {
    let case = matched(desk, number).cases[0];
    let first = staff(Role::Reviewer, 1);
    let version = desk.register.lease(&first, case).unwrap().version;
    let sent = json!({ "verdict": "confirm", "reason_code": "same_identity", "note": "same date of birth" });
    let decided = desk.register.decide(&first, case, version, serde_json::from_value(sent).unwrap()).unwrap();
    let by = staff(Role::Reviewer, 2);
    let (id, hash) = waiting(desk, &by, decided.approval.unwrap());
    let send = |hash| ask(move |r, c| r.approve(c, id, hash));
    Request { by, same: send(hash), other: send(ContentHash::from_bytes([7; 32])) }
}

fn proposal(number: u16) -> tenantry_register::measures::NewMeasure {
    serde_json::from_value(json!({
        "title": format!("Measure {number}"),
        "target": { "kind": "jurisdiction", "jurisdictions": ["BY"] },
        "effect": { "effect": "prohibit" },
        "citation": "15 CFR 7.307(b), test determination",
        "determined_on": "2026-10-20",
        "effective": { "from": "at_once" },
    }))
    .unwrap()
}

fn proposed(desk: &Desk, number: u16) -> (MeasureId, ApprovalId, ContentHash) {
    let made = desk.register.propose_measure(&staff(Role::ComplianceOfficer, 1), proposal(number)).unwrap();
    let (id, hash) = waiting(desk, &staff(Role::Legal, 1), made.approval);
    (made.measure, id, hash)
}

fn propose_measure(_: &Desk, number: u16) -> Request {
    let send = |number| ask(move |r, c| r.propose_measure(c, proposal(number)));
    Request { by: staff(Role::ComplianceOfficer, 1), same: send(number), other: send(number + 1) }
}

fn approve_measure(desk: &Desk, number: u16) -> Request {
    let (_, id, hash) = proposed(desk, number);
    let send = |hash| ask(move |r, c| r.approve(c, id, hash));
    Request { by: staff(Role::Legal, 1), same: send(hash), other: send(ContentHash::from_bytes([7; 32])) }
}

fn reject(desk: &Desk, number: u16) -> Request {
    let (_, id, hash) = proposed(desk, number);
    let by = staff(Role::Legal, 1);
    Request { by, same: ask(move |r, c| r.reject(c, id)), other: ask(move |r, c| r.approve(c, id, hash)) }
}

fn lift_measure(desk: &Desk, number: u16) -> Request {
    let (measure, id, hash) = proposed(desk, number);
    desk.register.approve(&staff(Role::Legal, 1), id, hash).unwrap();
    let send = |measure| ask(move |r, c| r.lift_measure(c, measure));
    let by = staff(Role::ComplianceOfficer, 1);
    Request { by, same: send(measure), other: send(MeasureId::from_bytes([7; 16])) }
}

fn extend_measure(desk: &Desk, number: u16) -> Request {
    let (measure, id, hash) = proposed(desk, number);
    desk.register.approve(&staff(Role::Legal, 1), id, hash).unwrap();
    let ends = desk.register.measure(&staff(Role::Auditor, 1), measure).unwrap().expires_at;
    let send = |days: u32| {
        let new = serde_json::json!({ "until": ends.plus_days(days), "notice": "91 FR 1", "noticed_on": "2026-11-20" });
        let new: tenantry_register::measures::NewExtension = serde_json::from_value(new).unwrap();
        ask(move |r, c| r.extend_measure(c, measure, new.clone()))
    };
    Request { by: staff(Role::ComplianceOfficer, 1), same: send(30), other: send(60) }
}

fn appeal(desk: &Desk, number: u16) -> Request {
    let account = opened(desk, number).account;
    let by = staff(Role::ComplianceOfficer, 1);
    let version = desk.register.account(&by, account).unwrap().summary.version;
    desk.register.close_account(&by, account, version, Ending::ForCause).unwrap();
    let send = |ground: &'static str| {
        let new = serde_json::json!({ "ground": ground, "statement": "Look again, please." });
        let new: tenantry_register::cases::NewAppeal = serde_json::from_value(new).unwrap();
        ask(move |r, c| r.appeal(c, account, new.clone()))
    };
    Request { by, same: send("taken_for_another"), other: send("other") }
}

pub(crate) fn signals_of(number: u16) -> tenantry_lists::SignalReading {
    let naming = tenantry_signals::Naming {
        list: "own-exits".to_owned(),
        source: "test".to_owned(),
        published_on: None,
    };
    let text = format!("203.0.113.{}\n", number % 200);
    let file = tenantry_lists::SignalFile { name: "list.txt", bytes: text.as_bytes() };
    tenantry_lists::read_signal_list(tenantry_model::signal::SignalKind::AnonymousNetwork, naming, &[file])
        .unwrap()
}

fn import_signals(_: &Desk, number: u16) -> Request {
    let send = |number: u16| ask(move |r, c| r.import_signals(c, &signals_of(number), &[]));
    Request { by: staff(Role::ComplianceOfficer, 1), same: send(number), other: send(number + 1) }
}

fn request_disclosure(desk: &Desk, number: u16) -> Request {
    let account = opened(desk, number).account;
    let send = |recipient: &'static str| {
        ask(move |r, c| {
            let (kinds, legal_basis) = (vec![FactKind::LegalName], LegalBasis::Emergency);
            let recipient = recipient.to_owned();
            let parties = Vec::new();
            r.request_disclosure(
                c,
                NewDisclosure {
                    account,
                    parties,
                    kinds,
                    recipient,
                    legal_basis,
                    order: None,
                    encrypt_to: None,
                },
            )
        })
    };
    Request { by: staff(Role::Legal, 1), same: send("Bureau of Example"), other: send("Office of Example") }
}

/// What is shown is a record each time, whatever key the call bears.
#[test]
fn a_reveal_is_never_answered_from_memory() {
    let desk = desk_with_list(Desk::new());
    let party = opened(&desk, 1).parties["me"];
    let call = staff(Role::Reviewer, 1).under(IdempotencyKey::parse("reveal-1").unwrap());
    let leaves = [(); 2].map(|()| desk.register.reveal(&call, party, &[FactKind::LegalName]).unwrap().leaf);
    assert!(leaves[0] < leaves[1], "{leaves:?}");
    let [hold, _] = held(&desk, 2);
    let call = staff(Role::Legal, 1).under(IdempotencyKey::parse("matter-1").unwrap());
    let sizes = [(); 2].map(|()| {
        desk.register.hold_matter(&call, hold).unwrap();
        desk.ledger_size()
    });
    assert_eq!(sizes[0] + 1, sizes[1], "what a hold is about is no exception");
}

/// A reason belongs to the request: with another one the key is used for something else.
#[test]
fn another_reason_is_another_request() {
    let desk = desk_with_list(Desk::new());
    let applied = opened(&desk, 1);
    let reason = |text: &str| Reason::parse(text).unwrap();
    let call = staff(Role::ComplianceOfficer, 1).under(IdempotencyKey::parse("close-1").unwrap());
    let close = |why: &str| {
        let version = desk.register.account(&call, applied.account).unwrap().summary.version;
        let call = call.clone().because(reason(why));
        desk.register.close_account(&call, applied.account, version.min(1), Ending::Ordinary).map(drop)
    };
    close("the customer asked for it").unwrap();
    close("the customer asked for it").unwrap();
    let other = close("an entirely different reason");
    assert!(matches!(other, Err(RegisterError::KeyReused)), "{other:?}");
}

fn receive_order(_: &Desk, number: u16) -> Request {
    let send = |number| {
        ask(move |r, c| {
            let order = NewOrder {
                kind: OrderKind::RegulatorRequest,
                authority: "Bureau".to_owned(),
                reference: format!("R-{number}"),
                received_at: None,
                due_at: None,
                accounts: Vec::new(),
                words: "Name everybody".to_owned(),
                document: None,
            };
            r.receive_order(c, order)
        })
    };
    Request { by: staff(Role::Legal, 1), same: send(number), other: send(number + 1) }
}

fn import_list(_: &Desk, number: u16) -> Request {
    let send = |number| {
        ask(move |r, c| {
            let names = [LISTED_NAME, &format!("Person Number {number}")];
            r.import_list(c, &list_of("own-list", &names), &[])
        })
    };
    Request { by: staff(Role::ComplianceOfficer, 1), same: send(number), other: send(number + 1) }
}

fn newcomer(number: u16) -> NewStaff {
    NewStaff { login: format!("p{number}@example.org"), name: "Somebody".to_owned(), role: Role::Auditor }
}

fn add_staff(_: &Desk, number: u16) -> Request {
    let send = |number| ask(move |r, c| r.add_staff(c, newcomer(number)));
    Request { by: job(Job::CommandLine), same: send(number), other: send(number + 1) }
}

fn invite_staff(_: &Desk, number: u16) -> Request {
    let send = |number| ask(move |r, c| r.invite_staff(c, newcomer(number)));
    Request { by: staff(Role::Administrator, 1), same: send(number), other: send(number + 1) }
}

/// Two members of staff.
fn hired(desk: &Desk, number: u16) -> [StaffId; 2] {
    let by = job(Job::CommandLine);
    [number, number + 1].map(|n| desk.register.add_staff(&by, newcomer(n)).unwrap())
}

fn disable_staff(desk: &Desk, number: u16) -> Request {
    let [same, other] = hired(desk, number).map(|id| ask(move |r, c| r.disable_staff(c, id)));
    Request { by: staff(Role::Administrator, 1), same, other }
}

fn new_key(number: u16) -> NewApiKey {
    NewApiKey { label: format!("key {number}"), scopes: vec![Scope::Gate], reseller: None }
}

fn create_api_key(_: &Desk, number: u16) -> Request {
    let send = |number| ask(move |r, c| r.create_api_key(c, new_key(number)));
    Request { by: job(Job::CommandLine), same: send(number), other: send(number + 1) }
}

fn request_api_key(_: &Desk, number: u16) -> Request {
    let send = |number| ask(move |r, c| r.request_api_key(c, new_key(number)));
    Request { by: staff(Role::Administrator, 1), same: send(number), other: send(number + 1) }
}

fn approved_api_key(desk: &Desk, number: u16) -> Request {
    let (by, officer) = (staff(Role::Administrator, 1), staff(Role::ComplianceOfficer, 2));
    let requests = [number, number + 1].map(|n| {
        let request = desk.register.request_api_key(&by, new_key(n)).unwrap();
        let content = desk.register.approval(&officer, request).unwrap().content_hash;
        desk.register.approve(&officer, request, content).unwrap();
        request
    });
    let [same, other] = requests.map(|request| ask(move |r, c| r.approved_api_key(c, request)));
    Request { by, same, other }
}

fn login_link(desk: &Desk, number: u16) -> Request {
    let [same, other] = hired(desk, number).map(|id| ask(move |r, c| r.login_link(c, id)));
    Request { by: job(Job::CommandLine), same, other }
}

fn request_login_link(desk: &Desk, number: u16) -> Request {
    let [same, other] = hired(desk, number).map(|id| ask(move |r, c| r.request_login_link(c, id)));
    Request { by: staff(Role::Administrator, 1), same, other }
}

fn approved_link(desk: &Desk, number: u16) -> Request {
    let (by, officer) = (staff(Role::Administrator, 1), staff(Role::ComplianceOfficer, 2));
    let ids = hired(desk, number);
    for id in ids {
        let request = desk.register.request_login_link(&by, id).unwrap();
        let content = desk.register.approval(&officer, request).unwrap().content_hash;
        desk.register.approve(&officer, request, content).unwrap();
    }
    let [same, other] = ids.map(|id| ask(move |r, c| r.approved_link(c, id)));
    Request { by, same, other }
}

fn lease(desk: &Desk, number: u16) -> Request {
    let cases = [number, number + 1].map(|n| matched(desk, n).cases[0]);
    let [same, other] = cases.map(|case| ask(move |r, c| r.lease(c, case)));
    Request { by: staff(Role::Reviewer, 1), same, other }
}

fn revoke_api_key(desk: &Desk, number: u16) -> Request {
    let by = staff(Role::Administrator, 1);
    let machine = job(Job::CommandLine);
    let ids = [number, number + 1].map(|n| desk.register.create_api_key(&machine, new_key(n)).unwrap().0);
    let [same, other] = ids.map(|id| ask(move |r, c| r.revoke_api_key(c, id)));
    Request { by, same, other }
}

fn add_endpoint(_: &Desk, number: u16) -> Request {
    let send = |number| {
        let url = format!("https://{number}.example.org/");
        ask(move |r, c| r.add_endpoint(c, &url, &[]))
    };
    Request { by: staff(Role::Operator, 1), same: send(number), other: send(number + 1) }
}

fn disable_endpoint(desk: &Desk, number: u16) -> Request {
    let by = staff(Role::Operator, 1);
    let ids = [number, number + 1]
        .map(|n| desk.register.add_endpoint(&by, &format!("https://{n}.example.org/"), &[]).unwrap().0);
    let [same, other] = ids.map(|id| ask(move |r, c| r.disable_endpoint(c, id)));
    Request { by, same, other }
}

/// Every row of every table, whatever tables there are.
pub(crate) struct Everything(Vec<Table>);

struct Table {
    name: String,
    classes: Vec<String>,
    select: &'static Statement,
}

impl Everything {
    pub(crate) fn of(store: &dyn Store) -> Self {
        let mut columns: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for line in catalogue::read(store) {
            let Some((place, rest)) = line.split_once(": ") else { continue };
            let Some((table, column)) = place.split_once('.') else { continue };
            let class = rest.split(',').next().unwrap_or_default();
            columns.entry(table.to_owned()).or_default().insert(column.to_owned(), class.to_owned());
        }
        assert!(columns.len() > 20, "the catalogue knows few tables: {:?}", columns.keys());
        Self(columns.into_iter().map(table).collect())
    }

    /// The rows as text, by table.
    pub(crate) fn rows(&self, store: &dyn Store) -> BTreeMap<String, BTreeSet<String>> {
        let tables: Vec<_> = self.0.iter().map(|t| (t.name.clone(), t.classes.clone(), t.select)).collect();
        let read: Result<_, StoreError> = store.read(move |tx| {
            let mut all = BTreeMap::new();
            for (name, classes, select) in &tables {
                let mut rows = BTreeSet::new();
                tx.query(select, params![], &mut |row| {
                    let mut text = String::new();
                    for (column, class) in classes.iter().enumerate() {
                        let _ = match class.as_str() {
                            "integer" => write!(text, "{:?} ", row.opt_int(column)?),
                            "text" => write!(text, "{:?} ", row.opt_text(column)?),
                            _ => write!(text, "{:02x?} ", row.opt_bytes(column)?),
                        };
                    }
                    rows.insert(text);
                    Ok(())
                })?;
                all.insert(name.clone(), rows);
            }
            Ok(all)
        });
        read.unwrap()
    }
}

/// A repeated `add_facts` finishes what a crash may have cut off: it screens again, and when nothing differs only this moves.
const STAMPS: &[(&str, &str)] = &[("party", "screened_at"), ("party", "screened_with")];

fn table((name, mut columns): (String, BTreeMap<String, String>)) -> Table {
    columns.retain(|column, _| !STAMPS.contains(&(name.as_str(), column.as_str())));
    let list: Vec<String> = columns.keys().map(|column| format!("\"{column}\"")).collect();
    let sql: &str = Box::leak(format!("SELECT {} FROM \"{name}\"", list.join(", ")).into_boxed_str());
    let select: &Statement =
        Box::leak(Box::new(Statement { name: "idempotency::everything", sqlite: sql, postgres: sql }));
    Table { classes: columns.into_values().collect(), name, select }
}

#[track_caller]
pub(crate) fn check_unchanged(
    everything: &Everything,
    desk: &Desk,
    before: &BTreeMap<String, BTreeSet<String>>,
    what: &str,
) {
    let after = everything.rows(&*desk.store);
    for (table, rows) in before {
        let gone: Vec<_> = rows.difference(&after[table]).collect();
        let new: Vec<_> = after[table].difference(rows).collect();
        assert!(
            gone.is_empty() && new.is_empty(),
            "{what}: rows of {table} are gone: {gone:#?}\nor new: {new:#?}"
        );
    }
}

/// A desk with a list in force, at a time at which the applicants' papers have been checked.
pub(crate) fn desk_with_list(desk: Desk) -> Desk {
    desk.clock.advance_days(22);
    desk.import("test-list", &[LISTED_NAME, "Ottokar Zubransky"]);
    // Whether there is a list at all is said in decisions; which version it is only where it raises something.
    desk.register.import_signals(&staff(Role::ComplianceOfficer, 1), &signals_of(150), &[]).unwrap();
    desk
}

/// A request that was made, and what it was answered.
struct Made {
    what: String,
    call: Call,
    request: Request,
    answer: String,
}

fn make(desk: &Desk, (name, prepare): &UseCase, number: u16) -> Made {
    let request = prepare(desk, number);
    let key = IdempotencyKey::parse(&format!("key-{number}")).unwrap();
    let call = request.by.clone().under(key);
    let answer = (request.same)(&desk.register, &call);
    let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
    Made { what: format!("{name} (number {number})"), call, request, answer }
}

#[track_caller]
fn check_repeated(desk: &Desk, register: &Register, made: &Made, everything: &Everything) {
    let what = &made.what;
    let before = everything.rows(&*desk.store);
    let again = (made.request.same)(register, &made.call);
    let again = again.unwrap_or_else(|error| panic!("{what}, repeated: {error}"));
    assert_eq!(again, made.answer, "{what}");
    check_unchanged(everything, desk, &before, what);
    let other = (made.request.other)(register, &made.call);
    assert!(matches!(other, Err(RegisterError::KeyReused)), "{what}, another request: {other:?}");
    check_unchanged(everything, desk, &before, what);
}

/// Every use case once, each repeated at once by the same node and later by a node that knows nothing.
fn every_use_case_once(desk: &Desk) {
    let everything = Everything::of(&*desk.store);
    let mut all = Vec::new();
    for (use_case, number) in USE_CASES.iter().zip(0..) {
        let made = make(desk, use_case, number * 10);
        desk.clock.advance_micros(5_000_000);
        check_repeated(desk, &desk.register, &made, &everything);
        all.push(made);
    }
    let other_node = desk.reopened(77);
    for made in &all {
        check_repeated(desk, &other_node, made, &everything);
    }
    for (use_case, number) in APART.iter().zip(100..) {
        let made = make(desk, use_case, number * 10);
        check_repeated(desk, &desk.register, &made, &everything);
        check_repeated(desk, &other_node, &made, &everything);
    }
}

#[test]
fn every_use_case_repeated_changes_nothing() {
    every_use_case_once(&desk_with_list(Desk::new()));
}

#[test]
fn every_use_case_repeated_changes_nothing_on_postgres() {
    every_use_case_once(&desk_with_list(Desk::on_postgres()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// In any order, after any time, with any other requests between the first and its repetition.
    #[test]
    fn any_request_repeated_changes_nothing(
        steps in prop::collection::vec((0..USE_CASES.len(), 0..3_600_000_000_i64), 1..8),
        repeated in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let desk = desk_with_list(Desk::new());
        let everything = Everything::of(&*desk.store);
        let mut made = Vec::new();
        for ((step, wait_us), number) in steps.iter().zip(0_u16..) {
            made.push(make(&desk, &USE_CASES[*step], number * 10));
            desk.clock.advance_micros(*wait_us);
        }
        for which in repeated {
            check_repeated(&desk, &desk.register, which.get(&made), &everything);
        }
    }
}
