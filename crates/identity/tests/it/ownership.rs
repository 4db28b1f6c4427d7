//! Ownership by worked examples: multiplied shares, cross-holdings, control through chains, the 50 percent cascade.

use std::collections::{BTreeMap, BTreeSet};
use tenantry_identity::limits;
use tenantry_identity::ownership::{GapCode, Prong, Reached, aggregate_listed, beneficial_owners};
use tenantry_model::id::PartyId;
use tenantry_model::party::{Control, Interest, PartyKind};
use tenantry_model::share::{Share, ShareRange};

pub(crate) fn party(name: &str) -> PartyId {
    let mut bytes = [0; 16];
    for (slot, byte) in bytes.iter_mut().zip(name.bytes()) {
        *slot = byte;
    }
    PartyId::from_bytes(bytes)
}

pub(crate) fn share(percent: &str) -> Share {
    percent.parse().unwrap()
}

/// `"P 60 A"`, `"P 20-30 A"`, `"P - A"`; lower-case names are individuals.
fn interests(lines: &[&str]) -> Vec<Interest> {
    lines
        .iter()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let range = |text: &str| match text.split_once('-') {
                Some((min, max)) => ShareRange::new(share(min), share(max)).unwrap(),
                None => ShareRange::exactly(share(text)),
            };
            let held = (words[1] != "-").then(|| range(words[1]));
            Interest { owner: party(words[0]), owned: party(words[2]), share: held, control: vec![] }
        })
        .collect()
}

fn kinds(lines: &[&str]) -> BTreeMap<PartyId, PartyKind> {
    let names = lines.iter().flat_map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        [words[0], words[2]]
    });
    names
        .map(|name| {
            let individual = name.starts_with(|c: char| c.is_lowercase());
            (party(name), if individual { PartyKind::Individual } else { PartyKind::Organisation })
        })
        .collect()
}

/// Expected: owner, least and most equity as text, whether it reaches 25 percent of `C`.
fn check(name: &str, lines: &[&str], unexplained: &str, expect: &[(&str, &str, &str, Reached)]) {
    let finding = beneficial_owners(party("C"), &kinds(lines), &interests(lines), share("25"));
    let found: Vec<_> = finding
        .owners
        .iter()
        .map(|o| (o.party, o.equity.min().to_string(), o.equity.max().to_string(), o.reached))
        .collect();
    let wanted: Vec<_> = expect
        .iter()
        .map(|(who, min, max, reached)| (party(who), (*min).to_owned(), (*max).to_owned(), *reached))
        .collect();
    assert_eq!(found, wanted, "{name}");
    assert_eq!(finding.unexplained.max().to_string(), unexplained, "{name}");
}

use Reached::{Below, MayReach, OnlyThroughUndisclosed, Reaches};

#[test]
fn def07_equity_multiplies_along_paths_and_adds_up() {
    check(
        "exactly 25",
        &["p 25 C", "q 75 C"],
        "0",
        &[("p", "25", "25", Reaches), ("q", "75", "75", Reaches)],
    );
    check(
        "just below",
        &["p 24.9999 C", "q 75.0001 C"],
        "0",
        &[("p", "24.9999", "24.9999", Below), ("q", "75.0001", "75.0001", Reaches)],
    );
    check(
        "two paths",
        &["p 50 A", "p 50 B", "A 30 C", "B 20 C", "q 50 C", "q 50 A", "q 50 B"],
        "0",
        &[("p", "25", "25", Reaches), ("q", "75", "75", Reaches)],
    );
}

#[test]
fn def07_undisclosed_is_never_nothing() {
    check(
        "62 disclosed",
        &["p 10 C", "q 52 C"],
        "38",
        &[("p", "10", "10", OnlyThroughUndisclosed), ("q", "52", "52", Reaches)],
    );
    check("owner without owners", &["A 100 C"], "100", &[]);
    check("nobody", &["p - C"], "100", &[("p", "0", "0", OnlyThroughUndisclosed)]);
}

