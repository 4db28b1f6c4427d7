//! Identifiers, jurisdictions, shares and closed lists of words.

use proptest::prelude::*;
use tenantry_model::account::{AccountRole, AccountState, Capability};
use tenantry_model::fact::{FactKind, Source, Strength};
use tenantry_model::id::{AccountId, PartyId};
use tenantry_model::jurisdiction::{CONTESTED, Jurisdiction};
use tenantry_model::measure::Effect;
use tenantry_model::random::Entropy;
use tenantry_model::share::{Share, ShareRange};
use tenantry_model::time::Timestamp;

fn j(code: &str) -> Jurisdiction {
    code.parse().unwrap()
}

struct Fixed(u8);

impl Entropy for Fixed {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0);
    }
}

#[test]
fn identifiers_sort_by_time_and_name_what_they_name() {
    let early = AccountId::new(Timestamp::from_micros(1_000_000), &Fixed(255));
    let late = AccountId::new(Timestamp::from_micros(1_001_000), &Fixed(0));
    assert!(early < late && early.to_string() < late.to_string());
    assert!(early.to_string().starts_with("acc_"));
    let refused = early.to_string().parse::<PartyId>().unwrap_err().to_string();
    assert!(refused.contains("pty"), "{refused}");
}

#[test]
fn identifiers_that_are_not_are_refused() {
    let good = AccountId::from_bytes([255; 16]).to_string();
    assert!(good.parse::<AccountId>().is_ok());
    for bad in [
        "",
        "acc_",
        "acc",
        "acc_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        good.trim_end_matches('z'),
        &format!("{good}0"),
        &good.to_uppercase(),
        &good.replace('z', "u"),
        "acc_80000000000000000000000000",
        "acc_0000000000000000000000000é",
    ] {
        assert!(bad.parse::<AccountId>().is_err(), "{bad}");
    }
}

#[test]
fn def10_jurisdictions_below_and_beside_countries() {
    for code in ["US", "us", " fr ", "US-CA", "PR", "UA-43", "X-NCY", "XK", "GB-ENG", "GE-AB"] {
        assert!(code.parse::<Jurisdiction>().is_ok(), "{code}");
    }
    for code in [
        "", "U", "USA", "ZZ", "US-", "US-ABCD", "ZZ-1", "X-ABC", "U\u{0}", "UA-99", "US-ZZ", "DE-", "ＵＳ",
        "US-é1", "-", "X",
    ] {
        assert!(code.parse::<Jurisdiction>().is_err(), "{code:?}");
    }
}

#[test]
fn def10_containment_and_control() {
    for (inner, outer, within, controlled) in [
        ("US-CA", "US", true, false),
        ("PR", "US", true, false),
        ("UA-43", "UA", true, false),
        ("UA-43", "RU", false, true),
        ("X-DNR", "UA", true, false),
        ("X-NCY", "CY", true, false),
        ("X-NCY", "TR", false, true),
        ("EH", "MA", false, true),
        // Governed by themselves, whoever claims them.
        ("TW", "CN", false, false),
        ("XK", "RS", false, false),
        ("UA", "UA-43", false, false),
        ("FR", "US", false, false),
    ] {
        assert_eq!(
            (j(inner).is_within(j(outer)), j(inner).is_controlled_by(j(outer))),
            (within, controlled),
            "{inner} {outer}"
        );
    }
    for us in ["US", "US-NY", "PR", "GU", "VI", "AS", "MP", "UM"] {
        assert!(j(us).is_us(), "{us}");
    }
    for region in CONTESTED {
        assert!(!j(region.code).is_us());
        assert_eq!(j(region.code).country(), j(region.recognised_part_of), "{}", region.code);
        assert!(region.controlled_by.is_none_or(|state| state.parse::<Jurisdiction>().is_ok()));
    }
}

