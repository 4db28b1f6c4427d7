//! A list of one's own that is cut off.

use tenantry_lists::{NoticeKind, acceptable, read_own_csv};

const WHOLE: &str = "id,name,born,note\n1,Ann Example,1957-1960,x\n2,\"Bob \"\"B\"\" Example\",1972,\"two\nlines\"\n3,Cay Example,1973,last words\n";

/// Whether the file is taken, and with how many entries.
fn check(text: &str, expected: Option<u64>) {
    let mapping = "list = 'own'\ntitle = 'Own'\nid = 'id'\nschema = 'Person'\n[columns]\nname = 'name'\nborn = 'birthDate'\nnote = 'notes'";
    let reading = read_own_csv(&mapping.parse().unwrap(), None, text.as_bytes()).unwrap();
    let cut = reading.notices.iter().any(|notice| notice.kind == NoticeKind::Truncated);
    let taken = acceptable(None, &reading).is_ok().then(|| reading.snapshot.header().entities);
    assert_eq!((taken, cut), (expected, expected.is_none()), "{text:?}: {:?}", reading.notices);
}

#[test]
fn a_last_row_that_is_not_whole_means_that_the_file_is_cut_off() {
    check(WHOLE, Some(3));
    check(WHOLE.trim_end(), Some(3));
    for cut in
        ["3,Cay Example,19", "3,Cay Exa", "3", "3,Cay Example,1973,\"last wo", "3,Cay Example\n", "3,\"Cay"]
    {
        let (before, _) = WHOLE.split_once("3,").unwrap();
        check(&format!("{before}{cut}"), None);
    }
    // Inside a field that runs over lines.
    let (before, _) = WHOLE.split_once("lines").unwrap();
    check(before, None);
}
