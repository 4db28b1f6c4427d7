//! One span, one log line and one count per request, and its id in every answer.
//!
//! What is recorded: the route *template*, method, status, duration, who asked (the public part of the key).
//! Never recorded: the path as sent, the query, headers, bodies: any of them may hold personal data.

use super::problem::Problem;
use super::request_id::X_REQUEST_ID;
use super::{Edge, wants_html};
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use tracing::{Instrument, field};

/// Label and log value of a request that met no route.
pub const UNMATCHED: &str = "unmatched";

/// The outermost layer.
pub async fn observe(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let started_us = edge.ticks.now_us();
    let id = edge.request_ids.name(request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
    let method = method_label(request.method().as_str());
    let browser = wants_html(request.headers()) && !request.uri().path().starts_with("/v1/");
    let span = tracing::info_span!("request", request_id = id.as_str(), method, route, key = field::Empty);
    request.extensions_mut().insert(id.clone());

    let response = next.run(request).instrument(span.clone()).await;

    let mut response = finish(response, id.as_str(), browser);
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let duration_us = edge.ticks.now_us().saturating_sub(started_us);
    edge.metrics.answered(route, method, status, duration_us);
    span.in_scope(|| {
        if status >= 500 {
            tracing::warn!(status, duration_us, "request failed");
        } else {
            tracing::info!(status, duration_us, "request answered");
        }
    });
    response
}

/// Renders a problem again, now that the request's id is known. Headers set by inner layers stay.
fn finish(mut response: Response, id: &str, browser: bool) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let mut rendered = if browser { problem.respond_html(id) } else { problem.respond_json(Some(id)) };
    for (name, value) in response.headers() {
        if name != axum::http::header::CONTENT_LENGTH && !rendered.headers().contains_key(name) {
            rendered.headers_mut().insert(name.clone(), value.clone());
        }
    }
    rendered
}

fn method_label(method: &str) -> &'static str {
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}
