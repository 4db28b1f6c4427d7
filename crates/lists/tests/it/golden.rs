//! Counts over whole published files, known from an independent count. The files are not part of the repository: without them
//! these tests say so and pass.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use tenantry_lists::{
    NoticeKind, OfacFiles, OfacList, Reading, acceptable, acceptable_after, read_bis_dpl, read_csl_csv,
    read_eu_xml, read_ftm, read_ofac, read_ofac_advanced_xml, read_ofac_xml, read_uk_xml, read_un_xml,
};
use tenantry_model::listed::{ListedEntity, Property, Schema};

/// A published file, unpacked, or `None` when this checkout has none beside it.
pub(crate) fn published(path: &str) -> Option<Box<dyn Read>> {
    let whole: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../../shared/data", path].iter().collect();
    let Ok(file) = File::open(&whole) else {
        println!("skipped: `{path}` is not here");
        return None;
    };
    let file = BufReader::new(file);
    Some(if whole.extension().is_some_and(|end| end == "zst") {
        Box::new(zstd::stream::read::Decoder::new(file).unwrap())
    } else {
        Box::new(file)
    })
}

fn ofac(list: OfacList, paths: [&str; 4]) -> Option<Reading> {
    let [primary, addresses, aliases, comments] = paths;
    let files = OfacFiles {
        list,
        primary: published(primary)?,
        addresses: published(addresses),
        aliases: published(aliases),
        comments: published(comments),
        published_on: None,
    };
    Some(read_ofac(files).unwrap())
}

fn sdn_2023() -> Option<Reading> {
    let folder = "ofac/2023-12-28";
    let paths = ["sdn.csv.zst", "add.csv.zst", "alt.csv.zst", "sdn_comments.csv"]
        .map(|name| format!("{folder}/{name}"));
    ofac(OfacList::Sdn, [&paths[0], &paths[1], &paths[2], &paths[3]])
}

fn count(entities: &[ListedEntity], schema: Schema) -> usize {
    entities.iter().filter(|entity| entity.schema == schema).count()
}

fn values(
    entities: &[ListedEntity],
    property: Property,
) -> impl Iterator<Item = &tenantry_model::listed::Value> {
    entities.iter().filter_map(move |entity| entity.properties.get(&property)).flatten()
}

fn kinds(reading: &Reading) -> (usize, usize, usize) {
    let count = |kind| reading.notices.iter().filter(|notice| notice.kind == kind).count();
    (count(NoticeKind::Doubtful), count(NoticeKind::SetAside), count(NoticeKind::Truncated))
}

#[test]
fn ofac_sdn_of_2023_12_28() {
    let Some(reading) = sdn_2023() else { return };
    let entities = reading.snapshot.entities();
    assert_eq!(entities.len(), 13_821);
    assert_eq!(reading.records, 13_821 + 18_990 + 17_091 + 13);
    assert_eq!(
        (count(entities, Schema::Person), count(entities, Schema::Vessel), count(entities, Schema::Airplane)),
        (6_646, 764, 378)
    );
    // Seven remarks have no continuation, three continuations no entry: the comments file is some days older.
    assert_eq!(kinds(&reading), (7, 3, 0));
    assert_eq!(acceptable(None, &reading), Ok(()));

    let cyber2: Vec<ListedEntity> = entities
        .iter()
        .filter(|entity| entity.texts(Property::Program).any(|program| program == "CYBER2"))
        .cloned()
        .collect();
    assert_eq!(cyber2.len(), 230);
    let currency = |currency: &str| {
        values(&cyber2, Property::Wallet)
            .filter(|wallet| wallet.note.split("; ").next() == Some(currency))
            .count()
    };
    assert_eq!(currency("XBT"), 236);
    assert_eq!(currency("ETH"), 110);
    assert_eq!(["XMR", "LTC", "DASH", "ZEC", "BCH", "USDT", "XRP"].map(currency), [3, 3, 3, 2, 2, 2, 1]);
    // A wallet that was joined across the cut, not two halves.
    assert!(
        values(&cyber2, Property::Wallet).any(|wallet| wallet.text == "1B11Ezqg3AXjFhMdRq5UpPDpNyriYNVtkn")
    );
    for wallet in values(&cyber2, Property::Wallet).filter(|wallet| !wallet.is_cut_off()) {
        assert!((25..=106).contains(&wallet.text.len()), "{}", wallet.text);
    }
    // The counts of the published files, at that label; an e-mail address twice in one entry counts once.
    assert_eq!(values(&cyber2, Property::Email).count(), 72);
    assert_eq!(values(&cyber2, Property::Gender).count(), 138);
}

