//! The main job as the README tells it, by the built program, on both databases: an application is posted and decided, the gate is
//! asked, the evidence package is verified offline, and one changed byte shows.

use crate::people::{firm, readme, readme_unexamined};
use crate::program::Deployment;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The OFAC files the lists are tested with.
const OFAC: [&str; 4] = ["sdn.csv", "add.csv", "alt.csv", "sdn_comments.csv"];

pub(crate) fn import_list(deployment: &Deployment) {
    let files: Vec<String> = OFAC.iter().map(|name| fixture(name).display().to_string()).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let published = ["--published-on", "2023-12-28", "--json"];
    let imported = deployment.run(&[&["lists", "import"], files.as_slice(), published.as_slice()].concat());
    assert_eq!(imported.expect(0)["unchanged"], false);
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../lists/tests/fixtures/ofac").join(name)
}

#[test]
fn the_main_job_on_sqlite() {
    the_main_job(&Deployment::sqlite());
}

#[test]
fn the_main_job_on_postgres() {
    the_main_job(&Deployment::postgres());
}

fn the_main_job(deployment: &Deployment) {
    import_list(deployment);
    let serving = deployment.serve();
    let client = &serving.client;
    assert_eq!(client.get("/readyz").status, 200, "{}", client.get("/readyz").text());

    let applied = client.post("/v1/applications", "sign-up-20417", &firm()).expect(201);
    assert_eq!(applied["state"], "in_review", "{applied}");
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("decision", reasons(&applied["decision"]));
    });
    let account = applied["account"].as_str().unwrap();

    let gate = client.get("/v1/gate/customer-20417?action=provision").expect(200);
    assert_eq!((&gate["answer"], &gate["account"]), (&json!("deny"), &applied["account"]), "{gate}");
    let asked = deployment.run(&["gate", "customer-20417", "--action", "provision", "--json"]);
    assert_eq!(asked.expect(1)["answer"], gate["answer"]);

    // The README's own words: one who is open and may provision, and the same person without a passport.
    let opened = client.post("/v1/applications", "readme-1", &readme()).expect(201);
    assert_eq!(opened["state"], "open", "{opened}");
    assert_eq!(client.get("/v1/gate/readme-1?action=provision").expect(200)["answer"], "allow");
    let unexamined = client.post("/v1/applications", "readme-2", &readme_unexamined()).expect(201);
    assert_eq!(unexamined["state"], "in_review", "{unexamined}");
    assert_ne!(unexamined["decision"]["missing"], json!([]), "{unexamined}");

    let purpose = json!({ "purpose": "Audit 2026-11, sample 14" });
    let path = format!("/v1/accounts/{account}/evidence");
    let json = [("content-type", "application/json"), ("idempotency-key", "package-1")];
    let package = client.ask("POST", &path, &json, purpose.to_string().as_bytes()).unwrap();
    assert_eq!(package.status, 200, "{}", package.text());
    std::fs::write(deployment.folder().join("http.zip"), &package.body).unwrap();
    let built =
        ["evidence", "build", "customer-20417", "--output", "built.zip", "--purpose", "Audit", "--json"];
    deployment.run(&built).expect(0);
    let key = client.ledger_key();
    std::fs::write(deployment.folder().join("keys.txt"), format!("log {key}\nquorum none\n")).unwrap();

    // From here on nothing of the provider runs.
    let (status, log) = serving.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    verify(deployment, "http.zip", &package.body);
    let bytes = std::fs::read(deployment.folder().join("built.zip")).unwrap();
    verify(deployment, "built.zip", &bytes);
}

/// What was decided and why, as people read it.
fn reasons(decision: &Value) -> String {
    let mut text = format!("{}\n", decision["outcome"].as_str().unwrap());
    for reason in decision["reasons"].as_array().unwrap() {
        let part = |name: &str| reason[name].as_str().unwrap_or_default().to_owned();
        let [rule, requirement, citation, words] = ["rule", "requirement", "citation", "text"].map(part);
        writeln!(text, "{rule} [{requirement}, {citation}]\n  {words}").unwrap();
    }
    text
}

fn verify(deployment: &Deployment, file: &str, bytes: &[u8]) {
    let report = deployment.run(&["verify", file, "--policy", "keys.txt"]);
    assert_eq!(report.code(), 0, "{}{}", report.stdout(), report.stderr());
    if file == "http.zip" {
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!("verified", masked(&report.stdout()));
        });
    }
    assert_eq!(deployment.run(&["verify", file]).code(), 0, "without keys from elsewhere, too");
    let places = 24;
    for place in 0..places {
        let mut changed = bytes.to_vec();
        let at = (bytes.len() - 1) * place / (places - 1);
        changed[at] ^= 1;
        std::fs::write(deployment.folder().join("changed.zip"), &changed).unwrap();
        let report = deployment.run(&["verify", "changed.zip", "--policy", "keys.txt", "--json"]);
        assert_eq!(report.expect(1)["verdict"], "INVALID", "byte {at} of {}", bytes.len());
    }
}

/// A report without what differs from run to run: hashes, identifiers, numbers, instants, keys.
fn masked(report: &str) -> String {
    let part_of_a_word = |c: char| c.is_ascii_alphanumeric() || "_-+/=.:".contains(c);
    let mut masked = String::new();
    for piece in report.split_inclusive(|c| !part_of_a_word(c)) {
        let word = piece.trim_end_matches(|c| !part_of_a_word(c));
        masked.push_str(mask(word));
        masked.extend(piece.chars().skip(word.chars().count()));
    }
    masked
}

fn mask(word: &str) -> &str {
    let hexadecimal = |c: char| c.is_ascii_hexdigit();
    match word {
        _ if word.len() >= 32 && word.chars().all(hexadecimal) => "[hash]",
        // How many records there are depends on what the server did meanwhile on its own.
        _ if !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()) => "[number]",
        _ if word.contains('+') && word.len() > 40 => "[key]",
        _ if word.starts_with("20") && word.contains('T') => "[instant]",
        _ if word.len() == 10 && word.starts_with("20") && word.matches('-').count() == 2 => "[date]",
        _ if word.len() == 8 && word.matches(':').count() == 2 => "[time]",
        _ if word.get(3..4) == Some("_") && word.len() > 25 => "[identifier]",
        _ => word,
    }
}
