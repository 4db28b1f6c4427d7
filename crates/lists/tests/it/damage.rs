//! Damage and hostile input: cut files, flipped bytes, arbitrary bytes, bombs.

use crate::formats::{fixture, ofac};
use proptest::prelude::*;
use tenantry_lists::limits::SHRINK_PER_MILLE_MAX;
use tenantry_lists::{
    ListsError, NoticeKind, OfacFiles, OfacList, OwnMapping, Reading, Snapshot, acceptable, apply_ftm_delta,
    detect, read_bis_dpl, read_csl_csv, read_csl_json, read_eu_xml, read_ftm, read_ofac,
    read_ofac_advanced_xml, read_ofac_xml, read_own_csv, read_senzing, read_uk_csv, read_uk_xml, read_un_xml,
};
use tenantry_model::listed::{ListedEntity, Origin, Property, Relation, Schema, Value};

type Reader = fn(&[u8]) -> Result<Reading, ListsError>;

fn read_ofac_primary(bytes: &[u8]) -> Result<Reading, ListsError> {
    let none = None;
    read_ofac(OfacFiles {
        list: OfacList::Sdn,
        primary: bytes,
        addresses: none,
        aliases: none,
        comments: none,
        published_on: None,
    })
}

fn read_own(bytes: &[u8]) -> Result<Reading, ListsError> {
    let mapping: OwnMapping = "list = 'own'\ntitle = 'Own'\nid = 'id'\n[columns]\nname = 'name'".parse()?;
    read_own_csv(&mapping, None, bytes)
}

/// Every reader with a well-formed file.
const READERS: &[(&str, Reader)] = &[
    ("ofac/sdn.csv", read_ofac_primary),
    ("csl.csv", |bytes| read_csl_csv(bytes, None)),
    ("csl.json", |bytes| read_csl_json(bytes, None)),
    ("dpl.txt", |bytes| read_bis_dpl(bytes, None)),
    ("un.xml", |bytes| read_un_xml(bytes)),
    ("eu.xml", |bytes| read_eu_xml(bytes)),
    ("uk.xml", |bytes| read_uk_xml(bytes)),
    ("uk.csv", |bytes| read_uk_csv(bytes, None)),
    ("sdn.xml", |bytes| read_ofac_xml(OfacList::Sdn, bytes)),
    ("sdn_advanced.xml", |bytes| read_ofac_advanced_xml(OfacList::Sdn, bytes)),
    ("entities.ftm.json", |bytes| read_ftm("exa", "Example", None, bytes)),
    ("senzing.jsonl", |bytes| read_senzing("exa", "Example", None, bytes)),
];

/// A cut file must be an error, be refused, or be reported. One cut no reader can see: text formats without an end mark, cut
/// exactly between two lines, so that the loss stays under the limit that [`acceptable`] sets (a download is caught by its length).
fn check_cut(name: &str, read: Reader, at: usize) {
    let whole = fixture(name);
    let before = read(&whole).unwrap();
    assert_eq!(acceptable(None, &before), Ok(()), "{name} itself must be acceptable: {:?}", before.notices);
    let Ok(after) = read(&whole[..at]) else { return };
    if after.snapshot.entities() == before.snapshot.entities() {
        return;
    }
    let refused = acceptable(Some(before.snapshot.header()), &after).is_err();
    let reported = after.notices.iter().any(|notice| notice.kind >= NoticeKind::SetAside);
    let (had, has) = (before.snapshot.header().entities, after.snapshot.header().entities);
    let breaks = [at.wrapping_sub(1), at].map(|at| whole.get(at) == Some(&b'\n'));
    let between_lines = breaks.contains(&true) && !name.ends_with("xml");
    if between_lines && has * 1_000 >= had * (1_000 - SHRINK_PER_MILLE_MAX) {
        return;
    }
    assert!(refused || reported, "{name} cut at {at} of {} passes", whole.len());
}