#[test]
fn the_list_that_is_built_in_is_what_the_readers_make_of_the_published_files() {
    let Some(reading) = sdn_2023() else { return };
    let embedded = tenantry_lists::embedded::ofac_sdn().unwrap();
    assert_eq!(embedded.header().digest, reading.snapshot.header().digest, "run the example `pack` again");
    assert_eq!(embedded.header().published_on.map(|date| date.to_string()).as_deref(), Some("2023-12-28"));
}

#[test]
fn ofac_sdn_of_2021_07_07() {
    let folder = "ofac/2021-07-07";
    let paths = ["sdn.csv.zst", "add.csv.zst", "alt.csv.zst", "sdn_comments.csv"]
        .map(|name| format!("{folder}/{name}"));
    let Some(reading) = ofac(OfacList::Sdn, [&paths[0], &paths[1], &paths[2], &paths[3]]) else { return };
    assert_eq!(reading.snapshot.entities().len(), 8_976);
    assert_eq!(reading.records, 8_976 + 13_837 + 11_910 + 5);
    // Somebody dropped the mark that ends the comments file, and nothing else.
    assert_eq!(kinds(&reading), (1, 0, 0));
    assert_eq!(acceptable(None, &reading), Ok(()));
}

#[test]
fn ofac_non_sdn_of_2025_12_19() {
    let paths = ["cons_prim.csv", "cons_add.csv", "cons_alt.csv", "cons_comments.csv"]
        .map(|name| format!("ofac/nonsdn-2025-12-19/{name}"));
    let Some(reading) = ofac(OfacList::NonSdn, [&paths[0], &paths[1], &paths[2], &paths[3]]) else { return };
    assert_eq!(reading.snapshot.entities().len(), 442);
    assert_eq!(reading.records, 442 + 574 + 1_073 + 10);
    assert_eq!(kinds(&reading), (0, 0, 0));
}

#[test]
fn consolidated_screening_list_of_2022_05() {
    let Some(input) = published("csl/consolidated_2022-05.csv.zst") else { return };
    let reading = read_csl_csv(input, None).unwrap();
    assert_eq!(reading.snapshot.entities().len(), 14_160);
    assert_eq!(kinds(&reading), (0, 0, 0));
    let of = |code: &str| {
        let prefix = format!("us-csl-{code}-");
        reading.snapshot.entities().iter().filter(|entity| entity.id.starts_with(&prefix)).count()
    };
    let codes = ["sdn", "el", "dtc", "dpl", "ssi", "uvl", "isn", "plc", "meu", "cmic", "cap", "mbs", "fse"];
    assert_eq!(codes.map(of), [10_026, 2_001, 727, 462, 290, 201, 163, 78, 71, 68, 53, 17, 3]);
}

#[test]
fn a_dirty_consolidated_screening_list_is_reported_and_refused_but_not_lost() {
    let Some(input) = published("csl/csl_2023-11-30_partial.csv.zst") else { return };
    let reading = read_csl_csv(input, None).unwrap();
    assert_eq!(reading.snapshot.entities().len(), 4_227);
    // The second header row and the row of eight columns, which is also where the file is cut off.
    assert_eq!(kinds(&reading), (2, 0, 1));
    let last = reading.snapshot.entities().last().unwrap();
    assert_eq!(last.id, "us-csl-sdn-11476");
    assert!(acceptable(None, &reading).is_err());
}

#[test]
fn un_consolidated_list_of_2026_02_27() {
    let Some(input) = published("un/UN_consolidated_2026-02-27.xml.zst") else { return };
    let reading = read_un_xml(input).unwrap();
    let entities = reading.snapshot.entities();
    assert_eq!((count(entities, Schema::Person), count(entities, Schema::Organization)), (730, 273));
    assert_eq!(
        reading.snapshot.header().published_on.map(|date| date.to_string()).as_deref(),
        Some("2026-02-27")
    );
    assert_eq!(kinds(&reading), (0, 0, 0));
}

