//! A request repeated with its key changes nothing and gives the first answer; another request under it is refused.

use super::given::{Deployment, ask, example, person};
use crate::harness::Answer;
use axum::body::Body;
use serde_json::{Value, json};
use tenantry_server::http::problem::Code;

async fn ledger_size(deployment: &Deployment) -> Value {
    deployment.get("/v1/ledger/state").await.json()["size"].clone()
}

#[tokio::test]
async fn every_change_repeated_is_one_change() {
    let deployment = Deployment::new();
    let applied = deployment.apply(&example()).await;
    let account = applied["account"].as_str().unwrap();
    let party = applied["parties"]["owner"].as_str().unwrap();
    let telephone = json!({ "facts": [{ "fact": { "kind": "telephone", "number": "+4935155509999" } }] });
    let cases = [
        ("/v1/applications".to_owned(), person(1), person(2)),
        (
            format!("/v1/accounts/{account}/accesses"),
            json!({ "at": "2026-11-22T18:30:00Z", "access": "access" }),
            json!({ "at": "2026-11-22T18:31:00Z", "access": "access" }),
        ),
        (
            format!("/v1/parties/{party}/facts"),
            telephone,
            json!({ "facts": [
            { "fact": { "kind": "telephone", "number": "+4935155508888" } }
        ] }),
        ),
    ];
    for (number, (path, body, other)) in cases.into_iter().enumerate() {
        let key = format!("key-{number}");
        let first = deployment.post(&path, &key, &body).await;
        assert_eq!(first.status, 201, "{path}: {}", first.text());
        let size = ledger_size(&deployment).await;
        deployment.clock.advance_micros(5_000_000);
        let again = deployment.post(&path, &key, &body).await;
        assert_eq!((again.status, again.text()), (first.status, first.text()), "{path}");
        deployment.post(&path, &key, &other).await.problem(Code::IdempotencyKeyReused);
        assert_eq!(ledger_size(&deployment).await, size, "{path}: the repetition left a record");
        let stranger = deployment.key_with(tenantry_model::staff::Scope::ALL, None);
        let others = deployment.post_as(&stranger, &path, &key, &other).await;
        assert_eq!(others.status, 201, "{path}: keys of others do not collide: {}", others.text());
    }
}

async fn close(deployment: &Deployment, account: &str, tag: &str, key: &str) -> Answer {
    let request = ask("POST", &deployment.key, &format!("/v1/accounts/{account}/close"))
        .header("if-match", tag)
        .header("idempotency-key", key)
        .header("tenantry-reason", "Kündigung des Kunden vom 20. November");
    deployment.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn an_account_is_closed_as_it_was_seen_or_not_at_all() {
    let deployment = Deployment::new();
    let applied = deployment.apply(&person(1)).await;
    let account = applied["account"].as_str().unwrap();
    let path = format!("/v1/accounts/{account}");
    let seen = deployment.get(&path).await.header("etag").to_owned();
    close(&deployment, account, "\"v99\"", "k1").await.problem(Code::VersionOutdated);
    close(&deployment, account, "*", "k2").await.problem(Code::HeaderInvalid);
    let closed = close(&deployment, account, &seen, "k3").await;
    assert_eq!((closed.status.as_u16(), &closed.json()["state"]), (200, &json!("closed")));
    assert_ne!(closed.header("etag"), seen);
    let again = close(&deployment, account, &seen, "k3").await;
    assert_eq!(again.text(), closed.text());
    assert_eq!(deployment.get(&path).await.header("etag"), closed.header("etag"));
    let now = closed.header("etag").to_owned();
    close(&deployment, account, &now, "k4").await.problem(Code::Conflict);
    let gate = deployment.get(&format!("/v1/gate/{account}?action=access")).await.json();
    assert_eq!(gate["answer"], "deny");
}

#[tokio::test]
async fn what_a_closure_needs_is_asked_for_by_name() {
    let deployment = Deployment::new();
    let applied = deployment.apply(&person(1)).await;
    let path = format!("/v1/accounts/{}/close", applied["account"].as_str().unwrap());
    let all = [
        ("if-match", "\"v1\"", Code::VersionMissing),
        ("idempotency-key", "\"k\"", Code::IdempotencyKeyMissing),
        ("tenantry-reason", "Customer asked for it", Code::ReasonMissing),
    ];
    for (missing, _, code) in all {
        let given = all.iter().filter(|(name, ..)| *name != missing);
        let request =
            given.fold(ask("POST", &deployment.key, &path), |r, (name, value, _)| r.header(*name, *value));
        deployment.send(request.body(Body::empty()).unwrap()).await.problem(code);
    }
    let short = all.iter().fold(ask("POST", &deployment.key, &path), |r, (name, value, _)| {
        r.header(*name, if *name == "tenantry-reason" { "short" } else { value })
    });
    deployment.send(short.body(Body::empty()).unwrap()).await.problem(Code::ReasonMissing);
}