#[test]
fn shares_are_exact_and_within_the_whole() {
    for (text, ppm) in [
        ("0", 0),
        ("25", 250_000),
        ("25.5", 255_000),
        ("0.0001", 1),
        ("100", 1_000_000),
        ("100.0000", 1_000_000),
    ] {
        assert_eq!(text.parse::<Share>().unwrap().ppm(), ppm, "{text}");
    }
    for text in ["", "-1", "+1", "100.0001", "101", "1e2", "0.00001", ".5", "25,5", "1 0", "٢٥", "999"] {
        assert!(text.parse::<Share>().is_err(), "{text}");
    }
    let [low, high] = ["1", "2"].map(|t| t.parse::<Share>().unwrap());
    assert!(ShareRange::new(high, low).is_err());
    assert!(serde_json::from_str::<ShareRange>(r#"{"min":"2","max":"1"}"#).is_err());
    assert!(serde_json::from_str::<ShareRange>(r#"{"min":"1","max":"2","x":1}"#).is_err());
}

#[test]
fn words_are_read_as_written() {
    fn check<W: Copy + std::fmt::Display + std::str::FromStr + PartialEq + std::fmt::Debug>(all: &[W]) {
        for word in all {
            assert_eq!(word.to_string().parse::<W>().ok(), Some(*word));
        }
        assert!("Open ".parse::<W>().is_err() && "".parse::<W>().is_err());
    }
    check(AccountState::ALL);
    check(AccountRole::ALL);
    check(Capability::ALL);
    check(FactKind::ALL);
    check(Source::ALL);
    assert!(
        Strength::SelfAsserted < Strength::Consistent && Strength::Corroborated < Strength::Authenticated
    );
    let refused = "closd".parse::<AccountState>().unwrap_err().to_string();
    assert!(refused.contains("`closd`") && refused.contains("closed"), "{refused}");
}

#[test]
fn unknown_keys_are_refused() {
    assert!(serde_json::from_str::<Effect>(r#"{"effect":"condition","withheld":["gpu"]}"#).is_ok());
    assert!(serde_json::from_str::<Effect>(r#"{"effect":"condition","withheld":["gpu"],"x":1}"#).is_err());
    assert!(serde_json::from_str::<Effect>(r#"{"effect":"condition","withheld":["fly"]}"#).is_err());
}

proptest! {
    #[test]
    fn identifiers_round_trip(bytes in any::<[u8; 16]>()) {
        let id = AccountId::from_bytes(bytes);
        prop_assert_eq!(id.to_string().parse::<AccountId>().unwrap(), id);
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<AccountId>(&json).unwrap(), id);
    }

    #[test]
    fn shares_round_trip(ppm in 0u32..=1_000_000) {
        let share = Share::from_ppm(ppm).unwrap();
        prop_assert_eq!(share.to_string().parse::<Share>().unwrap(), share);
    }

    #[test]
    fn nothing_panics_and_what_is_accepted_round_trips(text in ".{0,40}") {
        if let Ok(id) = text.parse::<AccountId>() { prop_assert_eq!(id.to_string(), text.clone()); }
        if let Ok(code) = text.parse::<Jurisdiction>() { prop_assert_eq!(code.to_string().parse::<Jurisdiction>().unwrap(), code); }
        if let Ok(share) = text.parse::<Share>() { prop_assert_eq!(share.to_string().parse::<Share>().unwrap(), share); }
    }
}

/// One place, two codes: whatever is written of one holds for the other, and the state above may mean it.
#[test]
fn land_with_two_codes_is_one_place() {
    let of = |code: &str| code.parse::<Jurisdiction>().unwrap();
    for (own, below, state) in
        [("HK", "CN-HK", "CN"), ("AW", "NL-AW", "NL"), ("RE", "FR-974", "FR"), ("BQ-SA", "NL-BQ2", "NL")]
    {
        assert!(of(own).is_within(of(below)) && of(below).is_within(of(own)), "{own} and {below}");
        assert!(of(below).is_within(of(state)) && !of(own).is_within(of(state)), "{own} in {state}");
        assert!(of(own).overlaps(of(state)) && of(state).overlaps(of(own)), "{own} and {state}");
    }
    assert!(of("NL-BQ2").is_within(of("BQ")), "the island and the country of the three");
    assert!(of("PR").is_within(of("US")) && of("US-PR").is_within(of("PR")));
    assert!(!of("TW").overlaps(of("CN")), "a claim is no rule");
}
