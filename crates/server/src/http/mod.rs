//! What every request meets: [`assemble`] puts the layers around the routes.
//!
//! Order, from the outside in: request id, span and metrics ([`observe`]); security headers; compression;
//! panic to problem; time limit; rate limit and, under `/v1`, credentials ([`admit`]); the handler.
//! No layer knows a use case and none reads a body.

pub mod admit;
pub mod api_key;
pub mod docs;
pub mod etag;
pub mod form_data;
pub mod health;
pub mod idempotency;
pub mod json;
pub mod limits;
pub mod metrics;
pub mod observe;
pub mod page;
pub mod problem;
pub mod rate;
pub mod request_id;
pub mod security;
pub mod serve;
pub mod ticks;

use api_key::KeyDirectory;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Request};
use axum::http::{HeaderMap, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use health::ReadyCheck;
use metrics::Metrics;
use problem::{Code, Problem};
use rate::RateLimiter;
use request_id::RequestIds;
use std::any::Any;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tenantry_model::clock::Clock;
use ticks::Ticks;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

/// What the layers need. Shared by all requests.
pub struct Edge {
    /// The time of day, for expiry of credentials.
    pub clock: Arc<dyn Clock>,
    /// Elapsed time, for durations and rates.
    pub ticks: Arc<dyn Ticks>,
    /// Names requests.
    pub request_ids: RequestIds,
    /// Knows the API keys.
    pub keys: Arc<dyn KeyDirectory>,
    /// Holds callers to their rates.
    pub limiter: RateLimiter,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// What must work before requests are sent here.
    pub ready_checks: Vec<Arc<dyn ReadyCheck>>,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Longest a handler may take; [`limits::REQUEST_TIME_MAX`] unless a test needs less.
    pub request_time_max: Duration,
    /// Set when the process has been told to stop: readiness answers no from then on.
    pub draining: AtomicBool,
}

impl Edge {
    /// From now on readiness answers no, so that balancers send nothing new.
    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }
}

impl fmt::Debug for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge").finish_non_exhaustive()
    }
}

/// The routes of the application, by how they are guarded.
#[derive(Debug)]
pub struct Parts {
    /// Behind an API key; paths are full, `/v1/…`. The handler finds a [`api_key::Principal`].
    pub api: Router,
    /// Without an API key: what anybody may read, and the console, which has sessions of its own.
    pub open: Router,
    /// The OpenAPI document, served at `/v1/openapi.json`.
    pub openapi: Bytes,
}

/// The whole server: the application's routes, ours (`/docs`, `/problems`, `/healthz`, `/readyz`, `/metrics`),
/// and the layers around them.
pub fn assemble(edge: Arc<Edge>, parts: Parts) -> Router {
    let api = parts.api.route_layer(from_fn_with_state(edge.clone(), admit::by_key));
    let open = parts
        .open
        .merge(docs::routes(parts.openapi))
        .merge(problem::routes())
        .layer(from_fn_with_state(edge.clone(), admit::by_address));
    let probes = health::routes().merge(metrics::routes()).with_state(edge.clone());
    Router::new()
        .merge(api)
        .merge(open)
        .merge(probes)
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(edge.clone(), in_time))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(CompressionLayer::new().compress_when(
            // Pages may hold a form token beside text a stranger chose, which compression would leak.
            SizeAbove::new(limits::COMPRESS_BYTES_MIN).and(NotForContentType::const_new("text/html")),
        ))
        .layer(from_fn(security::headers))
        .layer(from_fn_with_state(edge, observe::observe))
}

/// A path parameter; refusals are problems.
#[derive(Debug, Clone, Copy, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub struct Path<T>(pub T);

/// Query parameters; refusals are problems. Give the type `deny_unknown_fields`.
#[derive(Debug, Clone, Copy, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub struct Query<T>(pub T);

/// Runs a synchronous function of the register or the store off the threads that serve connections.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work)).await.map_err(|error| {
        tracing::error!(panicked = error.is_panic(), "work behind a request did not finish");
        Problem::new(Code::Internal)
    })
}

/// Does the caller prefer a page over a document?
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// A panic hook that logs where, never the message: it may repeat data. The binary installs it with
/// `std::panic::set_hook(Box::new(http::log_panic))`.
pub fn log_panic(info: &std::panic::PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "a thread panicked");
}

async fn nothing_here() -> Problem {
    Problem::new(Code::NotFound)
}

async fn wrong_method() -> Problem {
    Problem::new(Code::MethodNotAllowed)
}

fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    // The payload may hold data of the request; `log_panic` tells where it happened.
    tracing::error!("a handler panicked");
    axum::response::IntoResponse::into_response(Problem::new(Code::Internal))
}

async fn in_time(
    axum::extract::State(edge): axum::extract::State<Arc<Edge>>,
    request: Request,
    next: axum::middleware::Next,
) -> Response {
    match tokio::time::timeout(edge.request_time_max, next.run(request)).await {
        Ok(response) => response,
        Err(_) => axum::response::IntoResponse::into_response(Problem::new(Code::Timeout)),
    }
}
