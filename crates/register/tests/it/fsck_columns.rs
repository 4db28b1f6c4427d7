//! Which columns the check reads: every one is compared, or says why not, and a changed value of each compared one is found.

use crate::fsck::work;
use crate::retention::{Journal, closed};
use crate::timestamps::{answer, authority};
use crate::world::{Applicant, World, machine, staff, system};
use serde_json::json;
use tenantry_model::clock::Clock as _;
use tenantry_model::fact::FactKind;
use tenantry_model::staff::{Actor, Job, Role, Scope};
use tenantry_register::Call;
use tenantry_register::fsck::columns::{Reading, TABLES, Table};
use tenantry_register::people::{NewApiKey, NewStaff, TotpSecret};
use tenantry_register::retention::Object;
use tenantry_testkit::SeededEntropy;

/// Whoever adds a table or a column says whether a check reads it.
#[test]
fn every_column_is_compared_or_left_for_a_reason() {
    let world = World::sqlite();
    let own = |table: &str| table != "schema_migration" && !table.starts_with("sqlite_");
    let mut there: Vec<_> = world.columns().into_iter().filter(|(table, _)| own(table)).collect();
    let named = |(table, columns): &Table| -> Vec<(String, String)> {
        columns.iter().map(|(column, _)| ((*table).to_owned(), (*column).to_owned())).collect()
    };
    let mut listed: Vec<_> = TABLES.iter().flat_map(named).collect();
    there.sort();
    listed.sort();
    assert_eq!(there, listed);
    let reasons = TABLES.iter().flat_map(|(_, columns)| columns.iter().map(|(_, reading)| *reading));
    assert!(
        reasons
            .filter_map(|reading| match reading {
                Reading::Left(why) => Some(why),
                Reading::Compared => None,
            })
            .all(|why| why.len() > 30)
    );
}

