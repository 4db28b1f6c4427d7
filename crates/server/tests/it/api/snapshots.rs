//! What every route answers, as people and machines read it; each body is held against the document.

use super::given::{Deployment, ask, example};
use super::openapi::document;
use super::schema::faults;
use crate::harness::Answer;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Checks an answer against the document and keeps it as a snapshot.
#[track_caller]
fn check(document: &Value, name: &str, template: &str, method: &str, answer: &Answer) {
    let status = answer.status.as_str();
    let described = &document["paths"][template][method]["responses"][status];
    assert!(described.is_object(), "{method} {template} does not describe {status}: {}", answer.text());
    let schema = &described["content"]["application/json"]["schema"];
    let body = answer.json();
    assert_eq!(faults(document, schema, &body), Vec::<String>::new(), "{method} {template}");
    insta::assert_json_snapshot!(name, redacted(&body));
}

/// The body with identifiers numbered as they come and digests left out, so that a snapshot shows what matters.
fn redacted(body: &Value) -> Value {
    let mut seen = BTreeMap::new();
    let mut body = body.clone();
    walk(&mut body, &mut seen);
    body
}

fn walk(value: &mut Value, seen: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|v| walk(v, seen)),
        Value::Array(items) => items.iter_mut().for_each(|v| walk(v, seen)),
        Value::String(text) => *text = shown(text, seen),
        _ => {}
    }
}

fn shown(text: &str, seen: &mut BTreeMap<String, String>) -> String {
    let hex = |t: &str| t.len() >= 32 && t.bytes().all(|b| b.is_ascii_hexdigit());
    if hex(text) {
        return "[digest]".to_owned();
    }
    if text.starts_with("whsec_") || text.contains("\n\n— ") {
        return "[signed]".to_owned();
    }
    let Some((prefix, digits)) = text.split_once('_').filter(|(p, d)| p.len() == 3 && d.len() == 26) else {
        return text.to_owned();
    };
    assert!(digits.bytes().all(|b| b.is_ascii_alphanumeric()));
    let next = seen.values().filter(|v| v.starts_with(prefix)).count() + 1;
    seen.entry(text.to_owned()).or_insert_with(|| format!("{prefix}_#{next}")).clone()
}

#[tokio::test]
async fn the_main_job_over_http() {
    let deployment = Deployment::new();
    let document = document();
    let applied = deployment.post("/v1/applications", "k1", &example()).await;
    check(&document, "applied", "/v1/applications", "post", &applied);
    let applied = applied.json();
    let id = |field: &str| applied[field].as_str().unwrap().to_owned();
    let party = applied["parties"]["owner"].as_str().unwrap();
    let read = |path: String| deployment.get_owned(path);
    let application = read(format!("/v1/applications/{}", id("application"))).await;
    check(&document, "application", "/v1/applications/{application}", "get", &application);
    check(&document, "applications", "/v1/applications", "get", &deployment.get("/v1/applications").await);
    let gate = read(format!("/v1/gate/{}?action=provision", id("account"))).await;
    check(&document, "gate", "/v1/gate/{account}", "get", &gate);
    check(&document, "accounts", "/v1/accounts", "get", &deployment.get("/v1/accounts").await);
    let account = read(format!("/v1/accounts/{}", id("account"))).await;
    check(&document, "account", "/v1/accounts/{account}", "get", &account);
    let timeline = read(format!("/v1/accounts/{}/timeline", id("account"))).await;
    check(&document, "timeline", "/v1/accounts/{account}/timeline", "get", &timeline);
    let decision = read(format!("/v1/decisions/{}", id("decision_id"))).await;
    check(&document, "decision", "/v1/decisions/{decision}", "get", &decision);
    let shown = read(format!("/v1/parties/{party}")).await;
    check(&document, "party", "/v1/parties/{party}", "get", &shown);
    assert!(!shown.text().contains("Silberbach") && !shown.text().contains("1984"), "values are masked");
    let statements =
        document["paths"]["/v1/parties/{party}/facts"]["post"]["requestBody"]["content"]["application/json"]
            ["example"]
            .clone();
    let added = deployment.post(&format!("/v1/parties/{party}/facts"), "k2", &statements).await;
    check(&document, "facts_added", "/v1/parties/{party}/facts", "post", &added);
    let access = json!({ "at": "2026-11-22T18:30:00Z", "access": "administration" });
    let access = deployment.post(&format!("/v1/accounts/{}/accesses", id("account")), "k3", &access).await;
    check(&document, "access", "/v1/accounts/{account}/accesses", "post", &access);
}

