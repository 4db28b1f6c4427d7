//! A server around a handful of test routes, with time and keys in the test's hands.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::{get, post, put};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tenantry_model::clock::Clock;
use tenantry_model::id::ApiKeyId;
use tenantry_model::random::Entropy;
use tenantry_model::staff::Scope;
use tenantry_model::time::Timestamp;
use tenantry_server::http::api_key::{ApiKey, KeyDirectory, KeyRecord, KeysUnavailable, Principal};
use tenantry_server::http::etag::{IfMatch, Version};
use tenantry_server::http::health::ReadyCheck;
use tenantry_server::http::idempotency::IdempotencyKey;
use tenantry_server::http::json::Json;
use tenantry_server::http::metrics::Metrics;
use tenantry_server::http::page::{Page, PageRequest};
use tenantry_server::http::problem::{Code, Problem};
use tenantry_server::http::rate::{Rate, RateLimiter, Rates};
use tenantry_server::http::request_id::RequestIds;
use tenantry_server::http::ticks::Ticks;
use tenantry_server::http::{Edge, Parts, Path, assemble};
use tower::ServiceExt;

/// Time that moves only when told.
#[derive(Default)]
pub(crate) struct Time {
    pub(crate) clock_us: AtomicI64,
    pub(crate) ticks_us: AtomicU64,
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.clock_us.load(Ordering::Relaxed))
    }

    fn ticks_us(&self) -> i64 {
        i64::try_from(self.ticks_us.load(Ordering::Relaxed)).unwrap()
    }
}

impl Ticks for Time {
    fn now_us(&self) -> u64 {
        self.ticks_us.load(Ordering::Relaxed)
    }
}

/// The same byte over and over.
pub(crate) struct Same(pub(crate) u8);

impl Entropy for Same {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0);
    }
}

/// Knows the keys 1 (all scopes) and 2 (gate only, ends at second 100); can be out of order.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) broken: AtomicBool,
}

pub(crate) fn key(number: u8) -> ApiKey {
    ApiKey::issue(ApiKeyId::from_bytes([number; 16]), &Same(number))
}

impl KeyDirectory for Keys {
    fn find(&self, id: ApiKeyId) -> Result<Option<KeyRecord>, KeysUnavailable> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(KeysUnavailable);
        }
        let record = |number, scopes: &[Scope], ends_at| {
            let key = key(number);
            let principal = Principal { key: key.id(), scopes: scopes.into(), confined_to: None };
            KeyRecord { hash: key.hash(), ends_at, principal }
        };
        let known = [
            record(1, Scope::ALL, None),
            record(2, &[Scope::Gate], Some(Timestamp::from_micros(100_000_000))),
        ];
        Ok(known.into_iter().find(|r| r.principal.key == id))
    }
}

struct Store(Arc<AtomicBool>);

impl ReadyCheck for Store {
    fn name(&self) -> &'static str {
        "store"
    }

    fn check(&self) -> Result<(), String> {
        if self.0.load(Ordering::Relaxed) { Ok(()) } else { Err("no answer".to_owned()) }
    }
}

/// A server and the strings that move it.
pub(crate) struct Server {
    pub(crate) app: Router,
    pub(crate) edge: Arc<Edge>,
    pub(crate) time: Arc<Time>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) store_works: Arc<AtomicBool>,
}

/// One log for the whole run: what any test lets slip is seen by the test that reads it.
pub(crate) fn start_log() {
    tenantry_testkit::logs::listen();
}

/// The whole lines logged so far by all tests, as JSON.
pub(crate) fn log_text() -> String {
    tenantry_testkit::logs::text()
}

/// Rates small enough to be met in a test.
const RATES: Rates = Rates {
    gate: Rate { per_second: 100, burst: 1_000 },
    general: Rate { per_second: 100, burst: 100 },
    anonymous: Rate { per_second: 1, burst: 20 },
};

impl Server {
    pub(crate) fn new() -> Self {
        Self::with_request_time_max(Duration::from_secs(30))
    }

    pub(crate) fn with_request_time_max(request_time_max: Duration) -> Self {
        start_log();
        let (time, keys) = (Arc::new(Time::default()), Arc::new(Keys::default()));
        let store_works = Arc::new(AtomicBool::new(true));
        let edge = Arc::new(Edge {
            clock: time.clone(),
            ticks: time.clone(),
            request_ids: RequestIds::new(7),
            keys: keys.clone(),
            limiter: RateLimiter::new(RATES),
            metrics: Arc::new(Metrics::new()),
            ready_checks: vec![Arc::new(Store(store_works.clone()))],
            trusted_proxies: Vec::new(),
            request_time_max,
            draining: AtomicBool::new(false),
        });
        let openapi =
            Bytes::from_static(br#"{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{}}"#);
        let app = assemble(edge.clone(), Parts { api: api(), open: open(), openapi });
        Self { app, edge, time, keys, store_works }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec();
        Answer { status, headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(with_key(1, Request::get(path)).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post_json(&self, body: impl Into<Body>) -> Answer {
        let request = with_key(1, Request::post("/v1/echo")).header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }
}

pub(crate) fn with_key(number: u8, request: axum::http::request::Builder) -> axum::http::request::Builder {
    request.header("authorization", format!("Bearer {}", key(number).reveal()))
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// Checks that this is a problem document with this code, whole and consistent, and gives it back.
    #[track_caller]
    pub(crate) fn problem(&self, code: Code) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let document = self.json();
        assert_eq!(document["code"], code.as_str(), "{document}");
        assert_eq!(self.status, code.status());
        assert_eq!(document["status"], self.status.as_u16());
        assert_eq!(document["type"], code.type_url());
        assert_eq!(document["request_id"], self.header("x-request-id"));
        document
    }
}

fn api() -> Router {
    Router::new()
        .route("/v1/echo", post(async |body: Json<Value>| axum::Json(body.value)))
        .route("/v1/gate/{account}", get(async |_: Principal| "allow"))
        .route("/v1/cases", get(async |who: Principal| who.require(Scope::Read).map(|()| "cases")))
        .route("/v1/things", get(things))
        .route("/v1/things/{number}", put(change))
        .route("/v1/panic", get(async || -> &'static str { panic!("Seeded Person") }))
        .route("/v1/never", get(async || std::future::pending::<()>().await))
}

fn open() -> Router {
    Router::new()
        .route("/page", get(async || axum::response::Html("<p>page</p>".repeat(500))))
        .route("/long", get(async || "long ".repeat(1_000)))
        .route("/broken", get(async || Problem::new(Code::Conflict).detail("<b>state</b>")))
}

async fn things(page: PageRequest<u32>) -> axum::Json<Page<u32>> {
    let first = page.after.map_or(0, |after| after + 1);
    let rows = (first..120).take(usize::from(page.limit) + 1).collect();
    axum::Json(Page::from_rows(rows, page.limit, |row| *row))
}

async fn change(
    Path(number): Path<u64>,
    seen: IfMatch,
    key: IdempotencyKey,
    body: Json<Value>,
) -> Result<(Version, axum::Json<Value>), Problem> {
    seen.check(Version(number))?;
    let answer = json!({ "key": key.as_str(), "value": body.value });
    Ok((Version(number + 1), axum::Json(answer)))
}
