//! Who meets what again: changed entries meet everybody, changed customers meet every list, a new algorithm means everything; and
//! the proof that nobody was missed.

use crate::fixtures::{Desk, individual, job};
use crate::world::{Applicant, World, on_both, staff, system};
use serde_json::json;
use tenantry_lists::{OwnMapping, read_own_csv};
use tenantry_model::account::{AccountState, Ending};
use tenantry_model::staff::{Job, Role};
use tenantry_register::reassess::Pass;
use tenantry_register::watchlists::ListsView;
use tenantry_store::StoreExt;
use tenantry_store::repo::setting;

on_both!(
    changed_entries_meet_everybody_and_only_likeness_goes_further,
    a_hit_on_an_entry_that_changed_or_went_is_looked_at_again,
    a_dismissal_holds_while_what_it_relied_on_is_unchanged,
    a_changed_customer_meets_every_list_at_once,
    closed_accounts_are_not_waited_for,
);

const BEFORE: &str = "id,name,born,country\n1,\"VOLKONSKOV, Dmitri Sergeyevich\",1969-03-14,ru\n2,\"ZUBRANSKY, Ottokar\",1951-07-02,cz\n";

/// Five people whom nobody takes for each other.
const NAMES: [&str; 5] =
    ["Aroha Ngata", "Bogdan Feltsman", "Ingrid Solbakken", "Tevita Mahoni", "Chidi Okonkwo"];

fn rescreen(world: &World) -> Pass {
    world.clock.advance_micros(1_000_000);
    world.register.rescreen(&system(Job::Rescreening), 2, &mut |_| {}).unwrap()
}

fn lists(world: &World) -> ListsView {
    world.register.lists(&staff(Role::Auditor, 1)).unwrap()
}

/// Accounts that met everything, accounts that met the changes only, and how many changes there were.
fn met(pass: &Pass) -> (u64, u64, u64) {
    (pass.met_everything, pass.met_changes, pass.changed_entries)
}

fn changed_entries_meet_everybody_and_only_likeness_goes_further(world: &World) {
    for (name, number) in NAMES.into_iter().zip(1..) {
        world.apply(&Applicant { name: name.to_owned(), ..Applicant::new(number) });
    }
    assert_eq!(met(&rescreen(world)), (5, 0, 0), "nobody knows what they had met before");
    assert_eq!(met(&rescreen(world)), (0, 0, 0), "nothing changed");
    let name = NAMES[2];
    world.import(&format!("{BEFORE}3,\"{name}\",1985-04-12,nz\n").replace("1951-07-02", "1951-07-03"));
    assert_eq!(lists(world).parties_behind, 5);
    let pass = rescreen(world);
    assert_eq!(met(&pass), (1, 4, 2));
    assert_eq!((pass.accounts, pass.changed, pass.cases), (5, 1, 1));
    let proof = lists(world);
    assert_eq!((proof.parties, proof.parties_behind), (5, 0));
    let last = proof.last_pass.unwrap();
    assert_eq!((last.pass, last.ended_at), (pass, world.now()));
}

fn a_hit_on_an_entry_that_changed_or_went_is_looked_at_again(world: &World) {
    world.apply(&Applicant::new(1));
    world.apply(&Applicant::listed(2));
    rescreen(world);
    world.import(&BEFORE.replace(",ru", ",by"));
    assert_eq!(met(&rescreen(world)), (1, 1, 1));
    // One entry more than went, or the list would be refused as suddenly smaller.
    world.import(
        &BEFORE.replace(
            "1,\"VOLKONSKOV, Dmitri Sergeyevich\",1969-03-14,ru",
            "4,\"QUILLFEATHER, Basil\",1940,gb",
        ),
    );
    assert_eq!(met(&rescreen(world)), (1, 1, 2));
    assert_eq!(lists(world).parties_behind, 0);
}

