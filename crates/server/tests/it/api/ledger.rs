//! The ledger over HTTP: anybody can follow it, holders of a key can prove from it, and a package carries it away.

use super::given::{Deployment, example};
use serde_json::json;
use tenantry_server::http::problem::Code;

/// The public key of somebody who gets a package.
const RECIPIENT: &str = "age1an7cmnfrjqpr2qlaynegqns5clx3gzc8v7fxwwjslyqascmxed6q3hlh8y";

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
    // The same request under the same key: the same bytes, and no further record.
    let size = deployment.get("/v1/ledger/state").await.json()["size"].clone();
    let again = deployment.post(&path, "k", &json!({ "purpose": "Audit 2026-11, sample 14" })).await;
    assert_eq!((again.status.as_u16(), &again.body), (200, &package.body));
    assert_eq!(deployment.get("/v1/ledger/state").await.json()["size"], size);
    deployment.post(&path, "k", &json!({ "purpose": "Another" })).await.problem(Code::IdempotencyKeyReused);
    let receipt = deployment.get(&proof.replace("proofs", "receipts")).await;
    let report = tenantry_verifier::verify(&package.body, None, Some(&receipt.body));
    assert_eq!(report.verdict, tenantry_verifier::Verdict::Valid, "{report}");
    // For a recipient it is encrypted, and what is no key is refused.
    let sealed = json!({ "purpose": "Audit", "recipient": RECIPIENT });
    let encrypted = deployment.post(&path, "k2", &sealed).await;
    assert_eq!(
        (encrypted.status.as_u16(), encrypted.header("content-type")),
        (200, "application/octet-stream")
    );
    assert!(encrypted.body.starts_with(b"age-encryption.org/v1\n"));
    assert!(encrypted.header("content-disposition").ends_with(".zip.age\""));
    let wrong = deployment.post(&path, "k3", &json!({ "purpose": "Audit", "recipient": "age1nobody" })).await;
    assert!(wrong.problem(Code::ValueInvalid).to_string().contains("/recipient"));
    for name in ["Silberbach", "Mira", "1984-05-17"] {
        let needle = name.as_bytes();
        assert!(!package.body.windows(needle.len()).any(|w| w == needle), "the package shows `{name}`");
    }
}

#[tokio::test]
async fn accesses_by_the_batch_are_one_record_with_a_receipt_for_each() {
    let deployment = Deployment::new();
    let account = deployment.apply(&example()).await["account"].clone();
    let access = |second: usize| json!({ "account": account, "at": format!("2026-11-22T18:30:{second:02}Z"), "access": "access", "ip": "198.51.100.7" });
    let body = json!({ "accesses": (0..50).map(access).collect::<Vec<_>>() });
    let recorded = deployment.post("/v1/accesses", "b1", &body).await;
    assert_eq!(recorded.status, 201, "{}", recorded.text());
    let answer = recorded.json();
    assert_eq!(answer["events"], 50);
    assert_eq!(deployment.post("/v1/accesses", "b1", &body).await.json(), answer, "repeated");
    deployment.checkpoint();
    let path = format!("/v1/ledger/receipts/{}", answer["leaf"]);
    for path in [path.clone(), format!("{path}?event=49")] {
        let receipt = deployment.get(&path).await;
        assert_eq!(receipt.header("content-type"), "application/json");
        let report = tenantry_verifier::verify(&receipt.body, None, None);
        assert_eq!(report.verdict, tenantry_verifier::Verdict::Valid, "{report}");
        assert_eq!(report.counts.events, usize::from(path.ends_with("=49")));
        assert!(!receipt.text().contains("198.51.100"));
    }
    deployment.get(&format!("{path}?event=50")).await.problem(Code::NotFound);
    assert!(deployment.get(&format!("{path}?event=4097000")).await.status.is_client_error());

    // All of it or nothing: the place of the first that is refused is named.
    let mut late = body.clone();
    late["accesses"][7]["at"] = "2036-11-22T18:30:00Z".into();
    let refused = deployment.post("/v1/accesses", "b2", &late).await.problem(Code::ValueInvalid);
    assert!(refused.to_string().contains("/accesses/7/at"), "{refused}");
    for accesses in [json!([]), json!(vec![access(0); 4_097])] {
        deployment
            .post("/v1/accesses", "b3", &json!({ "accesses": accesses }))
            .await
            .problem(Code::ValueInvalid);
    }
}
