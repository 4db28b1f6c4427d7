//! Every list parser, and what is promised of what it read.

use serde_json::Value;
use std::io::Cursor;
use tenantry_lists::{
    Example, ListsError, OfacFiles, OfacList, OwnMapping, Reading, SignalFile, Snapshot, acceptable,
    acceptable_signals, apply_ftm_delta, read_bis_dpl, read_csl_csv, read_csl_json, read_eu_xml, read_ftm,
    read_inputs, read_ofac, read_ofac_advanced_xml, read_ofac_xml, read_own_csv, read_senzing,
    read_signal_list, read_uk_csv, read_uk_xml, read_un_xml,
};
use tenantry_model::listed::{ListedEntity, SnapshotHeader};
use tenantry_model::signal::SignalKind;
use tenantry_signals::{Entries, Naming, SignalList};

/// What holds of every reading, whatever the file.
fn check(data: &[u8], read: Result<Reading, ListsError>) {
    let lines = data.iter().filter(|byte| **byte == b'\n' || **byte == b'\r').count() as u64 + 1;
    check_within(lines, read);
}

/// The same of a reading whose places are at most `places`.
fn check_within(places: u64, read: Result<Reading, ListsError>) {
    let Ok(reading) = read else { return };
    let snapshot = &reading.snapshot;
    let _ = acceptable(None, &reading);
    assert!(reading.set_aside <= reading.records, "more set aside than seen");
    assert_eq!(snapshot.header().entities, snapshot.entities().len() as u64);
    let mut ids: Vec<&str> = snapshot.entities().iter().map(|e| e.id.as_str()).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "an identifier occurs twice");
    for value in snapshot.entities().iter().flat_map(|e| e.properties.values().flatten()) {
        assert!(!value.text.is_empty(), "an empty value");
        assert!(value.origin.line <= places, "a place beyond the end of the file");
    }
    assert_eq!(&Snapshot::unpack(&snapshot.pack()).expect("what was packed opens"), snapshot);
}

pub(crate) fn ofac_csv(data: &[u8]) {
    // The four files of the set, apart by a byte that the format does not have.
    let mut files = data.split(|byte| *byte == 0x1E);
    let primary = files.next().unwrap_or_default();
    let (addresses, aliases, comments) = (files.next(), files.next(), files.next());
    let list = OfacList::Sdn;
    check(data, read_ofac(OfacFiles { list, primary, addresses, aliases, comments, published_on: None }));
}

pub(crate) fn ofac_xml(data: &[u8]) {
    check(data, read_ofac_xml(OfacList::Sdn, data));
}

pub(crate) fn ofac_advanced_xml(data: &[u8]) {
    check(data, read_ofac_advanced_xml(OfacList::Sdn, data));
}

pub(crate) fn csl_csv(data: &[u8]) {
    check(data, read_csl_csv(data, None));
}

pub(crate) fn csl_json(data: &[u8]) {
    // Places are numbers of results, each of which takes a byte.
    check_within(data.len() as u64, read_csl_json(data, None));
}

pub(crate) fn bis_dpl(data: &[u8]) {
    check(data, read_bis_dpl(data, None));
}

pub(crate) fn un_xml(data: &[u8]) {
    check(data, read_un_xml(data));
}

pub(crate) fn eu_xml(data: &[u8]) {
    check(data, read_eu_xml(data));
}

pub(crate) fn uk_xml(data: &[u8]) {
    check(data, read_uk_xml(data));
}

pub(crate) fn uk_csv(data: &[u8]) {
    check(data, read_uk_csv(data, None));
}

pub(crate) fn ftm(data: &[u8]) {
    check(data, read_ftm("own", "Own list", None, data));
}

pub(crate) fn ftm_delta(data: &[u8]) {
    let base = br#"{"id":"a","schema":"Person","properties":{"name":["Ada Example"]}}"#;
    let base = read_ftm("own", "Own list", None, base.as_slice()).expect("a sound list").snapshot;
    check(data, apply_ftm_delta(&base, None, data));
}

pub(crate) fn senzing(data: &[u8]) {
    check(data, read_senzing("own", "Own list", None, data));
}

