//! Every route of the document: nobody without a key, nobody without the scope, nobody from another reseller's part.

use super::given::{Deployment, ask, example, reseller};
use super::openapi::{document, operations};
use crate::harness::Answer;
use axum::body::Body;
use serde_json::Value;
use std::collections::BTreeSet;
use tenantry_model::id::AccountId;
use tenantry_model::staff::Scope;
use tenantry_server::http::problem::Code;

struct House {
    deployment: Deployment,
    /// What a path parameter of a name stands for.
    objects: Vec<(&'static str, String)>,
    other_reseller: AccountId,
}

impl House {
    async fn new() -> Self {
        let deployment = Deployment::new();
        let other = deployment.apply(&reseller(1, None)).await;
        let applied = deployment.apply(&example()).await;
        deployment.checkpoint();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let objects = vec![
            ("application", text(&applied["application"])),
            ("account", text(&applied["account"])),
            ("party", text(&applied["parties"]["owner"])),
            ("decision", text(&applied["decision_id"])),
            ("case", "cse_00000000000000000000000001".to_owned()),
            ("order", "ord_00000000000000000000000001".to_owned()),
            ("measure", "msr_00000000000000000000000001".to_owned()),
            ("hold", "hld_00000000000000000000000001".to_owned()),
            ("erasure", "ers_00000000000000000000000001".to_owned()),
            ("endpoint", "whe_00000000000000000000000001".to_owned()),
            ("delivery", "dlv_00000000000000000000000001".to_owned()),
            ("index", "0".to_owned()),
            ("path", "000.p/1".to_owned()),
            ("dataset", "default".to_owned()),
            ("entity", "own-1".to_owned()),
            ("property", "ownershipOwner".to_owned()),
        ];
        let other_reseller = other["account"].as_str().unwrap().parse().unwrap();
        Self { deployment, objects, other_reseller }
    }

    fn named(&self, name: &str) -> Value {
        self.objects
            .iter()
            .find(|(object, _)| *object == name)
            .map(|(_, id)| Value::from(id.as_str()))
            .unwrap()
    }

    /// A sound request for an operation.
    async fn call(&self, key: &str, path: &str, method: &str, operation: &Value) -> Answer {
        let mut path = self
            .objects
            .iter()
            .fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
        assert!(!path.contains('{'), "{path}: say in this test what its parameter stands for");
        let mut request = ask(method, key, "/");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            match (parameter["in"].as_str().unwrap(), name) {
                ("header", "Idempotency-Key") => request = request.header(name, "\"once\""),
                ("header", "If-Match") => request = request.header(name, "\"v1\""),
                ("header", "Tenantry-Reason") => {
                    request = request.header(name, "Asked for by this very test");
                }
                ("query", name) if parameter["required"] == true => {
                    let value = match name {
                        "action" => "provision",
                        "file" => "list.json",
                        _ => "1",
                    };
                    path = format!("{path}{}{name}={value}", if path.contains('?') { '&' } else { '?' });
                }
                _ => {}
            }
        }
        let body = match operation["requestBody"]["content"].get("application/json") {
            Some(body) => {
                request = request.header("content-type", "application/json");
                let mut example = body["example"].clone();
                match operation["operationId"].as_str() {
                    // What these name stands in their body.
                    Some("report_accesses") => example["accesses"][0]["account"] = self.named("account"),
                    Some("apply") => example["reseller"] = self.named("account"),
                    _ => {}
                }
                Body::from(example.to_string())
            }
            None => Body::empty(),
        };
        self.deployment.send(request.uri(path).body(body).unwrap()).await
    }
}

#[tokio::test]
async fn no_route_is_open_to_strangers() {
    let house = House::new().await;
    for (path, method, operation) in operations(&document()) {
        if operation["security"].is_array() {
            let answer = house.call("", &path, &method, &operation).await;
            answer.problem(Code::CredentialsMissing);
        }
    }
}

#[tokio::test]
async fn every_route_needs_the_scope_it_names() {
    let house = House::new().await;
    for (path, method, operation) in operations(&document()) {
        let Some(needed) = operation["security"][0]["api_key"][0].as_str() else { continue };
        let needed: Scope = needed.parse().unwrap();
        let others: Vec<_> = Scope::ALL.iter().copied().filter(|scope| *scope != needed).collect();
        let without = house.deployment.key_with(&others, None);
        let answer = house.call(&without, &path, &method, &operation).await;
        let problem = answer.problem(Code::ScopeMissing);
        assert_eq!(problem["detail"], format!("this needs the scope `{needed}`"), "{method} {path}");
        let with = house.deployment.key_with(&[needed], None);
        let answer = house.call(&with, &path, &method, &operation).await;
        assert!(!matches!(answer.status.as_u16(), 401 | 403 | 500..), "{method} {path}: {}", answer.text());
    }
}

