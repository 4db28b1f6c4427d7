//! One small file per format, and what becomes of it. The snapshots are read by people: every value with its place.

use std::fmt::Write;
use tenantry_lists::{
    Change, OfacFiles, OfacList, Reading, apply_ftm_delta, diff, read_bis_dpl, read_csl_csv, read_csl_json,
    read_eu_xml, read_ftm, read_ofac, read_ofac_advanced_xml, read_ofac_xml, read_senzing, read_uk_csv,
    read_uk_xml, read_un_xml,
};

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub(crate) fn ofac() -> Reading {
    let [primary, addresses, aliases, comments] =
        ["sdn.csv", "add.csv", "alt.csv", "sdn_comments.csv"].map(|name| fixture(&format!("ofac/{name}")));
    read_ofac(OfacFiles {
        list: OfacList::Sdn,
        primary: primary.as_slice(),
        addresses: Some(&addresses),
        aliases: Some(&aliases),
        comments: Some(&comments),
        published_on: "2023-12-28".parse().ok(),
    })
    .unwrap()
}

fn shown(reading: &Reading) -> String {
    let header = reading.snapshot.header();
    let mut text = format!(
        "{} {:?}, {} entries, {} records\n",
        header.list, header.published_on, header.entities, reading.records
    );
    for notice in &reading.notices {
        writeln!(text, "! {:?} {}:{} {}", notice.kind, notice.file, notice.line, notice.why).unwrap();
    }
    for entity in reading.snapshot.entities() {
        writeln!(text, "{} {}", entity.id, entity.schema).unwrap();
        for (property, values) in &entity.properties {
            for value in values {
                let note = if value.note.is_empty() { String::new() } else { format!(" [{}]", value.note) };
                writeln!(
                    text,
                    "  {property}: {}{note} @{}:{}",
                    value.text, value.origin.file, value.origin.line
                )
                .unwrap();
            }
        }
        for tie in &entity.relations {
            writeln!(text, "  -> {}: {} {}", tie.kind, tie.target_name, tie.target).unwrap();
        }
    }
    text
}

#[test]
fn ofac_legacy_csv() {
    insta::assert_snapshot!(shown(&ofac()));
}

#[test]
fn consolidated_screening_list_csv() {
    insta::assert_snapshot!(shown(&read_csl_csv(fixture("csl.csv").as_slice(), None).unwrap()));
}

#[test]
fn consolidated_screening_list_json() {
    insta::assert_snapshot!(shown(&read_csl_json(fixture("csl.json").as_slice(), None).unwrap()));
}

#[test]
fn denied_persons_text() {
    insta::assert_snapshot!(shown(&read_bis_dpl(fixture("dpl.txt").as_slice(), None).unwrap()));
}

#[test]
fn un_xml() {
    insta::assert_snapshot!(shown(&read_un_xml(fixture("un.xml").as_slice()).unwrap()));
}

#[test]
fn eu_xml() {
    insta::assert_snapshot!(shown(&read_eu_xml(fixture("eu.xml").as_slice()).unwrap()));
}

#[test]
fn uk_xml() {
    insta::assert_snapshot!(shown(&read_uk_xml(fixture("uk.xml").as_slice()).unwrap()));
}

#[test]
fn uk_csv() {
    insta::assert_snapshot!(shown(&read_uk_csv(fixture("uk.csv").as_slice(), None).unwrap()));
}

#[test]
fn ofac_xml() {
    insta::assert_snapshot!(shown(&read_ofac_xml(OfacList::Sdn, fixture("sdn.xml").as_slice()).unwrap()));
}

#[test]
fn ofac_advanced_xml() {
    insta::assert_snapshot!(shown(
        &read_ofac_advanced_xml(OfacList::Sdn, fixture("sdn_advanced.xml").as_slice()).unwrap()
    ));
}

#[test]
fn follow_the_money_and_its_delta() {
    let base = read_ftm("exa", "Example", None, fixture("entities.ftm.json").as_slice()).unwrap();
    let next = apply_ftm_delta(&base.snapshot, None, fixture("entities.delta.json").as_slice()).unwrap();
    let changes: Vec<String> = diff(&base.snapshot, &next.snapshot)
        .into_iter()
        .map(|change| match change {
            Change::Added(entity) => format!("+ {}", entity.id),
            Change::Removed(entity) => format!("- {}", entity.id),
            Change::Changed { id, fields, .. } => {
                let fields: Vec<String> =
                    fields.iter().map(|f| format!("{} -{:?} +{:?}", f.field, f.removed, f.added)).collect();
                format!("~ {id} {}", fields.join("; "))
            }
        })
        .collect();
    insta::assert_snapshot!(format!("{}\n{}\n{}", shown(&base), shown(&next), changes.join("\n")));
}

#[test]
fn senzing_json_lines() {
    insta::assert_snapshot!(shown(
        &read_senzing("exa", "Example", None, fixture("senzing.jsonl").as_slice()).unwrap()
    ));
}
