//! The pack as shipped, and what is said of broken ones.

use crate::build::{PACK, pack};
use tenantry_model::case::{CaseKind, Verdict};
use tenantry_policy::pack::Pack;
use tenantry_policy::rule::RuleCode;

#[test]
fn the_shipped_pack_is_whole() {
    let pack = pack();
    assert_eq!(pack.header.status, "proposed, not in force");
    assert_eq!(pack.rules().count(), RuleCode::ALL.len());
    assert!(RuleCode::ALL.iter().filter(|code| code.is_red_flag()).count() >= 8);
    assert_eq!(pack.timer("reseller_termination").map(|t| t.days), Some(30));
    assert_eq!(pack.retention("decision_evidence").map(|r| r.years), Some(10));
    assert!(pack.second_person(CaseKind::Match, Verdict::Dismiss).is_some());
    assert!(pack.second_person(CaseKind::MissingItem, Verdict::Dismiss).is_none());
    for name in ["identity_record", "access_record", "sanctions_record"] {
        assert!(pack.retention(name).is_some(), "{name}");
    }
}

/// Clocks of the shipped pack that nothing counts by yet. One that is new is counted or stands here.
#[test]
fn clocks_that_are_only_stated_are_known() {
    let pack = pack();
    let (counted, stated): (Vec<&str>, Vec<&str>) =
        pack.timers().map(|(name, _)| name).partition(|name| Pack::is_counted(name));
    let not_yet = [
        "annual_certification",
        "certification_window",
        "penalty_petition",
        "reseller_termination",
        "training_report",
        "training_report_by_reseller",
        "training_report_correction",
        "training_report_follow_up",
    ];
    assert_eq!((counted.len(), stated.as_slice()), (6, &not_yet[..]));
}

#[test]
fn the_hash_is_that_of_the_bytes() {
    assert_eq!(pack().hash(), pack().hash());
    assert_ne!(pack().hash(), Pack::parse(&format!("{PACK}\n")).unwrap().hash());
}

#[test]
fn broken_packs_are_refused_with_the_place() {
    let cases = [
        ("unknown key", PACK.replacen("title =", "titel =", 1)),
        ("not toml", PACK.replacen("id = \"", "id = ", 1)),
        ("unknown fact", PACK.replacen("any_of = [\"legal_name\"]", "any_of = [\"legal_nam\"]", 1)),
        ("wrong share", PACK.replacen("value = \"25\"", "value = \"125\"", 1)),
        ("no citation", PACK.replacen("requirement = \"DEF-07\"", "requirement = \"\"", 1)),
        ("missing rule", PACK.replacen("code = \"no_customer\"", "code = \"listed_match\"", 1)),
        (
            "softened",
            PACK.replacen(
                "code = \"listed_confirmed\"\nversion = 1\neffect = \"refuse\"",
                "code = \"listed_confirmed\"\nversion = 1\neffect = \"review\"",
                1,
            ),
        ),
        ("match threshold", PACK.replacen("value = 700", "value = 0", 1)),
        ("case without days", PACK.replacen("match = 2\n", "", 1)),
        (
            "ends before it starts",
            PACK.replacen(
                "effective_from = \"2024-01-29\"",
                "effective_from = \"2024-01-29\"\neffective_until = \"2023-01-01\"",
                1,
            ),
        ),
        ("no such day", PACK.replacen("2024-01-29\"", "2024-02-30\"", 1)),
        ("empty", String::new()),
        ("huge", "#".repeat(2 << 20)),
    ];
    let told: Vec<String> =
        cases.iter().map(|(name, text)| format!("{name}: {}", Pack::parse(text).unwrap_err())).collect();
    insta::assert_snapshot!(told.join("\n"));
}
