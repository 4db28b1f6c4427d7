//! Formats told apart by content and name, and files read as one list.

use crate::formats::fixture;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tenantry_lists::limits::ZIP_MEMBERS_MAX;
use tenantry_lists::{Format, ListsError, OfacList, OwnMapping, Reading, detect, read_files, read_own_csv};

#[test]
fn formats_are_told_apart() {
    for (name, format) in [
        ("ofac/sdn.csv", Format::OfacPrimary(OfacList::Sdn)),
        ("ofac/add.csv", Format::OfacAddresses(OfacList::Sdn)),
        ("ofac/alt.csv", Format::OfacAliases(OfacList::Sdn)),
        ("ofac/sdn_comments.csv", Format::OfacComments(OfacList::Sdn)),
        ("csl.csv", Format::CslCsv),
        ("csl.json", Format::CslJson),
        ("dpl.txt", Format::BisDpl),
        ("un.xml", Format::UnXml),
        ("eu.xml", Format::EuXml),
        ("uk.xml", Format::UkXml),
        ("uk.csv", Format::UkCsv),
        ("sdn.xml", Format::OfacXml(OfacList::Sdn)),
        ("sdn_advanced.xml", Format::OfacAdvancedXml(OfacList::Sdn)),
        ("entities.ftm.json", Format::Ftm),
        ("senzing.jsonl", Format::Senzing),
    ] {
        assert_eq!(detect(name, &fixture(name)), Some(format), "{name}");
    }
    let uk = b"<?xml version=\"1.0\"?>\n<!-- <export> --><Designations><Designation><SanctionsImposed>x</SanctionsImposed>";
    assert_eq!(detect("x.xml", uk), Some(Format::UkXml), "the root counts, not what lies in it");
    assert_eq!(detect("x.xml", b"<ns:export xmlns:ns=\"x\"/>"), Some(Format::EuXml));
    assert_eq!(detect("x.xml", b"<"), None);
    assert_eq!(detect("sdn.csv", b"name,age\n"), None);
    assert_eq!(detect("x.csv", b""), None);
    assert_eq!(detect("cons_prim.csv", b"9639,\"X\"\r\n"), Some(Format::OfacPrimary(OfacList::NonSdn)));
}

#[test]
fn a_set_of_files_is_one_list_and_a_lone_or_mixed_file_is_refused() {
    let path =
        |name: &str| -> PathBuf { [env!("CARGO_MANIFEST_DIR"), "tests/fixtures", name].iter().collect() };
    let read = |names: &[&str]| {
        let paths: Vec<PathBuf> = names.iter().map(|name| path(name)).collect();
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        read_files(&paths, None, None)
    };
    let whole = read(&["ofac/alt.csv", "ofac/add.csv", "ofac/sdn.csv", "ofac/sdn_comments.csv"]).unwrap();
    assert_eq!(whole.snapshot.entities(), crate::formats::ofac().snapshot.entities());
    assert!(read(&["ofac/add.csv"]).unwrap_err().to_string().contains("main file"));
    assert!(read(&["ofac/sdn.csv", "un.xml"]).unwrap_err().to_string().contains("import it alone"));
    assert!(read(&["ofac/sdn.csv", "ofac/sdn.csv"]).unwrap_err().to_string().contains("second file"));
    assert!(read(&["README.md"]).unwrap_err().to_string().contains("in no watchlist format"));
    assert!(read(&[]).is_err());
    assert_eq!(read(&["../../data/ofac-sdn-2023-12-28.tnl"]).unwrap().snapshot.entities().len(), 13_821);
}

fn zipped(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn read_zip(bytes: &[u8]) -> Result<Reading, ListsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sdn.zip");
    std::fs::write(&path, bytes).unwrap();
    read_files(&[&path], None, None)
}

const SET: [&str; 4] = ["sdn.csv", "add.csv", "alt.csv", "sdn_comments.csv"];

fn set() -> Vec<(&'static str, Vec<u8>)> {
    SET.iter().map(|name| (*name, fixture(&format!("ofac/{name}")))).collect()
}

