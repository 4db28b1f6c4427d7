//! The erasure journal: what is appended is read again, also after an append that was cut off anywhere.

use tenantry_model::erasure::ErasureObject;
use tenantry_vault::{JournalEntry, append_journal, read_journal};

fn entry(byte: u8) -> JournalEntry {
    let (object, subject) = ([byte ^ 0xff; 16], [byte; 16]);
    let key = (byte != 3).then_some([byte / 2; 16]);
    JournalEntry { kind: ErasureObject::Party, object, subject, class: 1 + byte % 2, key }
}

#[test]
fn what_is_appended_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures.journal");
    assert_eq!(read_journal(&path).unwrap(), []);
    append_journal(&path, &[entry(1), entry(2)]).unwrap();
    append_journal(&path, &[]).unwrap();
    append_journal(&path, &[entry(3)]).unwrap();
    assert_eq!(read_journal(&path).unwrap(), [entry(1), entry(2), entry(3)]);
}

#[test]
fn a_cut_off_append_loses_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures.journal");
    append_journal(&path, &[entry(1)]).unwrap();
    let before = std::fs::read(&path).unwrap().len();
    append_journal(&path, &[entry(2)]).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for length in before..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        append_journal(&path, &[entry(3)]).unwrap();
        let read = read_journal(&path).unwrap();
        assert!(read.contains(&entry(1)) && read.contains(&entry(3)), "cut at {length}");
        assert!(read.iter().all(|found| [entry(1), entry(2), entry(3)].contains(found)), "cut at {length}");
    }
}

#[test]
fn a_cut_off_first_append_is_made_up_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures.journal");
    append_journal(&path, &[entry(1)]).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        append_journal(&path, &[entry(2)]).unwrap();
        let read = read_journal(&path).unwrap();
        assert!(read == [entry(2)] || read == [entry(1), entry(2)], "cut at {length}: {read:?}");
    }
}

#[test]
fn another_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures.journal");
    for other in ["tenantry-root-key@v1\n", "tenantry-root-key", "x"] {
        std::fs::write(&path, other).unwrap();
        assert!(read_journal(&path).is_err(), "{other}");
        assert!(append_journal(&path, &[entry(1)]).is_err(), "{other}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), other, "nothing is written to it");
    }
}

#[test]
fn a_changed_or_missing_line_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures.journal");
    append_journal(&path, &[entry(1), entry(2), entry(3), entry(4)]).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for byte in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[byte] ^= 1;
        std::fs::write(&path, &damaged).unwrap();
        assert!(read_journal(&path).is_err(), "byte {byte}");
    }
    assert!(append_journal(&path, &[entry(5)]).is_err(), "the line end of the last entry was changed");
    let text = String::from_utf8(whole).unwrap();
    let without = |gone: usize| {
        text.split_inclusive('\n')
            .enumerate()
            .filter(|(line, _)| *line != gone)
            .map(|(_, line)| line)
            .collect::<String>()
    };
    for line in 1..4 {
        std::fs::write(&path, without(line)).unwrap();
        assert!(read_journal(&path).is_err(), "line {line}");
    }
    // Nothing is written behind an end that is no entry.
    std::fs::write(&path, format!("{text}x\n")).unwrap();
    assert!(append_journal(&path, &[entry(1)]).is_err());
}

#[test]
fn a_journal_from_before_there_were_sums_is_read_and_gets_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures.journal");
    // Its second line was cut off when it was written.
    let old = format!("tenantry-erasures@v1\n{}\nparty 0011\n{}\n", entry(1), entry(2));
    std::fs::write(&path, &old).unwrap();
    assert_eq!(read_journal(&path).unwrap(), [entry(1), entry(2)]);
    append_journal(&path, &[entry(3)]).unwrap();
    assert_eq!(read_journal(&path).unwrap(), [entry(1), entry(2), entry(3)]);
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("tenantry-erasures@v2\n"));
    std::fs::write(&path, old.replace("party ff", "pirty ff").replacen("party fe", "pirty fe", 1)).unwrap();
    assert!(read_journal(&path).is_err(), "a line that is as long as an entry and is none");
}