#[test]
fn def07_bands_are_intervals() {
    check(
        "band across",
        &["p 20-30 C", "q 70 C"],
        "10",
        &[("p", "20", "30", MayReach), ("q", "70", "70", Reaches)],
    );
    check(
        "others leave less",
        &["p 0-100 C", "q 80 C"],
        "20",
        &[("p", "0", "20", OnlyThroughUndisclosed), ("q", "80", "80", Reaches)],
    );
}

#[test]
fn def07_control_through_a_chain_is_attributed_in_full() {
    let lines = ["p 60 H", "H 40 C", "q 40 H", "q 60 C"];
    let finding = beneficial_owners(party("C"), &kinds(&lines), &interests(&lines), share("25"));
    let p = finding.owners.iter().find(|o| o.party == party("p")).unwrap();
    assert_eq!((p.equity.max(), p.attributed.max()), (share("24"), share("40")));
    assert_eq!((p.reached, p.prongs.as_slice()), (Reaches, &[Prong::ControlledHoldings][..]));
    assert_eq!(p.paths[0].parties, [party("p"), party("H"), party("C")]);
}

#[test]
fn cross_holdings_28_57_percent_and_not_24() {
    // A and B hold 40 percent of each other, p holds 60 of A, q holds 60 of B: who owns B?
    let lines = ["A 40 C", "C 40 A", "p 60 A", "q 60 C"];
    let finding = beneficial_owners(party("C"), &kinds(&lines), &interests(&lines), share("25"));
    let p = finding.owners.iter().find(|o| o.party == party("p")).unwrap();
    assert_eq!((p.equity.min(), p.equity.max()), (share("28.5714"), share("28.5715"))); // 2/7
    assert!(p.prongs.contains(&Prong::Equity));
    let [disagreement] = finding.disagreements.as_slice() else { panic!("{finding:?}") };
    assert_eq!((disagreement.party, disagreement.along_paths.max()), (party("p"), share("24")));
    assert_eq!(finding.unexplained, ShareRange::exactly(Share::NONE));
}

#[test]
fn def07_control_is_a_prong_of_its_own() {
    for (control, expect) in [
        (Control::SubstantialControl, Reaches),
        (Control::VotingRights, Reaches),
        (Control::BoardAppointment, Reaches),
        (Control::SeniorOfficer, Reaches),
        (Control::TrustRole, Reaches),
        (Control::Nominee, Below),
    ] {
        let lines = ["p 1 C", "q 99 C"];
        let mut held = interests(&lines);
        held[0].control = vec![control];
        let finding = beneficial_owners(party("C"), &kinds(&lines), &held, share("25"));
        assert_eq!(finding.owners[0].reached, expect, "{control}");
        let nominee = finding.gaps.iter().any(|gap| gap.code == GapCode::Nominee);
        assert_eq!(nominee, control == Control::Nominee);
    }
}

#[test]
fn impossible_structures_are_reported() {
    let gap = |lines: &[&str]| {
        let finding = beneficial_owners(party("C"), &kinds(lines), &interests(lines), share("25"));
        finding.gaps.iter().map(|g| g.code).collect::<Vec<_>>()
    };
    assert_eq!(gap(&["p 70 C", "q 70 C"]), [GapCode::ExceedsWhole]);
    assert_eq!(gap(&["A 100 C", "C 100 A"]), [GapCode::RingWithoutOutside]);
    assert_eq!(gap(&["C 100 C"]), [GapCode::RingWithoutOutside]);
}