/// What a key confined to a reseller may ask about its own part. Everything else concerns the whole provider and is closed to it, whatever
/// object is named and whether or not there is such an object.
const OPEN_TO_RESELLERS: [&str; 17] = [
    "add_facts",
    "appeal",
    "apply",
    "ask_gate",
    "build_evidence",
    "change_roles",
    "close_account",
    "list_accounts",
    "list_applications",
    "read_account",
    "read_application",
    "read_decision",
    "read_party",
    "read_timeline",
    "replay_decision",
    "report_access",
    "report_accesses",
];

/// What belongs to others is not there; what concerns the whole provider is closed to resellers; lists of things are empty of it.
#[tokio::test]
async fn a_key_of_another_reseller_sees_nothing_of_it() {
    let house = House::new().await;
    let confined = house.deployment.key_with(Scope::ALL, Some(house.other_reseller));
    let mut open = BTreeSet::from(OPEN_TO_RESELLERS);
    let ours: Vec<_> = house.objects.iter().filter(|(name, _)| *name != "index" && *name != "path").collect();
    for (path, method, operation) in operations(&document()) {
        if !operation["security"].is_array() {
            continue;
        }
        let answer = house.call(&confined, &path, &method, &operation).await;
        let at = format!("{method} {path}: {}", String::from_utf8_lossy(&answer.body));
        let id = operation["operationId"].as_str().unwrap();
        if !OPEN_TO_RESELLERS.contains(&id) {
            let problem = answer.problem(Code::Forbidden);
            assert_eq!(problem["detail"], "a key that is confined to a reseller may not ask this", "{at}");
            continue;
        }
        open.remove(id);
        match (id, answer.status.as_u16()) {
            // Who is above the new account is a field, and that reseller is not there either.
            ("apply", 422) => assert!(answer.text().contains("/reseller"), "{at}"),
            (_, 404) => {}
            // The gate answers everybody, and nobody learns from it which accounts there are.
            ("ask_gate", 200) => {
                let body = answer.json();
                assert!(body["answer"] == "deny" && body["reasons"][0] == "account_unknown", "{at}");
                assert!(body["account"].is_null(), "{at}");
            }
            ("list_applications" | "list_accounts", 200) => {
                let text = answer.text();
                assert!(ours.iter().all(|(_, id)| !text.contains(id.as_str())), "{at}");
            }
            _ => panic!("{at}"),
        }
    }
    assert!(open.is_empty(), "no operations: {open:?}");
}

#[tokio::test]
async fn a_reseller_sees_its_own_part_and_only_that() {
    let house = House::new().await;
    let own = house.other_reseller.to_string();
    let below = house.deployment.apply(&reseller(2, Some(&own))).await;
    let key = house.deployment.key_with(Scope::ALL, Some(house.other_reseller));
    let listed = house.deployment.get_as(&key, "/v1/accounts").await.json();
    let ids: Vec<_> = listed["items"].as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [own.as_str(), below["account"].as_str().unwrap()]);
    let gate = format!("/v1/gate/{}?action=provision", below["account"].as_str().unwrap());
    assert_eq!(house.deployment.get_as(&key, &gate).await.json()["account"], below["account"]);
}

#[tokio::test]
async fn a_revoked_key_stops_at_once() {
    let deployment = Deployment::new();
    let key = deployment.api_key(&[Scope::Read], None);
    assert_eq!(deployment.get_as(&key.reveal(), "/v1/accounts").await.status, 200);
    let call = super::given::job(tenantry_model::staff::Job::SetUp);
    deployment.state.revoke_api_key(&call, key.id()).unwrap();
    deployment.get_as(&key.reveal(), "/v1/accounts").await.problem(Code::CredentialsUnknown);
}

/// A key that another node revoked is refused after the next refresh; without refreshes nobody is let in.
#[tokio::test]
async fn keys_follow_the_store_or_nobody_is_let_in() {
    let deployment = Deployment::new();
    let key = deployment.api_key(&[Scope::Read], None);
    let call = super::given::job(tenantry_model::staff::Job::SetUp);
    deployment.register.revoke_api_key(&call, key.id()).unwrap();
    assert_eq!(deployment.get_as(&key.reveal(), "/v1/accounts").await.status, 200);
    deployment.state.keys.refresh().unwrap();
    deployment.get_as(&key.reveal(), "/v1/accounts").await.problem(Code::CredentialsUnknown);
    deployment.clock.advance_micros(31_000_000);
    deployment.get("/v1/accounts").await.problem(Code::Unavailable);
    deployment.state.keys.refresh().unwrap();
    assert_eq!(deployment.get("/v1/accounts").await.status, 200);
}
