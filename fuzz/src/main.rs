//! Fuzz targets. One binary holds them all, so that a run links once; `FUZZ_TARGET` says which one runs, and `list` prints them.
//!
//! A target takes bytes from a stranger. It must neither panic nor need more memory than the engine allows, and what it accepts
//! must keep its promises, which the target checks. To add one: a function in `targets`, a line in [`TARGETS`], and a folder of
//! that name under `corpus` with small true examples.

#![no_main]

mod targets;

use std::sync::OnceLock;
use targets::{http, ledger, lists, names, packages, screening, settings, signing, vault};

type Target = fn(&[u8]);

const TARGETS: &[(&str, Target)] = &[
    ("configuration", settings::configuration),
    ("http_body", http::body),
    ("http_form", http::form),
    ("http_words", http::words),
    ("ledger_checkpoint", ledger::checkpoint),
    ("ledger_leaf", ledger::leaf),
    ("ledger_note", ledger::note),
    ("ledger_policy", ledger::policy),
    ("ledger_proof", ledger::proof),
    ("ledger_tile", ledger::tile),
    ("ledger_timestamp", ledger::timestamp),
    ("ledger_witness_request", ledger::witness_request),
    ("lists_archive", lists::archive),
    ("lists_bis_dpl", lists::bis_dpl),
    ("lists_csl_csv", lists::csl_csv),
    ("lists_csl_json", lists::csl_json),
    ("lists_detect", lists::detect),
    ("lists_eu_xml", lists::eu_xml),
    ("lists_example", lists::example),
    ("lists_ftm", lists::ftm),
    ("lists_ftm_delta", lists::ftm_delta),
    ("lists_ofac_advanced_xml", lists::ofac_advanced_xml),
    ("lists_ofac_csv", lists::ofac_csv),
    ("lists_ofac_xml", lists::ofac_xml),
    ("lists_own_csv", lists::own_csv),
    ("lists_packed", lists::packed),
    ("lists_senzing", lists::senzing),
    ("lists_set", lists::set),
    ("lists_signals", lists::signals),
    ("lists_uk_csv", lists::uk_csv),
    ("lists_uk_xml", lists::uk_xml),
    ("lists_un_xml", lists::un_xml),
    ("names", names::names),
    ("package", packages::package),
    ("package_file", packages::package_file),
    ("package_receipt", packages::package_receipt),
    ("policy_pack", settings::pack),
    ("screening_image", screening::image),
    ("signer_answers", signing::answers),
    ("signer_requests", signing::requests),
    ("vault_journal", vault::journal),
    ("vault_root_file", vault::root_file),
    ("vault_sealed", vault::sealed),
    ("witness_answer", signing::witness_answer),
];

static TARGET: OnceLock<Target> = OnceLock::new();

fn choose() {
    let asked = std::env::var("FUZZ_TARGET").unwrap_or_default();
    if asked == "list" {
        for (name, _) in TARGETS {
            println!("{name}");
        }
        std::process::exit(0);
    }
    let Some((_, target)) = TARGETS.iter().find(|(name, _)| *name == asked) else {
        eprintln!("FUZZ_TARGET `{asked}` is no target; `list` prints them");
        std::process::exit(2);
    };
    let _ = TARGET.set(*target);
}

libfuzzer_sys::fuzz_target!(init: choose(), |data: &[u8]| {
    if let Some(target) = TARGET.get() {
        target(data);
    }
});
