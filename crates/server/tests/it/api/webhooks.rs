//! Webhook endpoints over HTTP, and deliveries of the register as the worker takes them.

use super::given::{Deployment, ask, person};
use axum::body::Body;
use serde_json::{Value, json};
use tenantry_model::clock::Clock;
use tenantry_server::deliveries::Deliveries;
use tenantry_server::http::problem::Code;
use tenantry_server::webhooks::target::TargetPolicy;
use tenantry_server::webhooks::worker::{DeliveryStore, Settlement};

fn endpoint() -> Value {
    json!({ "url": "https://hooks.provider.example/tenantry" })
}

#[tokio::test]
async fn endpoints_are_added_listed_and_switched_off() {
    let deployment = Deployment::new();
    let made = deployment.post("/v1/webhooks", "k", &endpoint()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let again = deployment.post("/v1/webhooks", "k", &endpoint()).await;
    assert_eq!((again.status.as_u16(), again.json()), (201, made.clone()), "asked again, answered again");
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let listed = deployment.get("/v1/webhooks").await;
    assert_eq!(listed.json()[0]["id"], made["id"]);
    assert!(!listed.text().contains("whsec_"), "the secret is shown once");
    let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    let gone = deployment.send(ask("DELETE", &deployment.key, &path).body(Body::empty()).unwrap()).await;
    assert_eq!(gone.status, 204);
    assert!(!deployment.get("/v1/webhooks").await.json()[0]["disabled_at"].is_null());
    let again = deployment.send(ask("DELETE", &deployment.key, &path).body(Body::empty()).unwrap()).await;
    again.problem(Code::NotFound);
}

#[tokio::test]
async fn only_public_addresses_and_known_words_are_taken() {
    let deployment = Deployment::new();
    for (body, pointer) in [
        (json!({ "url": "http://hooks.provider.example/" }), "/url"),
        (json!({ "url": "https://127.0.0.1/" }), "/url"),
        (json!({ "url": "https://169.254.169.254/latest" }), "/url"),
        (json!({ "url": "https://user@hooks.provider.example/" }), "/url"),
        (json!({ "url": "https://hooks.provider.example/", "types": ["Jane Roe"] }), "/types/0"),
        (
            json!({ "url": "https://hooks.provider.example/",
                    "types": ["tenantry.account.opened", "tenantry.acount.closed"] }),
            "/types/1",
        ),
    ] {
        let problem = deployment.post("/v1/webhooks", "k", &body).await.problem(Code::ValueInvalid);
        assert_eq!(problem["errors"][0]["pointer"], pointer);
        let known = problem["errors"][0]["detail"].as_str().unwrap().contains("tenantry.account.closed");
        assert_eq!(known, pointer.starts_with("/types"), "{problem}");
    }
}

#[tokio::test]
async fn an_event_is_claimed_once_signed_for_and_becomes_a_dead_letter_that_can_be_replayed() {
    let deployment = Deployment::new();
    deployment.post("/v1/webhooks", "k", &endpoint()).await;
    deployment.apply(&person(1)).await;
    let source = "https://tenantry.provider.example";
    let store = Deliveries::new(deployment.register.clone(), source, TargetPolicy::PublicOnly).unwrap();
    let rows = store.open_rows(100).unwrap();
    assert!(!rows.is_empty(), "applying tells the outside");
    let now = deployment.clock.now();
    let until = now.plus_micros(60_000_000);
    let call = store.claim(rows[0].id, now, until).unwrap().unwrap();
    assert!(store.claim(rows[0].id, now, until).unwrap().is_none(), "claimed twice");
    let event: Value = serde_json::from_slice(&call.body).unwrap();
    assert_eq!((&event["specversion"], &event["source"]), (&json!("1.0"), &json!(source)));
    assert!(event["type"].as_str().unwrap().starts_with("tenantry."), "{event}");
    assert!(!event.to_string().contains("Seeded Person"), "{event}");
    let failure = tenantry_server::webhooks::sender::Failure::Status(500);
    store.settle(call.delivery, call.attempt, &Settlement::Dead { at: now, failure }).unwrap();
    let dead = deployment.get("/v1/webhooks/dead-letters").await.json();
    assert_eq!((&dead["items"][0]["state"], &dead["items"][0]["last_status"]), (&json!("dead"), &json!(500)));
    let path = format!("/v1/webhooks/deliveries/{}/replay", call.delivery);
    assert_eq!(deployment.post(&path, "k", &json!({})).await.status, 202);
    assert_eq!(deployment.get("/v1/webhooks/dead-letters").await.json(), json!({ "items": [] }));
    assert!(store.open_rows(100).unwrap().iter().any(|row| row.id == call.delivery));
}
