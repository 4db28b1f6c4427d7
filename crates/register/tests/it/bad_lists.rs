//! A list that is cut, damaged or suddenly smaller never comes into force, and what is in force stays, to the last byte.

use crate::fixtures::{Desk, job, list_of};
use crate::idempotency::{Everything, check_unchanged, desk_with_list};
use crate::world::{Applicant, LISTED_NAME};
use std::path::{Path, PathBuf};
use tenantry_lists::{ListsError, Part, Reading, Snapshot, read_files};
use tenantry_model::listed::{Property, Value};
use tenantry_model::staff::Job;
use tenantry_register::RegisterError;

/// One small file of every format; the first of the OFAC set is the one that is cut.
const LISTS: &[&[&str]] = &[
    &["ofac/sdn.csv", "ofac/add.csv", "ofac/alt.csv", "ofac/sdn_comments.csv"],
    &["csl.csv"],
    &["csl.json"],
    &["dpl.txt"],
    &["un.xml"],
    &["eu.xml"],
    &["uk.xml"],
    &["uk.csv"],
    &["sdn.xml"],
    &["sdn_advanced.xml"],
    &["entities.ftm.json"],
    &["senzing.jsonl"],
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../lists/tests/fixtures").join(name)
}

fn read(paths: &[PathBuf]) -> Result<Reading, ListsError> {
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    read_files(&paths, Some("own"), "2026-10-01".parse().ok())
}

/// The set with its first file cut to `bytes`.
fn cut(folder: &Path, paths: &[PathBuf], bytes: usize) -> Vec<PathBuf> {
    let whole = std::fs::read(&paths[0]).unwrap();
    let mut paths = paths.to_vec();
    let short = folder.join(paths[0].file_name().unwrap());
    std::fs::write(&short, &whole[..bytes]).unwrap();
    paths[0] = short;
    paths
}

#[test]
fn a_file_cut_anywhere_in_its_middle_leaves_the_list_in_force() {
    let folder = tempfile::tempdir().unwrap();
    for names in LISTS {
        let desk = Desk::new();
        let paths: Vec<PathBuf> = names.iter().map(|name| fixture(name)).collect();
        let whole = read(&paths).unwrap_or_else(|error| panic!("{names:?}: {error}"));
        desk.register.import_list(&job(Job::SetUp), &whole, &[]).unwrap();
        let everything = Everything::of(&*desk.store);
        let before = everything.rows(&*desk.store);
        let length = std::fs::metadata(&paths[0]).unwrap().len() as usize;
        for share in [2, 3, 5] {
            let refused = match read(&cut(folder.path(), &paths, length / share)) {
                Err(_) => true,
                Ok(reading) => matches!(
                    desk.register.import_list(&job(Job::SetUp), &reading, &[]),
                    Err(RegisterError::ListRefused { .. })
                ),
            };
            assert!(refused, "{names:?} cut to 1/{share} passes");
            check_unchanged(&everything, &desk, &before, names[0]);
        }
    }
}

#[test]
fn a_list_that_lost_most_of_its_entries_is_refused_and_people_still_match() {
    let desk = desk_with_list(Desk::new());
    let names: Vec<String> = (0..50).map(|number| format!("Person Number {number}")).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.push(LISTED_NAME);
    desk.import("long-list", &names);
    let everything = Everything::of(&*desk.store);
    let before = everything.rows(&*desk.store);
    for few in [&names[..0], &names[..1], &names[..25]] {
        let refused = desk.register.import_list(&job(Job::SetUp), &list_of("long-list", few), &[]);
        assert!(
            matches!(refused, Err(RegisterError::ListRefused { .. })),
            "{} entries: {refused:?}",
            few.len()
        );
        check_unchanged(&everything, &desk, &before, "a list that shrank");
    }
    let applied = desk.register.apply(&job(Job::SetUp), Applicant::listed(1).sent()).unwrap();
    assert_eq!(applied.cases.len(), 1, "the list in force still finds whom it lists");
}

#[test]
fn a_list_that_lost_what_people_are_found_by_is_refused_unless_somebody_answers_for_it() {
    let desk = Desk::new();
    let version = |aliases: usize| {
        let mut reading = list_of("own-list", &["Zebulon Quillfeather"; 40]);
        let entities = reading.snapshot.entities().iter().cloned().enumerate().map(|(number, mut entity)| {
            if number < aliases {
                let origin = entity.properties[&Property::Name][0].origin.clone();
                entity.push(Property::Alias, Value::new(format!("Other {number}"), origin));
            }
            entity
        });
        reading.snapshot = Snapshot::new("own-list", "A list", None, entities.collect()).unwrap();
        reading
    };
    let import = |reading, without: &[Part]| desk.register.import_list(&job(Job::SetUp), &reading, without);
    import(version(40), &[]).unwrap();
    let everything = Everything::of(&*desk.store);
    let before = everything.rows(&*desk.store);
    for without in [&[][..], &[Part::Addresses]] {
        let refused = import(version(0), without).unwrap_err().to_string();
        assert!(refused.contains("0 aliases and the version in force 40"), "{refused}");
        check_unchanged(&everything, &desk, &before, "a list without its aliases");
    }
    let imported = import(version(0), &[Part::Aliases]).unwrap();
    assert_eq!((imported.changed, imported.without), (40, vec!["aliases".to_owned()]));
}

#[test]
fn a_packed_snapshot_that_was_cut_or_changed_does_not_open() {
    let names: Vec<String> = (0..200).map(|number| format!("Person Number {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let packed = list_of("test-list", &names).snapshot.pack();
    assert!(Snapshot::unpack(&packed).is_ok());
    for length in (0..packed.len()).step_by(packed.len() / 40 + 1) {
        assert!(Snapshot::unpack(&packed[..length]).is_err(), "cut to {length}");
        let mut changed = packed.clone();
        changed[length] ^= 1;
        assert!(Snapshot::unpack(&changed).is_err(), "byte {length} changed");
    }
}
