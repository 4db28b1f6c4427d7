//! That no use case is forgotten: every function of the register that takes a call is repeated, or it is said here why not.

use super::{APART, USE_CASES};
use std::collections::BTreeSet;
use std::path::Path;

/// Use cases that a key makes no difference to, because they read and write down nothing.
const READS: &[&str] = &[
    "account",
    "account_by_reference",
    "account_counts",
    "accounts",
    "api_keys",
    "application",
    "applications",
    "approval",
    "approvals",
    "approvals_to_decide",
    "ask_every_witness",
    "case",
    "case_counts",
    "check",
    "check_index",
    "completeness",
    "consistency",
    "dead_letter_count",
    "dead_letters",
    "decision",
    "delivery_counts",
    "disclosure",
    "disclosures",
    "due_for_erasure",
    "endpoints",
    "entries",
    "erased_here",
    "erasure",
    "erasures",
    "event_proof",
    "events",
    "hold",
    "holds",
    "holds_in_force",
    "inclusion",
    "keys_asked_for",
    "latest_records",
    "leaf",
    "ledger_state",
    "letting_in",
    "list_in_force",
    "listed_entities",
    "lists",
    "lists_at_hand",
    "lists_to_match",
    "measure",
    "measures",
    "measures_page",
    "not_assessed",
    "open_case_count",
    "order",
    "order_counts",
    "orders",
    "pack",
    "pack_in_force",
    "pack_waits",
    "parties_behind",
    "party",
    "preview_measure",
    "preview_of_measure",
    "queue",
    "rescreening_waits",
    "staff",
    "staff_by_login",
    "stamp_due",
    "tile",
    "timeline",
    "timestamps",
    "tlog_proof",
];

/// Use cases that make a record each time, whatever key the call bears: what is shown is written down.
const SHOWN_EACH_TIME: &[&str] =
    &["hold_matter", "order_document", "reveal", "reveal_accesses", "reveal_measure", "renew"];

/// Use cases of jobs and of the command line, which bear no key: they do what is due and find nothing due the second time, or spend an
/// approval that can be spent once.
const WITHOUT_KEY: &[&str] = &[
    "carry_out_approved",
    "carry_out_erasures",
    "checkpoint",
    "claim_delivery",
    "collect_cosignatures",
    "continue_under",
    "finish_below",
    "forget_what_is_over",
    "index_chains",
    "keep_stamp",
    "lapse_holds",
    "list_unreadable",
    "mind_clocks",
    "open_deliveries",
    "reassess",
    "reassess_all",
    "record_receipt",
    "release",
    "replay",
    "replay_delivery",
    "replay_erasures",
    "rescreen",
    "rotate_epoch",
    "rotate_root",
    "schedule_erasures",
    "scrub",
    "set_password",
    "settle_delivery",
    // They are `request_rotation` of one more kind of key, and what it is spent on.
    "begin_memory",
    "request_memory",
    "request_new_origin",
];

/// The use cases in the source of the crate: what takes a call.
fn use_cases(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            use_cases(&path, found);
            continue;
        }
        let text: String =
            std::fs::read_to_string(&path).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        for part in text.split("pub fn ").skip(1) {
            let Some((name, arguments)) = part.split_once('(') else { continue };
            if arguments.trim_start().starts_with("&self, call: &Call") {
                found.insert(name.split('<').next().unwrap_or_default().to_owned());
            }
        }
    }
}

/// A use case that is new stands in one of the lists here, or this fails.
#[test]
fn every_use_case_is_repeated_here_or_said_why_not() {
    let mut found = BTreeSet::new();
    use_cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let repeated = USE_CASES.iter().chain(APART);
    // Some are repeated in more than one way; their names begin with that of the use case.
    let mut listed: BTreeSet<&str> =
        repeated.map(|(name, _)| name.split(' ').next().unwrap_or_default()).collect();
    for list in [READS, SHOWN_EACH_TIME, WITHOUT_KEY] {
        for name in list {
            assert!(listed.insert(name), "{name} stands here twice");
        }
    }
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let missing: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "repeated nowhere: {missing:?}; not there any more: {gone:?}"
    );
}
