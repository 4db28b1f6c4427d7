//! The ledger over HTTP: anybody can follow it, holders of a key can prove from it, and a package carries it away.

use super::given::{Deployment, example};
use serde_json::json;
use tenantry_server::http::problem::Code;

#[tokio::test]
async fn anybody_can_read_checkpoint_key_and_hashes() {
    let deployment = Deployment::new();
    deployment.get_as("", "/ledger/checkpoint").await.problem(Code::NotFound);
    deployment.apply(&example()).await;
    deployment.checkpoint();
    let note = deployment.get_as("", "/ledger/checkpoint").await;
    assert_eq!(note.header("content-type"), "text/plain; charset=utf-8");
    assert!(note.text().starts_with("ledger.example.net/test\n"));
    let size: usize = note.text().lines().nth(1).unwrap().parse().unwrap();
    assert!(deployment.get_as("", "/ledger/key").await.text().starts_with("ledger.example.net/test+"));
    let tile = deployment.get_as("", &format!("/ledger/tile/0/000.p/{size}")).await;
    assert_eq!((tile.status.as_u16(), tile.body.len()), (200, 32 * size));
    deployment.get_as("", &format!("/ledger/tile/0/000.p/{}", size + 1)).await.problem(Code::NotFound);
    deployment.get_as("", "/ledger/tile/nonsense").await.problem(Code::NotFound);
    deployment
        .get_as("", &format!("/ledger/tile/entries/000.p/{size}"))
        .await
        .problem(Code::CredentialsMissing);
    let entries = deployment.get(&format!("/ledger/tile/entries/000.p/{size}")).await;
    assert!(entries.status == 200 && entries.body.len() > 34 * size, "{}", entries.body.len());
}

#[tokio::test]
async fn proofs_are_given_about_what_was_signed() {
    let deployment = Deployment::new();
    let applied = deployment.apply(&example()).await;
    deployment.checkpoint();
    let leaf = applied["leaf"].as_u64().unwrap();
    let state = deployment.get("/v1/ledger/state").await.json();
    let inclusion = deployment.get(&format!("/v1/ledger/inclusion?index={leaf}")).await.json();
    assert_eq!(inclusion["root"], state["checkpoint"]["root"]);
    assert_eq!(inclusion["size"], state["checkpoint"]["size"]);
    let consistency = deployment.get("/v1/ledger/consistency?old=1").await.json();
    assert_eq!(consistency["new_root"], state["checkpoint"]["root"]);
    let proof = deployment.get(&format!("/v1/ledger/proofs/{leaf}")).await;
    assert!(proof.text().contains(state["checkpoint"]["note"].as_str().unwrap()), "{}", proof.text());
    let view = deployment.get(&format!("/v1/ledger/leaves/{leaf}")).await.json();
    assert_eq!((&view["hash"], &view["title"]), (&inclusion["leaf"], &json!("Decided")));
    deployment.get("/v1/ledger/leaves/999999").await.problem(Code::NotFound);
    deployment.get("/v1/ledger/inclusion?index=999999").await.problem(Code::ValueInvalid);
    deployment.get("/v1/ledger/leaves/18446744073709551615").await.problem(Code::NotFound);
}

#[tokio::test]
async fn a_decision_replayed_gives_the_same_bytes() {
    let deployment = Deployment::new();
    let applied = deployment.apply(&example()).await;
    let path = format!("/v1/decisions/{}/replay", applied["decision_id"].as_str().unwrap());
    let replay = deployment.post(&path, "k", &json!({})).await;
    assert_eq!(replay.json()["same"], true, "{}", replay.text());
}

#[tokio::test]
async fn an_evidence_package_is_a_zip_with_its_digest() {
    let deployment = Deployment::new();
    let applied = deployment.apply(&example()).await;
    let path = format!("/v1/accounts/{}/evidence", applied["account"].as_str().unwrap());
    let package = deployment.post(&path, "k", &json!({ "purpose": "Audit 2026-11, sample 14" })).await;
    assert_eq!(package.status, 200, "{}", String::from_utf8_lossy(&package.body));
    assert_eq!(package.header("content-type"), "application/zip");
    assert!(package.body.starts_with(b"PK"));
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&package.body);
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
    assert_eq!(package.header("content-digest"), format!("sha-256=:{text}:"));
    let proof = package.header("link").split(['<', '>']).nth(1).unwrap().to_owned();
    deployment.checkpoint();
    assert_eq!(deployment.get(&proof).await.status, 200);
    for name in ["Silberbach", "Mira", "1984-05-17"] {
        let needle = name.as_bytes();
        assert!(!package.body.windows(needle.len()).any(|w| w == needle), "the package shows `{name}`");
    }
}