/// A deployment in which as many tables as can be have rows.
fn full() -> World {
    let world = World::sqlite();
    work(&world);
    let officer = staff(Role::ComplianceOfficer, 1);
    let admin = staff(Role::Administrator, 1);
    world
        .register
        .add_endpoint(&admin, "https://example.org/hook", &["tenantry.account.opened".to_owned()])
        .unwrap();
    world.approve(&staff(Role::Reviewer, 2)).unwrap();
    let reseller = world.apply(&Applicant::new(20).selling());
    world.apply(&Applicant { reseller: Some(reseller.account), ..Applicant::new(21) });
    let owned = json!({
        "reference": "owned",
        "parties": [
            { "key": "firm", "kind": "organisation", "roles": ["customer"], "facts": [
                { "fact": { "kind": "legal_name", "text": "Kauri Limited" } }] },
            { "key": "owner", "kind": "individual", "roles": [], "facts": [
                { "fact": { "kind": "legal_name", "text": "Aroha Ngata" } }] }],
        "interests": [{ "owner": "owner", "owned": "firm", "control": ["voting_rights"] }],
    });
    let sent = serde_json::from_value(owned).unwrap();
    world.register.apply(&system(Job::SetUp), sent).unwrap();
    let measure = json!({ "title": "Test measure", "citation": "none", "effect": { "effect": "prohibit" },
        "target": { "kind": "jurisdiction", "jurisdictions": ["BY"] }, "determined_on": "2026-11-20",
        "effective": { "from": "at_once" } });
    world.register.propose_measure(&officer, serde_json::from_value(measure).unwrap()).unwrap();
    world.approve(&staff(Role::Legal, 2)).unwrap();
    world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    // Somebody who was seen, corrected a fact, and left; somebody who is held; somebody who was erased.
    let (left, gone) = (world.apply(&Applicant::new(22)), closed(&world, 23).0);
    let access = json!({ "at": world.clock.now(), "access": "access", "ip": "198.51.100.7" });
    let key =
        NewApiKey { label: "gate".to_owned(), scopes: vec![Scope::Gate], reseller: Some(reseller.account) };
    world.register.create_api_key(&system(Job::SetUp), key).unwrap();
    world
        .register
        .report_access(&machine(None), left.account, serde_json::from_value(access).unwrap())
        .unwrap();
    let party = left.parties["me"];
    let facts = world.register.party(&officer, party).unwrap().facts;
    let mail = facts.iter().find(|fact| fact.kind == FactKind::Email).unwrap().id;
    let moved = json!({ "facts": [{ "fact": { "kind": "email", "address": "moved@example.org" } }], "supersedes": [mail] });
    world.register.add_facts(&officer, party, serde_json::from_value(moved).unwrap()).unwrap();
    let colleague =
        |login: &str| NewStaff { login: login.to_owned(), name: login.to_owned(), role: Role::Reviewer };
    let one = world.register.add_staff(&system(Job::CommandLine), colleague("one")).unwrap();
    let own = Call::by(Actor::Staff { id: one, role: Role::Reviewer });
    world
        .register
        .set_password(&own, "a long enough password", &TotpSecret::new(&SeededEntropy::new(5)))
        .unwrap();
    world.register.invite_staff(&admin, colleague("two")).unwrap();
    world.clock.advance_days(3 * 365);
    let hold = json!({ "kind": "internal", "silence": "silent", "authority": "Counsel", "reference": "12",
        "matter": "about a person", "accounts": [left.account], "records_from": "2026-01-01T00:00:00Z",
        "records_until": "2060-01-01T00:00:00Z", "record_types": [1] });
    world.register.place_hold(&officer, serde_json::from_value(hold).unwrap()).unwrap();
    let order = json!({ "kind": "preservation_request", "authority": "District court", "reference": "A 1", "words": "about a person",
        "accounts": [left.account] });
    let order = world.register.receive_order(&officer, serde_json::from_value(order).unwrap()).unwrap();
    let kept = world
        .register
        .holds(&officer, None)
        .unwrap()
        .into_iter()
        .find(|hold| hold.order == Some(order.id))
        .unwrap();
    world.register.renew_hold(&officer, kept.id).unwrap();
    let disclosure = json!({ "account": left.account, "kinds": ["legal_name"], "recipient": "District court", "legal_basis": "order",
        "order": order.id });
    world.register.request_disclosure(&officer, serde_json::from_value(disclosure).unwrap()).unwrap();
    let journal = Journal::default();
    let batches = world.register.schedule_erasures(&system(Job::Retention)).unwrap();
    let [batch] = batches[..] else { panic!("one batch") };
    let asked = world.register.request_erasure(&officer, batch).unwrap();
    let counsel = staff(Role::Legal, 2);
    let seen = world.register.approval(&counsel, asked).unwrap().content_hash;
    world.register.approve(&counsel, asked, seen).unwrap();
    world.clock.advance_days(8);
    assert_eq!(world.register.carry_out_erasures(&system(Job::Retention), &journal).unwrap().done, [batch]);
    assert!(journal.kept.lock().unwrap().iter().any(|key| key.object == Object::Account(gone)));
    let signals = crate::idempotency::signals_of(1);
    world.register.import_signals(&system(Job::CommandLine), &signals, &[]).unwrap();
    crate::order_documents::receive_one(&world, left.account);
    for number in 100..180 {
        world.apply(&Applicant::new(number));
    }
    world.register.checkpoint(&system(Job::Checkpoints)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    if let Some(trust) = authority(folder.path()) {
        let call = system(Job::Checkpoints);
        let asked = world.register.stamp_due(&call, "https://tsa.example/").unwrap().unwrap();
        let response = answer(folder.path(), &asked);
        world.register.keep_stamp(&call, "https://tsa.example/", &asked, &response, &trust).unwrap();
    }
    world
}

/// One value of every column that is said to be compared, changed behind the register's back: each is found.
#[test]
fn a_changed_value_of_every_compared_column_is_found() {
    let world = full();
    let sound = world.compact_file();
    let report = world.check_of(&sound).unwrap();
    assert_eq!(report.findings, []);
    let (mut missed, mut without_rows) = (Vec::new(), Vec::new());
    for (table, columns) in TABLES {
        for (column, _) in columns.iter().filter(|(_, reading)| *reading == Reading::Compared) {
            match World::with_other(&sound, table, column) {
                Some(changed) if world.check_of(&changed).is_some_and(|report| report.is_sound()) => {
                    missed.push(format!("{table}.{column}"));
                }
                Some(_) => {}
                None => without_rows.push(format!("{table}.{column}")),
            }
        }
    }
    // What is put behind its letters changes nothing that the gate answers; other letters are found, see above.
    assert_eq!(missed, ["account.gate"]);
    // Without `openssl` there is no authority.
    without_rows.retain(|column| !column.starts_with("ledger_timestamp."));
    assert_eq!(without_rows, WITHOUT_ROWS, "what this deployment has no value of");
}

/// Columns without a value in that deployment, or whose constraint admits no other; other tests change some of them.
const WITHOUT_ROWS: [&str; 13] = [
    "ledger_head.id",
    "interest.ended_at",
    "account.referred_by",
    "account_role.ended_at",
    "snapshot.superseded_at",
    "signal_list.superseded_at",
    "measure.ended_at",
    "session.id",
    "session.staff",
    "session.entered_by",
    "api_key.revoked_at",
    "endpoint.disabled_at",
    "legal_hold.ended_at",
];