pub(crate) fn own_csv(data: &[u8]) {
    // A mapping file and the list it describes, apart by a byte that neither has.
    let mut parts = data.splitn(2, |byte| *byte == 0x1E);
    let (mapping, list) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Ok(mapping) = String::from_utf8_lossy(mapping).parse::<OwnMapping>() else { return };
    check(list, read_own_csv(&mapping, None, list));
}

pub(crate) fn packed(data: &[u8]) {
    if let Ok(snapshot) = Snapshot::unpack(data) {
        let header: &SnapshotHeader = snapshot.header();
        assert_eq!(header.entities, snapshot.entities().len() as u64);
    }
}

pub(crate) fn detect(data: &[u8]) {
    for name in ["sdn.csv", "cons_add.csv", "list.xml", "list.json", ""] {
        let _ = tenantry_lists::detect(name, data);
    }
}

pub(crate) fn example(data: &[u8]) {
    let Ok(Value::Object(object)) = serde_json::from_slice(data) else { return };
    if let Ok(example) = Example::read(&object, None) {
        let entity: &ListedEntity = &example.entity;
        assert!(!entity.properties.is_empty());
    }
}

/// Files as they are found: compressed or packed into an archive, in a format that is told by name and content, alone or as a
/// set. Apart by a byte sequence, each after its name on a line of its own.
pub(crate) fn set(data: &[u8]) {
    const BETWEEN: &[u8] = b"\n====\n";
    let mut files = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let end = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN).unwrap_or(rest.len());
        let (file, after) = rest.split_at(end);
        rest = after.get(BETWEEN.len()..).unwrap_or_default();
        let line = file.iter().position(|byte| *byte == b'\n').unwrap_or(file.len());
        let name = String::from_utf8_lossy(&file[..line]).into_owned();
        files.push((name, Cursor::new(file.get(line + 1..).unwrap_or_default().to_vec())));
    }
    if let Ok(reading) = read_inputs(files, Some("own"), None, &[]) {
        let _ = acceptable(None, &reading);
        assert!(reading.set_aside <= reading.records, "more set aside than seen");
        let snapshot = &reading.snapshot;
        assert_eq!(&Snapshot::unpack(&snapshot.pack()).expect("what was packed opens"), snapshot);
    }
}

/// One file that is an archive or compressed.
pub(crate) fn archive(data: &[u8]) {
    let file = vec![("set.zip".to_owned(), Cursor::new(data.to_vec()))];
    if let Ok(reading) = read_inputs(file, Some("own"), None, &[]) {
        assert!(reading.set_aside <= reading.records, "more set aside than seen");
    }
}

/// The same bytes as both kinds of signal list.
pub(crate) fn signals(data: &[u8]) {
    let lines = data.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    for kind in SignalKind::ALL {
        let naming = Naming { list: "fuzz".to_owned(), source: "fuzz".to_owned(), published_on: None };
        let Ok(reading) = read_signal_list(*kind, naming, &[SignalFile { name: "list.txt", bytes: data }])
        else {
            continue;
        };
        let _ = acceptable_signals(None, &reading, &[]);
        assert!(
            reading.set_aside <= reading.records && reading.records <= lines,
            "more lines than there are"
        );
        assert!(
            reading.notices.iter().all(|notice| notice.line <= lines),
            "a place beyond the end of the file"
        );
        let list = &reading.list;
        assert_eq!(&SignalList::unpack(&list.pack()).expect("what was packed opens"), list);
        match list.entries() {
            Entries::Networks(networks) => {
                for network in networks {
                    let text = network.to_string();
                    let first = text.split_once('/').map_or(text.as_str(), |(first, _)| first);
                    assert!(
                        list.names_address(first.parse().expect("an address")),
                        "{text} does not name its first"
                    );
                }
            }
            Entries::Domains(domains) => {
                for domain in domains {
                    assert!(
                        list.names_email(&format!("a@b.{domain}")),
                        "{domain} does not name what is below it"
                    );
                    assert!(list.names_email(&format!("a@{domain}")), "{domain} does not name itself");
                }
            }
        }
    }
    // Whatever the bytes are, they are no packed list that says something else when it is packed again.
    if let Ok(list) = SignalList::unpack(data) {
        assert_eq!(list.pack(), data);
    }
}
