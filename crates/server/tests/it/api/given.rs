//! A deployment for one test, and how to speak to it.

use crate::harness::Answer;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tenantry_model::id::{AccountId, StaffId};
use tenantry_model::staff::{Actor, Job, Role, Scope};
use tenantry_model::time::Timestamp;
use tenantry_register::people::NewApiKey;
use tenantry_register::{Call, Reason, Register, SetUp};
use tenantry_server::console::ConsoleOptions;
use tenantry_server::http::api_key::ApiKey;
use tenantry_server::http::rate::{Rate, Rates};
use tenantry_server::webhooks::target::TargetPolicy;
use tenantry_server::{AppState, ServerOptions, server};
use tenantry_store::{MIGRATIONS, Store, StoreExt};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::{FixedClock, SeededEntropy};
use tenantry_vault::{RootKey, SealedFile, StretchCost, Unlock};
use tower::ServiceExt;

const PACK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/eo13984-nprm-2024.toml"));

/// 23 November 2026, noon.
const NOON_US: i64 = 1_795_435_200_000_000;

/// So high that no test meets them.
const RATES: Rates = {
    let rate = Rate { per_second: 1_000_000, burst: 1_000_000 };
    Rates { gate: rate, general: rate, anonymous: rate }
};

/// A deployment of one test, with a key that may everything.
pub(crate) struct Deployment {
    pub(crate) register: Register,
    pub(crate) state: AppState,
    pub(crate) clock: FixedClock,
    pub(crate) key: String,
    app: Router,
    _folder: TempDir,
}

impl Deployment {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        store.migrate(MIGRATIONS).unwrap();
        let clock = FixedClock::at(Timestamp::from_micros(NOON_US));
        let entropy = Arc::new(SeededEntropy::new(1));
        let set_up = SetUp { origin: "ledger.example.net/test".to_owned(), pack: PACK.to_owned() };
        let register = Register::set_up(
            store,
            root_key(folder.path()),
            Arc::new(clock.clone()),
            entropy.clone(),
            set_up,
        )
        .unwrap();
        let options = ServerOptions {
            stamping: None,
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: "https://tenantry.provider.example".to_owned(),
            trusted_proxies: Vec::new(),
            rates: RATES,
            webhook_targets: TargetPolicy::PublicOnly,
            clock: Arc::new(clock.clone()),
            entropy,
            console: ConsoleOptions::default(),
        };
        let state = server::state(register.clone(), &options).unwrap();
        let app = server::app(&state, server::edge(&state, &options), options.console.clone());
        let mut deployment = Self { register, state, clock, key: String::new(), app, _folder: folder };
        deployment.key = deployment.key_with(Scope::ALL, None);
        deployment
    }

    /// A new key with these scopes.
    pub(crate) fn key_with(&self, scopes: &[Scope], reseller: Option<AccountId>) -> String {
        self.api_key(scopes, reseller).reveal()
    }

    pub(crate) fn api_key(&self, scopes: &[Scope], reseller: Option<AccountId>) -> ApiKey {
        let new = NewApiKey { label: "test".to_owned(), scopes: scopes.to_vec(), reseller };
        self.state.create_api_key(&job(Job::SetUp), new).unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), 1 << 26).await.unwrap().to_vec();
        Answer { status, headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_as(&self.key, path).await
    }

    pub(crate) async fn get_owned(&self, path: String) -> Answer {
        self.get(&path).await
    }

    pub(crate) async fn get_as(&self, key: &str, path: &str) -> Answer {
        self.send(ask("GET", key, path).body(Body::empty()).unwrap()).await
    }

    /// A JSON request with everything that a change may need.
    pub(crate) async fn post(&self, path: &str, idempotency_key: &str, body: &Value) -> Answer {
        self.post_as(&self.key, path, idempotency_key, body).await
    }

    pub(crate) async fn post_as(&self, key: &str, path: &str, idempotency_key: &str, body: &Value) -> Answer {
        let request = ask("POST", key, path)
            .header("content-type", "application/json")
            .header("idempotency-key", format!("\"{idempotency_key}\""));
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    /// Applies, a second after whatever was before, and answers what became of it.
    pub(crate) async fn apply(&self, application: &Value) -> Value {
        self.clock.advance_micros(1_000_000);
        let reference = application["reference"].as_str().unwrap();
        let answer = self.post("/v1/applications", &format!("apply-{reference}"), application).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// Signs a checkpoint.
    /// Proposes a measure, as a compliance officer does in the console.
    pub(crate) fn propose_measure(&self, title: &str) {
        let measure = json!({ "title": title, "target": { "kind": "jurisdiction", "jurisdictions": ["KP"] },
            "effect": { "effect": "prohibit" }, "citation": "Determination 1", "determined_on": "2026-10-20" });
        let id = StaffId::from_bytes([7; 16]);
        let officer = Call::by(Actor::Staff { id, role: Role::ComplianceOfficer });
        let officer = officer.because(Reason::parse("because the test says so").unwrap());
        self.register.propose_measure(&officer, serde_json::from_value(measure).unwrap()).unwrap();
    }

    pub(crate) fn checkpoint(&self) {
        self.register.checkpoint(&job(Job::Checkpoints)).unwrap();
    }
}

pub(crate) fn ask(method: &str, key: &str, path: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    if key.is_empty() { request } else { request.header("authorization", format!("Bearer {key}")) }
}

pub(crate) const fn job(job: Job) -> Call {
    Call::by(Actor::System { job })
}

fn root_key(folder: &Path) -> Arc<dyn RootKey> {
    let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };
    let entropy = SeededEntropy::new(2);
    Arc::new(
        SealedFile::create(&folder.join("root.key"), Unlock::Passphrase("test"), cost, &entropy).unwrap(),
    )
}

/// The invented application of the document.
pub(crate) fn example() -> Value {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/api/examples/application.json"));
    serde_json::from_str(text).unwrap()
}

/// The application of one person; different numbers, different persons.
pub(crate) fn person(number: u32) -> Value {
    json!({
        "reference": format!("person-{number}"),
        "parties": [{
            "key": "me",
            "kind": "individual",
            "roles": ["customer", "user"],
            "facts": [
                { "fact": { "kind": "legal_name", "text": format!("Seeded Person {number}") } },
                { "fact": { "kind": "date_of_birth", "date": "1985-04-12" } },
                { "fact": { "kind": "citizenship", "jurisdiction": "NZ" } },
                { "fact": { "kind": "address", "usage": "residential", "street": "1 Example Street",
                            "locality": "Auckland 1010", "jurisdiction": "NZ" } },
                { "fact": { "kind": "email", "address": format!("seeded.person.{number}@example.net") } },
                { "fact": { "kind": "telephone", "number": format!("+6421555{number:04}") } },
                { "fact": { "kind": "payment", "method": "card", "token": format!("tok_example_{number}") } }
            ]
        }]
    })
}

/// A reseller, itself below another or not.
pub(crate) fn reseller(number: u32, above: Option<&str>) -> Value {
    let mut application = person(number);
    application["reference"] = json!(format!("reseller-{number}"));
    application["parties"][0]["roles"] = json!(["customer", "reseller"]);
    if let Some(above) = above {
        application["reseller"] = json!(above);
    }
    application
}