#[test]
fn a_zip_file_is_the_set_of_files_in_it() {
    let whole = crate::formats::ofac();
    assert_eq!(read_zip(&zipped(&set())).unwrap().snapshot.entities(), whole.snapshot.entities());
    let folders: Vec<(String, Vec<u8>)> =
        set().into_iter().map(|(name, c)| (format!("ofac/{name}"), c)).collect();
    let folders: Vec<(&str, Vec<u8>)> = folders.iter().map(|(name, c)| (name.as_str(), c.clone())).collect();
    assert_eq!(read_zip(&zipped(&folders)).unwrap().snapshot.entities(), whole.snapshot.entities());
    let alone = zipped(&[("un.xml", fixture("un.xml"))]);
    assert_eq!(read_zip(&alone).unwrap().snapshot.header().list, "un-sc");

    let without = zipped(&set()[..2]);
    assert!(matches!(read_zip(&without), Err(ListsError::Incomplete { .. })));
    let mut odd = set();
    odd.push(("README", b"read me".to_vec()));
    assert!(matches!(read_zip(&zipped(&odd)), Err(ListsError::Unknown { .. })));
    let mixed = zipped(&[("sdn.csv", fixture("ofac/sdn.csv")), ("un.xml", fixture("un.xml"))]);
    assert!(matches!(read_zip(&mixed), Err(ListsError::FileSet { .. })));
}

#[test]
fn a_zip_file_gives_no_more_than_a_list_can() {
    let many: Vec<(String, Vec<u8>)> =
        (0..=ZIP_MEMBERS_MAX).map(|n| (format!("{n}.csv"), Vec::new())).collect();
    let many: Vec<(&str, Vec<u8>)> = many.iter().map(|(name, c)| (name.as_str(), c.clone())).collect();
    assert!(read_zip(&zipped(&many)).unwrap_err().to_string().contains("at most 8 files"));
    let bomb = zipped(&[("sdn.csv", vec![b'1'; 64 << 20])]);
    assert!(bomb.len() < 1 << 20);
    assert!(matches!(read_zip(&bomb), Err(ListsError::TooLarge { .. })));
    // The same, said to be small.
    let mut lying = bomb;
    let size = u32::to_le_bytes(64 << 20);
    let places: Vec<usize> = (0..lying.len() - 4).filter(|at| lying[*at..*at + 4] == size).collect();
    for at in places {
        lying[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    assert!(read_zip(&lying).is_err());
    assert!(read_zip(&zipped(&[])).is_err());
}

#[test]
fn a_damaged_zip_file_is_an_error_and_never_another_list() {
    let whole = zipped(&set());
    let expected = read_zip(&whole).unwrap().snapshot.header().digest.clone();
    for at in (0..whole.len()).step_by(97).chain(whole.len() - 80..whole.len()) {
        assert!(read_zip(&whole[..at]).is_err(), "cut at {at}");
        let mut flipped = whole.clone();
        flipped[at] ^= 0x41;
        if let Ok(reading) = read_zip(&flipped) {
            assert_eq!(reading.snapshot.header().digest, expected, "byte {at}");
        }
    }
}

/// From a review: a spreadsheet in a country with a decimal comma writes semicolons, and the refusal spoke of a missing column.
#[test]
fn a_file_with_another_separator_is_refused_for_that_reason() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, content: &str, says: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let error = read_files(&[path.as_path()], None, None).unwrap_err().to_string();
        assert!(error.contains(says), "{name}: {error}");
    };
    let semicolons = "its columns are separated by `;`, not by `,`; save it with the latter";
    let csl = "_id;source;name;ids;federal_register_notice\n1;X;Y;;\n";
    check("csl.csv", csl, semicolons);
    check(
        "quoted.csv",
        "\"_id\";\"source\";\"name\";\"federal_register_notice\"\n\"1\";\"X\";\"Y\";\"\"\n",
        semicolons,
    );
    check("uk.csv", "Report Date: 02-Sep-2026;;\nUnique ID;OFSI Group ID;Name 6\nX1;1;EXAMPLE\n", semicolons);
    let dpl = String::from_utf8(fixture("dpl.txt")).unwrap().replace('\t', ";");
    check("dpl.txt", &dpl, "its columns are separated by `;`, not by tabs; save it with the latter");

    let mapping: OwnMapping =
        "list = 'own'\ntitle = 'Own'\nid = 'id'\n[columns]\nname = 'name'".parse().unwrap();
    for content in ["id;name\n1;Ada\n", "\"id\";\"name\"\n\"1\";\"Ada\"\n"] {
        let error = read_own_csv(&mapping, None, content.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(semicolons) && error.contains("`delimiter`"), "{error}");
    }
    let error = read_own_csv(&mapping, None, b"id,title\n".as_slice()).unwrap_err().to_string();
    assert!(error.contains("no column `name`"), "{error}");
}
