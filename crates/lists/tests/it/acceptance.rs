//! A list that kept its entries and lost what they say is refused, and so is a set without a file; from a review that found an
//! SDN list without aliases in force.

use crate::formats::fixture;
use std::path::{Path, PathBuf};
use tenantry_lists::limits::SHRINK_VALUES_MAX;
use tenantry_lists::{
    ListsError, Part, Reading, Refusal, Snapshot, acceptable, acceptable_after, read_files,
    read_files_without, read_ftm,
};
use tenantry_model::listed::{ListedEntity, Origin, Property, Relation, Schema, Value};

const ENTRIES: usize = 40;

/// A list whose entries have one of everything, but for `without` from the entry `from` on.
fn list(without: Option<Part>, from: usize) -> Snapshot {
    let entities = (0..ENTRIES).map(|number| {
        let has = |part| without != Some(part) || number < from;
        let id = if has(Part::Entries) { format!("own-{number}") } else { format!("other-{number}") };
        let mut entity = ListedEntity::new(id, Schema::Person);
        let origin = Origin { file: "own.csv".to_owned(), line: 1 };
        for (part, property, text) in [
            (Part::Names, Property::Name, format!("Person {number}")),
            (Part::Aliases, Property::Alias, format!("Alias {number}")),
            (Part::Identifiers, Property::PassportNumber, format!("P{number}")),
            (Part::Addresses, Property::Address, format!("{number} Example Street")),
            (Part::BirthDates, Property::BirthDate, "1971".to_owned()),
            (Part::Countries, Property::Nationality, "at".to_owned()),
        ] {
            if has(part) {
                entity.push(property, Value::new(text, origin.clone()));
            }
        }
        if has(Part::Ties) {
            let (kind, target) = ("linked to".to_owned(), "own-0".to_owned());
            entity.relations.push(Relation { kind, target, target_name: String::new(), origin });
        }
        entity
    });
    Snapshot::new("own", "Own", None, entities.collect()).unwrap()
}

fn reading(snapshot: Snapshot) -> Reading {
    Reading { records: snapshot.header().entities, snapshot, notices: Vec::new(), set_aside: 0 }
}

#[test]
fn a_list_that_lost_one_part_is_refused_unless_it_is_waived_by_name() {
    let before = list(None, 0);
    for part in Part::ALL {
        for from in [0, 3, ENTRIES / 2 - 1] {
            let gutted = reading(list(Some(part), from));
            assert_eq!(
                acceptable(Some(before.header()), &gutted),
                Ok(()),
                "{part}: its entries are all there"
            );
            let refused = acceptable_after(&before, &gutted, &[]).unwrap_err();
            let named = match &refused {
                Refusal::Lost { part: lost, now, .. } => *lost == part && *now == from as u64,
                Refusal::Replaced { kept, .. } => part == Part::Entries && *kept == from as u64,
                _ => false,
            };
            assert!(named && refused.to_string().contains(&format!("--without {part}")), "{part}: {refused}");
            assert_eq!(acceptable_after(&before, &gutted, &[part]), Ok(()), "{part}");
            let others: Vec<Part> = Part::ALL.into_iter().filter(|other| *other != part).collect();
            assert!(acceptable_after(&before, &gutted, &others).is_err(), "{part}");
        }
        assert_eq!(acceptable_after(&before, &reading(list(Some(part), ENTRIES)), &[]), Ok(()));
        assert_eq!(part.to_string().parse(), Ok(part));
        // What is gained is no loss.
        assert_eq!(acceptable_after(&list(Some(part), 0), &reading(list(None, 0)), &[part]), Ok(()));
    }
    assert_eq!(("alt".parse(), "add".parse()), (Ok(Part::Aliases), Ok(Part::Addresses)));
    assert!("everything".parse::<Part>().unwrap_err().contains("aliases"));
}

#[test]
fn a_few_values_may_go_from_any_list() {
    let before = list(None, 0);
    let few = ENTRIES - usize::try_from(SHRINK_VALUES_MAX).unwrap();
    for part in [Part::Aliases, Part::Identifiers, Part::Addresses, Part::Ties] {
        assert_eq!(acceptable_after(&before, &reading(list(Some(part), few)), &[]), Ok(()), "{part}");
        assert!(acceptable_after(&before, &reading(list(Some(part), few - 1)), &[]).is_err(), "{part}");
    }
}

#[test]
fn the_same_entries_are_no_loss_whatever_they_hold() {
    let same = list(Some(Part::Aliases), 0);
    assert_eq!(acceptable_after(&same, &reading(same.clone()), &[]), Ok(()));
}

/// The date of a version in force may have been corrected: what was packed may say a later one than is right.
#[test]
fn the_date_that_was_packed_is_no_reason() {
    let of = |day: &str, number: usize| {
        let mut entities = list(None, 0).into_entities();
        entities.truncate(number);
        Snapshot::new("own", "Own", day.parse().ok(), entities).unwrap()
    };
    let (packed, next) = (of("2026-12-01", ENTRIES), reading(of("2026-11-15", ENTRIES - 1)));
    assert_eq!(acceptable_after(&packed, &next, &[]), Ok(()));
    assert!(matches!(acceptable(Some(packed.header()), &next), Err(Refusal::Older { .. })));
    let shrunk = reading(of("2026-12-02", ENTRIES / 2));
    assert!(matches!(acceptable_after(&packed, &shrunk, &Part::ALL), Err(Refusal::Shrunk { .. })));
}

