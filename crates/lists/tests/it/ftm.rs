//! FollowTheMoney: what entities of their own give to others, through any number of deltas.

use std::collections::BTreeSet;
use std::fmt::Write;
use tenantry_lists::{ListsError, Snapshot, apply_ftm_delta, ftm_texts, read_ftm, read_uk_xml};
use tenantry_model::listed::{Origin, Property, Value};

fn read(text: &str) -> Snapshot {
    read_ftm("exa", "Example", None, text.as_bytes()).unwrap().snapshot
}

fn line(id: &str, schema: &str, properties: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"schema\":\"{schema}\",\"caption\":\"{id}\",\"properties\":{{{properties}}}}}"
    )
}

/// What a snapshot says, without order and places.
fn said(snapshot: &Snapshot) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for entity in snapshot.entities() {
        let id = &entity.id;
        said.insert(format!("{id} {}", entity.schema));
        for (property, values) in &entity.properties {
            said.extend(
                values.iter().map(|value| format!("{id} {property} {} [{}]", value.text, value.note)),
            );
        }
        said.extend(
            entity
                .relations
                .iter()
                .map(|tie| format!("{id} {} {} {}", tie.kind, tie.target, tie.target_name)),
        );
    }
    said
}

/// From a review: a wallet with a holder was a remark, so that nobody was found by it.
#[test]
fn a_wallet_is_a_number_of_its_holder_and_an_entry() {
    let text = [
        line("p", "Person", r#""name":["Ivan Example"]"#),
        line("w", "CryptoWallet", r#""publicKey":["1KYiExample"],"currency":["XBT"],"holder":["p"]"#),
        line("x", "CryptoWallet", r#""publicKey":["0xAlone"]"#),
    ];
    let snapshot = read(&text.join("\n"));
    let wallets: Vec<_> = snapshot
        .entities()
        .iter()
        .flat_map(|e| {
            e.properties.get(&Property::Wallet).into_iter().flatten().map(move |v| (e.id.as_str(), v))
        })
        .map(|(id, value)| (id, value.text.as_str(), value.note.as_str()))
        .collect();
    assert_eq!(wallets, [("p", "1KYiExample", "XBT"), ("w", "1KYiExample", "XBT"), ("x", "0xAlone", "")]);
}

/// Every step is a delta; after each the snapshot says what a reading of the whole file says.
#[test]
fn deltas_say_in_the_end_what_the_whole_file_says() {
    let ivan = |more: &str| line("p", "Person", &format!("\"name\":[\"Ivan Example\"]{more}"));
    let mut whole: Vec<(&str, String)> = vec![
        ("p", ivan("")),
        ("q", line("q", "Person", r#""name":["Olga Example"]"#)),
        ("c", line("c", "Company", r#""name":["Example Holding"]"#)),
        ("d", line("d", "Company", r#""name":["Example Trading"]"#)),
        ("pp1", line("pp1", "Passport", r#""holder":["p"],"number":["AB1"],"country":["ru"]"#)),
        ("pp2", line("pp2", "Passport", r#""holder":["p"],"number":["AB1"],"country":["ru"]"#)),
        ("id", line("id", "Identification", r#""holder":["p","q"],"number":["N1","N2"]"#)),
        ("w", line("w", "CryptoWallet", r#""publicKey":["1KYi"],"currency":["XBT"],"holder":["p"]"#)),
        ("s", line("s", "Sanction", r#""entity":["p"],"program":["X-1"],"startDate":["2020-01-01"]"#)),
        ("o1", line("o1", "Ownership", r#""owner":["p"],"asset":["c"]"#)),
        ("o2", line("o2", "Ownership", r#""owner":["p"],"asset":["d"]"#)),
        ("f", line("f", "Family", r#""person":["p"],"relative":["q"]"#)),
    ];
    let text = |whole: &[(&str, String)]| {
        whole.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n") + "\n"
    };
    let mut snapshot = read(&text(&whole));
    let steps: Vec<Vec<(&str, Option<String>)>> = vec![
        // The holder is sent again, its documents and ties are not.
        vec![("p", Some(ivan(r#","phone":["+7 900"]"#)))],
        // A tie, and one of two passports with the same number.
        vec![("o1", None), ("pp1", None)],
        vec![("pp2", None)],
        // A document, a sanction and a wallet change.
        vec![
            ("id", Some(line("id", "Identification", r#""holder":["q"],"number":["N3"]"#))),
            ("s", Some(line("s", "Sanction", r#""entity":["p"],"program":["X-2"]"#))),
            (
                "w",
                Some(line("w", "CryptoWallet", r#""publicKey":["1KYj"],"currency":["XBT"],"holder":["p"]"#)),
            ),
        ],
        // A new document in a delta on a line that an entity of an earlier delta had, then its holder again.
        vec![("pp3", Some(line("pp3", "Passport", r#""holder":["p"],"number":["CD2"]"#)))],
        vec![("p", Some(ivan("")))],
        vec![("pp3", None), ("w", None)],
        // Another name of the other end of a tie, and an end that goes together with its tie.
        vec![("q", Some(line("q", "Person", r#""name":["Olga Sample"]"#)))],
        vec![("d", None), ("o2", None)],
        // Somebody new, taken back in the same file, and a document likewise.
        vec![
            ("n", Some(line("n", "Person", r#""name":["New Example"]"#))),
            ("pn", Some(line("pn", "Passport", r#""holder":["p"],"number":["EF3"]"#))),
            ("n", None),
            ("pn", None),
        ],
    ];
    for (number, step) in steps.into_iter().enumerate() {
        let mut delta = String::new();
        for (id, becomes) in step {
            let there = whole.iter().position(|(known, _)| *known == id);
            match (becomes, there) {
                (Some(line), there) => {
                    let op = if there.is_some() { "MOD" } else { "ADD" };
                    writeln!(delta, "{{\"op\":\"{op}\",\"entity\":{line}}}").unwrap();
                    match there {
                        Some(at) => whole[at].1 = line,
                        None => whole.push((id, line)),
                    }
                }
                (None, there) => {
                    writeln!(delta, "{{\"op\":\"DEL\",\"entity\":{{\"id\":\"{id}\"}}}}").unwrap();
                    whole.remove(there.unwrap());
                }
            }
        }
        let reading = apply_ftm_delta(&snapshot, None, delta.as_bytes()).unwrap();
        assert_eq!(reading.notices, []);
        snapshot = reading.snapshot;
        assert_eq!(said(&snapshot), said(&read(&text(&whole))), "after step {number}: {delta}");
        // It is packed between two deltas.
        snapshot = Snapshot::unpack(&snapshot.pack()).unwrap();
    }
    let text = format!("{:?}", said(&snapshot));
    assert!(!text.contains("AB1") && !text.contains("CD2") && text.contains("X-2"), "{text}");
}

#[test]
fn a_tie_to_somebody_who_is_no_more_goes_too() {
    let base = [
        line("p", "Person", r#""name":["Ivan Example"]"#),
        line("c", "Company", r#""name":["Example Holding"]"#),
        line("o", "Ownership", r#""owner":["p"],"asset":["c"]"#),
    ];
    let delta = br#"{"op":"DEL","entity":{"id":"c"}}"#;
    let next = apply_ftm_delta(&read(&base.join("\n")), None, delta.as_slice()).unwrap();
    assert!(next.snapshot.entities().iter().all(|entity| entity.relations.is_empty()));
}

/// A snapshot that was read before givers were named: a delta could not take back what they gave.
#[test]
fn a_base_that_does_not_name_its_givers_is_refused() {
    let base = [
        line("p", "Person", r#""name":["Ivan Example"]"#),
        line("pp", "Passport", r#""holder":["p"],"number":["AB1"]"#),
    ];
    let mut entities = read(&base.join("\n")).into_entities();
    for value in entities.iter_mut().flat_map(|entity| entity.properties.values_mut()).flatten() {
        value.origin.file = "entities.ftm.json".to_owned();
    }
    let earlier = Snapshot::new("exa", "Example", None, entities).unwrap();
    let other = read_uk_xml(crate::formats::fixture("uk.xml").as_slice()).unwrap().snapshot;
    for base in [earlier, other] {
        let error = apply_ftm_delta(&base, None, b"".as_slice()).unwrap_err();
        assert!(matches!(error, ListsError::Delta { .. }), "{error}");
        assert!(error.to_string().contains("import the whole file once"), "{error}");
    }
}

#[test]
fn a_range_leaves_as_its_two_ends_and_nothing_leaves_twice() {
    let value = |text: &str| Value::new(text, Origin { file: "x".to_owned(), line: 1 });
    let births = ["1957/1960", "1960", "1961-05"].map(value);
    assert_eq!(ftm_texts(Property::BirthDate, &births), ["1957", "1960", "1961-05"]);
    assert_eq!(ftm_texts(Property::IdNumber, &["a/b", "a/b"].map(value)), ["a/b"]);
}