#[tokio::test]
async fn what_surrounds_it_over_http() {
    let deployment = Deployment::new();
    let document = document();
    let applied = deployment.apply(&example()).await;
    deployment.checkpoint();
    let case = deployment.get("/v1/cases").await;
    check(&document, "cases", "/v1/cases", "get", &case);
    if let Some(case) = case.json()["items"][0]["id"].as_str() {
        check(
            &document,
            "case",
            "/v1/cases/{case}",
            "get",
            &deployment.get(&format!("/v1/cases/{case}")).await,
        );
    }
    check(&document, "events", "/v1/events", "get", &deployment.get("/v1/events").await);
    let order =
        document["paths"]["/v1/orders"]["post"]["requestBody"]["content"]["application/json"]["example"]
            .clone();
    let order = deployment.post("/v1/orders", "k", &order).await;
    check(&document, "order_received", "/v1/orders", "post", &order);
    check(&document, "orders", "/v1/orders", "get", &deployment.get("/v1/orders").await);
    let one = deployment.get(&format!("/v1/orders/{}", order.json()["id"].as_str().unwrap())).await;
    check(&document, "order", "/v1/orders/{order}", "get", &one);
    check(&document, "measures", "/v1/measures", "get", &deployment.get("/v1/measures").await);
    let exits = "list=exits&kind=anonymous_network&source=example.org&published_on=2026-11-20";
    let request =
        ask("POST", &deployment.key, &format!("/v1/signal-lists?{exits}")).header("idempotency-key", "exits");
    let imported = deployment.send(request.body("203.0.113.0/24\n2001:db8::/32\n".into()).unwrap()).await;
    check(&document, "signal_list", "/v1/signal-lists", "post", &imported);
    check(&document, "lists", "/v1/lists", "get", &deployment.get("/v1/lists").await);
    check(&document, "ledger", "/v1/ledger/state", "get", &deployment.get("/v1/ledger/state").await);
    let records = deployment.get("/v1/ledger/records?limit=3").await;
    check(&document, "records", "/v1/ledger/records", "get", &records);
    let leaf = deployment.get("/v1/ledger/leaves/1").await;
    check(&document, "leaf", "/v1/ledger/leaves/{index}", "get", &leaf);
    let inclusion = deployment.get("/v1/ledger/inclusion?index=1").await;
    check(&document, "inclusion", "/v1/ledger/inclusion", "get", &inclusion);
    let consistency = deployment.get("/v1/ledger/consistency?old=1").await;
    check(&document, "consistency", "/v1/ledger/consistency", "get", &consistency);
    let replay = format!("/v1/decisions/{}/replay", applied["decision_id"].as_str().unwrap());
    let replay = deployment.post(&replay, "k", &json!({})).await;
    check(&document, "replay", "/v1/decisions/{decision}/replay", "post", &replay);
    let endpoint = json!({ "url": "https://hooks.provider.example/tenantry" });
    let made = deployment.post("/v1/webhooks", "k", &endpoint).await;
    check(&document, "endpoint_made", "/v1/webhooks", "post", &made);
    check(&document, "endpoints", "/v1/webhooks", "get", &deployment.get("/v1/webhooks").await);
}