#[test]
fn a_file_cut_at_any_line_or_near_its_ends_is_refused_or_reported() {
    for (name, read) in READERS.iter().copied() {
        let whole = fixture(name);
        let lines = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let ends = (0..20).chain(whole.len().saturating_sub(20)..whole.len());
        lines.chain(ends).filter(|at| *at <= whole.len()).for_each(|at| check_cut(name, read, at));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_file_cut_anywhere_is_refused_or_reported(reader in 0..READERS.len(), share in 0.0..1.0_f64) {
        let (name, read) = READERS[reader];
        let at = (fixture(name).len() as f64 * share) as usize;
        check_cut(name, read, at);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        for (_, read) in READERS {
            let _ = read(&bytes);
        }
        let _ = read_own(&bytes);
        let _ = Snapshot::unpack(&bytes);
        let _ = detect("sdn.csv", &bytes);
    }

    #[test]
    fn mutated_files_never_panic(
        reader in 0..READERS.len(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let (name, read) = READERS[reader];
        let mut bytes = fixture(name);
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(reading) = read(&bytes) {
            prop_assert_eq!(&Snapshot::unpack(&reading.snapshot.pack()).unwrap(), &reading.snapshot);
        }
    }

    #[test]
    fn text_that_looks_like_the_format_never_panics(text in "[0-9,\"\\[\\]; .'a-zA-Z():#\\-\n\r\t<>/&={}éж\u{1A}]{0,400}") {
        for (_, read) in READERS {
            let _ = read(text.as_bytes());
        }
        let _ = read_own(format!("id,name\n{text}").as_bytes());
        let ofac = format!("1,\"X\",\"individual\",\"P\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"{}\"\r\n\u{1A}", text.replace(['"', '\n', '\r'], ""));
        let _ = read_ofac_primary(ofac.as_bytes()).unwrap();
        let _ = apply_ftm_delta(&ofac_snapshot(), None, text.as_bytes());
    }

    #[test]
    fn packing_round_trips(entities in proptest::collection::vec(entity(), 0..12)) {
        let snapshot = Snapshot::new("exa", "Example", "2026-01-02".parse().ok(), entities).unwrap();
        let packed = snapshot.pack();
        prop_assert_eq!(&packed, &snapshot.pack());
        prop_assert_eq!(Snapshot::unpack(&packed).unwrap(), snapshot);
    }

    #[test]
    fn a_flipped_or_lost_byte_is_noticed(at in any::<prop::sample::Index>(), mask in 1..=255_u8) {
        let packed = ofac_snapshot().pack();
        let at = at.index(packed.len());
        let mut flipped = packed.clone();
        flipped[at] ^= mask;
        prop_assert!(Snapshot::unpack(&flipped).is_err());
        prop_assert!(Snapshot::unpack(&packed[..at]).is_err());
        let mut longer = packed;
        longer.push(mask);
        prop_assert!(Snapshot::unpack(&longer).is_err());
    }
}

fn ofac_snapshot() -> Snapshot {
    use std::sync::OnceLock;
    static SNAPSHOT: OnceLock<Snapshot> = OnceLock::new();
    SNAPSHOT.get_or_init(|| ofac().snapshot).clone()
}

prop_compose! {
    fn origin()(file in "[a-z]{0,3}", line in any::<u64>()) -> Origin {
        Origin { file, line }
    }
}

prop_compose! {
    fn entity()(
        id in "[a-c]{0,2}",
        schema in 0..Schema::ALL.len(),
        values in proptest::collection::vec((0..Property::ALL.len(), ".{0,8}", ".{0,4}", origin()), 0..10),
        ties in proptest::collection::vec((".{0,4}", ".{0,4}", origin()), 0..3),
    ) -> ListedEntity {
        let mut entity = ListedEntity::new(id, Schema::ALL[schema]);
        for (property, text, note, origin) in values {
            entity.push(Property::ALL[property], Value { text, note, origin });
        }
        entity.relations = ties
            .into_iter()
            .map(|(kind, target, origin)| Relation { kind, target_name: target.clone(), target, origin })
            .collect();
        entity
    }
}

#[test]
fn entity_expansion_is_refused() {
    for declaration in [
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>",
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE CONSOLIDATED_LIST>",
    ] {
        let text = format!("<?xml version=\"1.0\"?>{declaration}<CONSOLIDATED_LIST>&b;</CONSOLIDATED_LIST>");
        assert!(read_un_xml(text.as_bytes()).is_err(), "{declaration}");
    }
    let unknown =
        "<CONSOLIDATED_LIST><INDIVIDUAL><FIRST_NAME>&bomb;</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>";
    let reading = read_un_xml(unknown.as_bytes()).unwrap();
    assert_eq!(reading.notices.first().unwrap().kind, NoticeKind::Truncated);
}

#[test]
fn a_record_without_a_name_is_set_aside_with_its_place() {
    let text = "<CONSOLIDATED_LIST>\n<INDIVIDUAL><REFERENCE_NUMBER>X</REFERENCE_NUMBER></INDIVIDUAL>\n</CONSOLIDATED_LIST>";
    let reading = read_un_xml(text.as_bytes()).unwrap();
    let notice = reading.notices.first().unwrap();
    assert_eq!((notice.kind, notice.line, reading.set_aside), (NoticeKind::SetAside, 2, 1));
}

#[test]
fn deep_nesting_and_a_packed_bomb_are_refused() {
    let deep = format!("<CONSOLIDATED_LIST>{}", "<INDIVIDUAL>".repeat(100_000));
    assert!(acceptable(None, &read_un_xml(deep.as_bytes()).unwrap()).is_err());
    let deep = format!("{{\"results\":{}", "[".repeat(100_000));
    assert!(read_csl_json(deep.as_bytes(), None).map_or(true, |reading| acceptable(None, &reading).is_err()));
    // A body that announces less than it holds is not read to its end.
    let mut packed = b"TENANTRYTNL1".to_vec();
    let header = br#"{"list":"x","title":"x","published_on":null,"entities":0,"digest":""}"#;
    packed.extend_from_slice(&u32::try_from(header.len()).unwrap().to_le_bytes());
    packed.extend_from_slice(header);
    packed.extend_from_slice(&10_u64.to_le_bytes());
    packed.extend(zstd::bulk::compress(&vec![0; 50_000_000], 1).unwrap());
    packed.extend([0; 32]);
    assert!(Snapshot::unpack(&packed).is_err());
}

#[test]
fn a_sudden_loss_an_older_version_and_another_list_are_refused() {
    let before = ofac();
    let mut header = before.snapshot.header().clone();
    header.entities = 100;
    header.digest = "another".to_owned();
    assert!(
        acceptable(Some(&header), &before).unwrap_err().to_string().contains("lose at most 100 in 1,000")
    );
    let mut header = before.snapshot.header().clone();
    header.published_on = "2024-01-01".parse().ok();
    assert!(
        acceptable(Some(&header), &before).is_ok(),
        "the same entries under another date are a correction"
    );
    header.digest = "another".to_owned();
    assert!(acceptable(Some(&header), &before).is_err());
    let mut header = before.snapshot.header().clone();
    "un-sc".clone_into(&mut header.list);
    assert!(acceptable(Some(&header), &before).is_err());
    assert!(acceptable(Some(before.snapshot.header()), &before).is_ok());
}
