//! Signal lists: what is read of a text, and which readings may replace the version in force.

use tenantry_lists::{
    ListsError, NoticeKind, Part, Refusal, SignalFile, SignalReading, acceptable_signals, limits,
    read_signal_list,
};
use tenantry_model::signal::SignalKind;
use tenantry_signals::Naming;

fn read_as(kind: SignalKind, published_on: Option<&str>, files: &[&[u8]]) -> SignalReading {
    let published_on = published_on.map(|day| day.parse().unwrap());
    let naming = Naming { list: "list".to_owned(), source: "test".to_owned(), published_on };
    let files: Vec<_> = files.iter().map(|bytes| SignalFile { name: "list.txt", bytes }).collect();
    read_signal_list(kind, naming, &files).unwrap()
}

fn networks(text: &str) -> SignalReading {
    read_as(SignalKind::AnonymousNetwork, None, &[text.as_bytes()])
}

/// This many addresses.
fn addresses(number: u32) -> String {
    let lines: Vec<String> =
        (0..number).map(|n| std::net::Ipv4Addr::from(0xC633_0000 + n).to_string()).collect();
    lines.join("\n") + "\n"
}

#[test]
fn comments_blank_lines_and_line_ends_of_any_kind_say_nothing_and_every_doubtful_line_is_set_aside_with_its_place()
 {
    let reading =
        networks("\u{feff}# exits\r\n\r\n  198.51.100.7 # one\r\n203.0.113.9/24\n\t\n2001:db8::/32\nnone\n");
    assert_eq!((reading.list.header().entries, reading.records, reading.set_aside), (2, 4, 2));
    let places: Vec<_> = reading.notices.iter().map(|n| (n.line, n.kind, n.why.as_str())).collect();
    let why = "is an address with bits beyond its prefix; write the network or the address";
    assert_eq!(places[0], (4, NoticeKind::SetAside, why));
    assert_eq!((places[1].0, places.len()), (7, 2));
    let odd =
        read_as(SignalKind::DisposableEmail, None, &[b"mail.example\n\xff\xfe\n", b"co.uk\nother.example\n"]);
    assert_eq!((odd.list.header().entries, odd.set_aside), (2, 2));
    assert_eq!(odd.list.header().file_digest.len(), 64);
    let long = format!("{}\n198.51.100.7\n", "9".repeat(limits::SIGNAL_LINE_BYTES_MAX + 1));
    assert_eq!(networks(&long).set_aside, 1);
}

#[test]
fn a_file_over_the_limits_is_not_read() {
    let naming = Naming { list: "list".to_owned(), source: "test".to_owned(), published_on: None };
    let bytes = vec![b'#'; usize::try_from(limits::SIGNAL_BYTES_MAX).unwrap() + 1];
    let file = SignalFile { name: "list.txt", bytes: &bytes };
    let read = read_signal_list(SignalKind::AnonymousNetwork, naming, &[file]);
    assert!(matches!(read, Err(ListsError::TooLarge { .. })));
}

#[test]
fn every_cut_of_a_list_is_refused_unless_it_falls_between_two_lines() {
    let whole = addresses(12);
    for length in 1..whole.len() {
        let cut = networks(whole.get(..length).unwrap());
        let between = whole.as_bytes()[length - 1] == b'\n';
        let refused = acceptable_signals(None, &cut, &[]);
        assert_eq!(matches!(refused, Err(Refusal::Truncated { .. })), !between, "cut after {length}");
    }
}

#[test]
fn a_version_follows_the_one_in_force_or_says_why_not() {
    let before = networks(&addresses(1_000));
    let in_force = before.list.header();
    let follows = |new: &SignalReading, without: &[Part]| acceptable_signals(Some(in_force), new, without);
    assert_eq!(follows(&networks(&addresses(700)), &[]), Ok(()));
    let smaller = networks(&addresses(699));
    let lost = Refusal::Lost { part: Part::Entries, before: 1_000, now: 699, limit_per_mille: 300 };
    assert_eq!(follows(&smaller, &[]), Err(lost));
    assert!(follows(&smaller, &[Part::Aliases]).is_err());
    assert_eq!(follows(&smaller, &[Part::Entries]), Ok(()));
    let broken = networks(&format!("{}{}", addresses(989), "no\n".repeat(11)));
    assert!(matches!(follows(&broken, &[]), Err(Refusal::Malformed { set_aside: 11, records: 1_000, .. })));
    assert_eq!(follows(&networks(&format!("{}{}", addresses(990), "no\n".repeat(10))), &[]), Ok(()));
    assert_eq!(follows(&networks("# nothing\n"), &[]), Err(Refusal::Empty));
    let mail = read_as(SignalKind::DisposableEmail, None, &[b"mail.example\n"]);
    assert!(matches!(follows(&mail, &[]), Err(Refusal::OtherKind { .. })));
    let dated = |day| read_as(SignalKind::AnonymousNetwork, Some(day), &[addresses(1_001).as_bytes()]);
    let newer = dated("2026-11-30");
    let older = acceptable_signals(Some(newer.list.header()), &networks(&addresses(1_000)), &[]);
    assert_eq!(older, Ok(()), "a version without a date may be the newer one");
    let older = read_as(SignalKind::AnonymousNetwork, Some("2026-11-29"), &[addresses(1_002).as_bytes()]);
    assert!(matches!(acceptable_signals(Some(newer.list.header()), &older, &[]), Err(Refusal::Older { .. })));
}
