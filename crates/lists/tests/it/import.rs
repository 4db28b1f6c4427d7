//! Formats told apart by content and name, and files read as one list.

use crate::formats::fixture;
use std::path::{Path, PathBuf};
use tenantry_lists::{Format, OfacList, detect, read_files};

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
