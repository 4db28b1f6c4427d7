//! `/healthz`: the process runs. `/readyz`: what it needs works, and it has not been told to stop.
//! Neither takes credentials, and a check's text names a part of the system, never data.

use super::Edge;
use super::limits::READY_CHECK_TIME_MAX;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Something that must work before requests are sent to this process.
pub trait ReadyCheck: Send + Sync {
    /// Its name, a word such as `store`.
    fn name(&self) -> &'static str;

    /// Does it work? May block for a short while; an error says what is wrong, without data.
    fn check(&self) -> Result<(), String>;
}

/// `/healthz` and `/readyz`.
pub fn routes() -> Router<Arc<Edge>> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

/// The word under `status`, which clients of yente read.
const OK: &str = "ok";

#[derive(Serialize)]
struct Liveness {
    status: &'static str,
}

async fn alive() -> Json<Liveness> {
    Json(Liveness { status: OK })
}

#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    ready: bool,
    draining: bool,
    checks: Vec<CheckResult>,
}

#[derive(Serialize)]
struct CheckResult {
    name: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

async fn ready(State(edge): State<Arc<Edge>>) -> Response {
    let mut checks = Vec::new();
    for check in &edge.ready_checks {
        checks.push(run(check.clone()).await);
    }
    let draining = edge.draining.load(Ordering::Relaxed);
    let ready = !draining && checks.iter().all(|check| check.ok);
    let (code, status) =
        if ready { (StatusCode::OK, OK) } else { (StatusCode::SERVICE_UNAVAILABLE, "not_ready") };
    (code, Json(Readiness { status, ready, draining, checks })).into_response()
}

async fn run(check: Arc<dyn ReadyCheck>) -> CheckResult {
    let name = check.name();
    let work = tokio::task::spawn_blocking(move || check.check());
    let detail = match tokio::time::timeout(READY_CHECK_TIME_MAX, work).await {
        Ok(Ok(Ok(()))) => None,
        Ok(Ok(Err(text))) => Some(text),
        Ok(Err(_)) => Some("the check did not finish".to_owned()),
        Err(_) => Some(format!("no answer within {} s", READY_CHECK_TIME_MAX.as_secs())),
    };
    CheckResult { name, ok: detail.is_none(), detail }
}