#[test]
fn limits_are_reported_and_nothing_is_explained_then() {
    let id = |n: usize| PartyId::from_bytes(u128::try_from(n + 1).unwrap().to_be_bytes());
    let whole = Some(ShareRange::exactly(Share::WHOLE));
    let held = |owner, owned, share| Interest { owner, owned, share, control: vec![] };
    let chain =
        |levels: usize| -> Vec<Interest> { (0..levels).map(|n| held(id(n + 1), id(n), whole)).collect() };
    let ask = |interests: &[Interest]| beneficial_owners(id(0), &BTreeMap::new(), interests, share("25"));
    let half = Some(ShareRange::exactly(share("50")));
    let ring =
        |size: usize| -> Vec<Interest> { (0..size).map(|n| held(id((n + 1) % size), id(n), half)).collect() };
    for (interests, expect) in [
        (chain(limits::LEVELS_MAX), None),
        (chain(limits::LEVELS_MAX + 1), Some(GapCode::TooDeep)),
        (ring(limits::RING_MAX), None),
        (ring(limits::RING_MAX + 1), Some(GapCode::RingTooLarge)),
        (vec![held(id(1), id(0), None); limits::INTERESTS_MAX + 1], Some(GapCode::TooLarge)),
    ] {
        let finding = ask(&interests);
        let serious = finding.gaps.iter().map(|g| g.code).find(|code| *code != GapCode::Undisclosed);
        assert_eq!(serious, expect);
        assert_eq!(finding.unexplained.max(), Share::WHOLE);
    }
}

#[test]
fn wide_structures_are_answered() {
    let id = |n: u32| PartyId::from_bytes(u128::from(n).to_be_bytes());
    let held = |n| Interest {
        owner: id(n),
        owned: id(0),
        share: Some(ShareRange::exactly(Share::from_ppm(200).unwrap())),
        control: vec![],
    };
    let interests: Vec<Interest> = (1..=5_000).map(held).collect();
    let kinds = (1..=5_000).map(|n| (id(n), PartyKind::Individual)).collect();
    let finding = beneficial_owners(id(0), &kinds, &interests, share("25"));
    assert_eq!(finding.owners.len(), 5_000);
    assert!(finding.owners.iter().all(|o| o.reached == Below));
}

fn cascade(lines: &[&str], listed: &[&str]) -> (Vec<PartyId>, Vec<PartyId>) {
    let listed: BTreeSet<PartyId> = listed.iter().map(|name| party(name)).collect();
    let found = aggregate_listed(&interests(lines), &listed, share("50"));
    (found.owned.iter().map(|o| o.party).collect(), found.possibly_owned.iter().map(|o| o.party).collect())
}

#[test]
fn ofc_half_owned_counts_whole_one_level_down() {
    // A listed person holds half of A, A half of B: B is owned in full sense though the product is a quarter.
    let both = (vec![party("A"), party("B")], vec![]);
    assert_eq!(cascade(&["x 50 A", "o 50 A", "A 50 B", "o 50 B"], &["x"]), both);
    // Half of A and half of B, each of which holds a quarter of D: together half.
    let three = (vec![party("A"), party("B"), party("D")], vec![]);
    assert_eq!(
        cascade(&["x 50 A", "o 50 A", "x 50 B", "o 50 B", "A 25 D", "B 25 D", "o 50 D"], &["x"]),
        three
    );
    // Several listed persons add up.
    assert_eq!(cascade(&["x 25 A", "y 25 A", "o 50 A"], &["x", "y"]), (vec![party("A")], vec![]));
    assert_eq!(cascade(&["x 49.9999 A", "o 50.0001 A"], &["x"]), (vec![], vec![]));
}

#[test]
fn ofc_below_half_does_not_carry_over() {
    // x holds 25 of A and A holds all of B; x also holds 25 of D: nothing reaches half.
    assert_eq!(cascade(&["x 25 A", "o 75 A", "A 100 B", "x 25 D", "o 75 D"], &["x"]), (vec![], vec![]));
    // Control alone is not ownership.
    let mut controlled = interests(&["x 10 A", "o 90 A"]);
    controlled[0].control = vec![Control::SubstantialControl];
    let found = aggregate_listed(&controlled, &BTreeSet::from([party("x")]), share("50"));
    assert!(found.owned.is_empty() && found.possibly_owned.is_empty());
}

#[test]
fn ofc_what_is_not_disclosed_may_belong_to_listed_parties() {
    assert_eq!(cascade(&["x 30 A", "o 20 A"], &["x"]), (vec![], vec![party("A")]));
    assert_eq!(cascade(&["x 40-60 A", "o 40 A"], &["x"]), (vec![], vec![party("A")]));
    assert_eq!(cascade(&["o 20 A"], &["x"]), (vec![], vec![]));
}