/// A version that wrote both ends of a range as dates of their own has no more dates than one that writes the range.
#[test]
fn a_range_of_dates_counts_once_in_either_form() {
    let with = |dates: &[&str]| {
        let entities = (0..ENTRIES).map(|number| {
            let mut entity = ListedEntity::new(format!("own-{number}"), Schema::Person);
            for date in dates {
                let origin = Origin { file: "own.csv".to_owned(), line: 1 };
                entity.push(Property::BirthDate, Value::new(*date, origin));
            }
            entity
        });
        Snapshot::new("own", "Own", None, entities.collect()).unwrap()
    };
    let (before, after) = (with(&["1957", "1960"]), with(&["1957/1960"]));
    assert_eq!(acceptable_after(&before, &reading(after), &[]), Ok(()));
}

#[test]
fn an_ofac_set_without_a_file_is_refused_unless_that_is_waived_by_name() {
    let path = |name: &&str| -> PathBuf {
        [env!("CARGO_MANIFEST_DIR"), "tests/fixtures/ofac", name].iter().collect()
    };
    let read = |names: &[&str], without: &[Part]| {
        let paths: Vec<PathBuf> = names.iter().map(path).collect();
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        read_files_without(&paths, None, None, without)
    };
    let (aliases, addresses) = (Part::Aliases, Part::Addresses);
    let rows: &[(&[&str], &[Part], &str)] = &[
        (&["sdn.csv"], &[], "lack `alt.csv` (aliases) and `add.csv` (addresses),"),
        (&["sdn.csv", "add.csv"], &[], "lack `alt.csv` (aliases),"),
        (&["sdn.csv", "alt.csv"], &[aliases], "lack `add.csv` (addresses),"),
        (&["sdn.csv", "alt.csv", "sdn_comments.csv"], &[], "lack `add.csv` (addresses),"),
        (&["sdn.csv", "add.csv"], &[aliases], ""),
        (&["sdn.csv"], &[aliases, addresses], ""),
        (&["sdn.csv", "add.csv", "alt.csv"], &[], ""),
    ];
    for (names, without, lacks) in rows {
        match read(names, without) {
            Ok(_) => assert_eq!(*lacks, "", "{names:?}"),
            Err(error @ ListsError::Incomplete { .. }) => {
                let said = error.to_string();
                assert!(!lacks.is_empty() && said.contains(lacks), "{names:?}: {said}");
                assert!(said.contains("SDN.XML") && said.contains("--without"), "{said}");
            }
            Err(error) => panic!("{names:?}: {error}"),
        }
    }
}

#[test]
fn a_delta_is_told_from_a_list() {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/fixtures"].iter().collect();
    let error = read_files(&[&folder.join("entities.delta.json")], Some("exa"), None).unwrap_err();
    assert!(matches!(error, ListsError::Delta { .. }), "{error}");
    assert!(error.to_string().contains("lists import FILE --code LIST"), "{error}");
    // Whoever reads it as a list is told that nothing could be read, not that it is empty.
    let reading = read_ftm("exa", "Example", None, fixture("entities.delta.json").as_slice()).unwrap();
    assert!(matches!(acceptable(None, &reading), Err(Refusal::Malformed { .. })));
}

/// The version in force was read when every address of a `FollowTheMoney` file was an entry: that they are none now is no loss, and a
/// party that is gone is one all the same.
#[test]
fn addresses_that_were_entries_may_go_and_parties_may_not() {
    let parties = |count: usize| -> Vec<String> {
        let person = |n| {
            format!(
                "{{\"id\":\"p{n}\",\"schema\":\"Person\",\"properties\":{{\"name\":[\"Person {n}\"],\"addressEntity\":[\"a{n}\"]}}}}\n"
            )
        };
        (0..count).map(person).collect()
    };
    let addresses = |schema: &str| -> Vec<String> {
        let address = |n| {
            format!(
                "{{\"id\":\"a{n}\",\"schema\":\"{schema}\",\"properties\":{{\"full\":[\"{n} Example Street\"],\"name\":[\"{n} Example Street\"]}}}}\n"
            )
        };
        (0..ENTRIES).map(address).collect()
    };
    let read = |parties: Vec<String>, addresses: Vec<String>| {
        let text = parties.concat() + &addresses.concat();
        read_ftm("exa", "Example", None, text.as_bytes()).unwrap()
    };
    let accept = |before: &Reading, now: &Reading| {
        acceptable(Some(before.snapshot.header()), now)
            .and_then(|()| acceptable_after(&before.snapshot, now, &[]))
    };
    let (earlier, now) =
        (read(parties(ENTRIES), addresses("Thing")), read(parties(ENTRIES), addresses("Address")));
    assert_eq!((earlier.snapshot.entities().len(), now.snapshot.entities().len()), (2 * ENTRIES, ENTRIES));
    assert_eq!(accept(&earlier, &now), Ok(()));
    let fewer = read(parties(ENTRIES / 2), addresses("Address"));
    for before in [&earlier, &now] {
        let refused = accept(before, &fewer).unwrap_err();
        assert!(matches!(refused, Refusal::Shrunk { .. }), "{refused}");
    }
}