fn a_dismissal_holds_while_what_it_relied_on_is_unchanged(world: &World) {
    let import = |born: &str, remark: &str| {
        let mapping: OwnMapping = r#"
            list = "test-list"
            title = "Listed for the tests"
            id = "id"
            schema = "Person"
            [columns]
            name = "name"
            born = "birthDate"
            country = "country"
            remark = "notes"
        "#
        .parse()
        .unwrap();
        let csv = format!(
            "id,name,born,country,remark\n1,\"VOLKONSKOV, Dmitri Sergeyevich\",{born},ru,{remark}\n2,\"ZUBRANSKY, Ottokar\",1951-07-02,cz,\n"
        );
        let reading = read_own_csv(&mapping, None, csv.as_bytes()).unwrap();
        world.register.import_list(&system(Job::SetUp), &reading, &[]).unwrap();
        rescreen(world)
    };
    let applied = world.apply(&Applicant::listed(1));
    let decision =
        json!({ "verdict": "dismiss", "reason_code": "different_place", "note": "born elsewhere" });
    world.decide(&staff(Role::Reviewer, 1), applied.cases[0], decision).unwrap();
    world.approve(&staff(Role::Reviewer, 2)).unwrap();
    rescreen(world);
    let pass = import("1969-03-14", "a remark that nobody compares");
    assert_eq!((met(&pass), pass.cases), ((1, 0, 1), 0), "looked at again, and the dismissal holds");
    // Something new about the customer that the listed person has no counterpart to.
    let more = json!({ "facts": [{ "fact": { "kind": "telephone", "number": "+64915550000" } }] });
    let reviewer = staff(Role::Reviewer, 1);
    world
        .register
        .add_facts(&reviewer, applied.parties["me"], serde_json::from_value(more).unwrap())
        .unwrap();
    assert!(world.open_cases().is_empty(), "the dismissal did not rely on a telephone");
    let pass = import("1969-03-15", "a remark that nobody compares");
    assert_eq!((met(&pass), pass.cases), ((1, 0, 1), 1), "the dismissal relied on the date of birth");
}

fn a_changed_customer_meets_every_list_at_once(world: &World) {
    let applied = world.apply(&Applicant { born: "1951-07-02".to_owned(), ..Applicant::new(1) });
    rescreen(world);
    assert!(world.open_cases().is_empty());
    let name = json!({ "facts": [
        { "fact": { "kind": "other_name", "usage": "alias", "text": "Ottokar Zubransky" } },
    ] });
    let reviewer = staff(Role::Reviewer, 1);
    world
        .register
        .add_facts(&reviewer, applied.parties["me"], serde_json::from_value(name).unwrap())
        .unwrap();
    assert_eq!(world.open_cases().len(), 1, "without waiting for a pass");
    assert_eq!(lists(world).parties_behind, 0);
}

fn closed_accounts_are_not_waited_for(world: &World) {
    let first = world.apply(&Applicant::new(1));
    world.apply(&Applicant::new(2));
    let officer = staff(Role::ComplianceOfficer, 1);
    let version = world.register.account(&officer, first.account).unwrap().summary.version;
    world.register.close_account(&officer, first.account, version, Ending::Ordinary).unwrap();
    rescreen(world);
    world.import(&BEFORE.replace(",cz", ",sk"));
    assert_eq!(
        (lists(world).parties, lists(world).parties_behind),
        (1, 1),
        "who has left is not screened again"
    );
    let pass = rescreen(world);
    assert_eq!((pass.accounts, met(&pass)), (1, (0, 1, 1)));
    assert_eq!(lists(world).parties_behind, 0, "and nobody waits for them for ever");
    let state = world.register.account(&officer, first.account).unwrap().summary.state;
    assert_eq!(state, AccountState::Closed);
}

/// A refused version is told to whoever looks at the lists, until a sound one comes.
#[test]
fn what_was_refused_is_told() {
    let world = World::sqlite();
    let empty: OwnMapping =
        "list = \"test-list\"\ntitle = \"t\"\nid = \"id\"\n[columns]\nname = \"name\"".parse().unwrap();
    let reading = read_own_csv(&empty, None, "id,name\n".as_bytes()).unwrap();
    assert!(world.register.import_list(&system(Job::SetUp), &reading, &[]).is_err());
    world.register.list_unreadable(&system(Job::SetUp), "sdn.xml", "it is cut off").unwrap();
    let told: Vec<String> =
        lists(&world).refused.into_iter().map(|r| format!("{}: {}", r.list, r.reason)).collect();
    assert_eq!(told, ["sdn.xml: it is cut off", "test-list: the list has no entries"]);
    world.import(BEFORE);
    assert_eq!(lists(&world).refused.len(), 1);
}

/// A pass made by another algorithm proves nothing about this one.
#[test]
fn a_new_algorithm_meets_everything() {
    let desk = Desk::new();
    for number in 1..=3 {
        desk.apply(individual(number, "Aroha Ngata"));
    }
    let rescreen = || desk.register.rescreen(&job(Job::Rescreening), 2, &mut |_| {}).unwrap();
    assert_eq!(rescreen().met_everything, 3);
    desk.store
        .write(|tx| {
            let kept = String::from_utf8(setting::find(tx, "last_pass")?.unwrap()).unwrap();
            let older = kept.replace(tenantry_screening::ALGORITHM, "tenantry-0");
            assert_ne!(older, kept);
            setting::put(tx, "last_pass", older.as_bytes())
        })
        .unwrap();
    assert_eq!(met(&rescreen()), (3, 0, 0));
}