#[test]
fn every_value_of_the_main_file_stands_on_the_line_it_names() {
    let (Some(mut raw), Some(reading)) = (published("ofac/2023-12-28/sdn.csv.zst"), sdn_2023()) else {
        return;
    };
    let mut text = Vec::new();
    raw.read_to_end(&mut text).unwrap();
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    for entity in reading.snapshot.entities() {
        let name = entity.properties[&Property::Name].first().unwrap();
        let line = String::from_utf8_lossy(lines[usize::try_from(name.origin.line).unwrap() - 1]);
        let number = entity.id.strip_prefix("ofac-sdn-").unwrap();
        assert!(line.starts_with(&format!("{number},")), "{} says line {}", entity.id, name.origin.line);
    }
}

#[test]
fn denied_persons_list_of_2023_11_30() {
    let Some(input) = published("bis/dpl_2023-11-30.txt") else { return };
    let reading = read_bis_dpl(input, None).unwrap();
    assert_eq!((reading.snapshot.entities().len(), kinds(&reading)), (665, (0, 0, 0)));
}

#[test]
fn follow_the_money_files() {
    for (path, records) in [
        ("ftm/yente-fixtures/parteispenden/entities.ftm.json", 475),
        ("ftm/yente-fixtures/zala/entities.ftm.json", 91),
        ("ftm/yente-fixtures/t1/entities.ftm.json", 7),
        ("ftm/nomenklatura_donations.ijson", 474),
    ] {
        let Some(input) = published(path) else { continue };
        let reading = read_ftm("exa", "Example", None, input).unwrap();
        assert_eq!((reading.records, reading.set_aside), (records, 0), "{path} {:?}", reading.notices);
    }
}

#[test]
fn format_samples_of_the_publishers() {
    if let Some(input) = published("eu/eu_fsf_export_EXCERPT_2018-12-21.xml") {
        assert_eq!(read_eu_xml(input).unwrap().snapshot.entities().len(), 2);
    }
    if let Some(input) = published("uk/uk_sanctions_list_EXCERPT_2026-09-02.xml") {
        assert_eq!(read_uk_xml(input).unwrap().snapshot.entities().len(), 2);
    }
    if let Some(input) = published("ofac/schemas/SYNTHETIC-sdn-fixture.xml") {
        assert_eq!(read_ofac_xml(OfacList::Sdn, input).unwrap().snapshot.entities().len(), 3);
    }
    if let Some(input) = published("ofac/schemas/SYNTHETIC-sdn-advanced-fixture.xml") {
        let reading = read_ofac_advanced_xml(OfacList::Sdn, input).unwrap();
        let entities = reading.snapshot.entities();
        assert_eq!(entities.len(), 3);
        assert_eq!(count(entities, Schema::Person), 1);
        assert_eq!(values(entities, Property::LeiCode).count(), 1);
        assert!(entities.iter().any(|entity| !entity.relations.is_empty()));
    }
}

/// What a publisher really did between two versions is no loss, even over years; a version cut in half by hand is one.
#[test]
fn versions_that_really_followed_each_other_are_accepted() {
    let un = |day: &str| {
        let input = published(&format!("un/UN_consolidated_{day}.xml.zst"))?;
        Some(read_un_xml(input).unwrap())
    };
    let sdn = |day: &str| {
        let file = |name: &str| format!("ofac/{day}/{name}");
        let [primary, addresses, aliases] = ["sdn.csv.zst", "add.csv.zst", "alt.csv.zst"].map(file);
        ofac(OfacList::Sdn, [&primary, &addresses, &aliases, &file("sdn_comments.csv")])
    };
    for (older, newer) in [(un("2025-11"), un("2026-02-27")), (sdn("2021-07-07"), sdn("2023-12-28"))] {
        let (Some(older), Some(newer)) = (older, newer) else { continue };
        assert_eq!(acceptable_after(&older.snapshot, &newer, &[]), Ok(()));
        let half: Vec<ListedEntity> = newer
            .snapshot
            .entities()
            .iter()
            .enumerate()
            .map(|(number, entity)| {
                let mut entity = entity.clone();
                if number % 2 == 0 {
                    entity.properties.remove(&Property::Alias);
                }
                entity
            })
            .collect();
        let header = newer.snapshot.header();
        let snapshot = tenantry_lists::Snapshot::new(&header.list, &header.title, None, half).unwrap();
        let gutted = Reading { snapshot, ..newer.clone() };
        assert!(acceptable_after(&newer.snapshot, &gutted, &[]).is_err());
    }
}
