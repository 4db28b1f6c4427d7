//! How long a measure's preview and the passes over all accounts take with 5,000 accounts. Prints; asserts nothing.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

#[path = "../tests/it/world.rs"]
#[expect(dead_code, unused_imports, unused_macros, reason = "shared with the tests")]
mod world;

use std::time::Instant;
use tenantry_model::staff::{Job, Role};
use tenantry_register::measures::NewMeasure;
use world::{Applicant, World, staff, system};

const ACCOUNTS: u16 = 5_000;
const COUNTRIES: [&str; 8] = ["NZ", "PL", "BR", "KE", "BY", "UA", "JP", "CA"];

fn main() {
    let world = World::sqlite();
    let started = Instant::now();
    let mut resellers = Vec::new();
    for number in 0..ACCOUNTS {
        let mut applicant =
            Applicant::new(number).in_country(COUNTRIES[usize::from(number) % COUNTRIES.len()]);
        if number < 20 {
            resellers.push(world.apply(&applicant.selling()).account);
        } else {
            applicant.reseller = (number % 3 == 0).then(|| resellers[usize::from(number) % 20]);
            world.apply(&applicant);
        }
    }
    println!("{ACCOUNTS} applications, one client: {:?}", started.elapsed());
    let officer = staff(Role::ComplianceOfficer, 1);
    let on_jurisdiction = measure(&serde_json::json!({ "kind": "jurisdiction", "jurisdictions": ["BY"] }));
    let person = serde_json::json!([{ "names": ["Aroha Wbexoa Ngata"], "birth_date": "1985-04-12" }]);
    let on_person = measure(&serde_json::json!({ "kind": "person", "persons": person }));
    for (what, new) in [("jurisdiction", &on_jurisdiction), ("person", &on_person)] {
        let started = Instant::now();
        let preview = world.register.preview_measure(&officer, new.clone()).unwrap();
        let (took, found) = (started.elapsed(), preview.candidates_total);
        println!("preview, {what}: {took:?} ({} certain, {found} candidates)", preview.now.certain);
    }
    let started = Instant::now();
    let pass = world.register.reassess_all(&system(Job::Rescreening), 100, &mut |_| {}).unwrap();
    println!("pass over all, nothing changed: {:?} ({pass:?})", started.elapsed());
    world.register.propose_measure(&officer, on_jurisdiction).unwrap();
    world.approve(&staff(Role::Legal, 2)).unwrap();
    let started = Instant::now();
    let minded = world.register.mind_clocks(&system(Job::Clocks)).unwrap();
    println!("measure begins: {:?} ({:?})", started.elapsed(), minded.pass);
}

fn measure(target: &serde_json::Value) -> NewMeasure {
    let measure = serde_json::json!({
        "title": "Measured measure", "citation": "none", "target": target, "effect": { "effect": "prohibit" },
        "determined_on": "2026-11-20", "effective": { "from": "at_once" },
    });
    serde_json::from_value(measure).unwrap()
}
