//! Counts in OpenMetrics text at `/metrics`. Labels come from fixed sets (route templates, outcomes), never
//! from what a caller sends.

use super::Edge;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::sync::Arc;

/// Upper bounds of the latency classes, seconds. The gate answers in the first ones.
const LATENCY_SECONDS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Whether the newest checkpoint has its quorum of witnesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has, or none is asked for.
    Witnessed,
    /// It has not.
    Unwitnessed,
}

/// Whether a witness contradicts the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contest {
    /// None does.
    Uncontested,
    /// One does, or more.
    Contested,
}

/// Every count of the server.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    latency: Family<RouteLabel, Histogram, fn() -> Histogram>,
    gate: Family<OutcomeLabel, Counter>,
    deliveries: Family<OutcomeLabel, Counter>,
    queues: Family<QueueLabel, Gauge>,
    unwitnessed: Gauge,
    contested: Gauge,
    scrub_leaves: Gauge,
    scrub_findings: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabel {
    queue: &'static str,
}

impl Metrics {
    /// All counts at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("tenantry");
        let requests = Family::default();
        let latency = Family::new_with_constructor((|| Histogram::new(LATENCY_SECONDS)) as fn() -> Histogram);
        let (gate, deliveries, queues) = (Family::default(), Family::default(), Family::default());
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register_with_unit(
            "http_latency",
            "Time to answer a request",
            Unit::Seconds,
            latency.clone(),
        );
        registry.register("gate_answers", "Questions to the gate by outcome", gate.clone());
        registry.register("webhook_attempts", "Webhook delivery attempts by outcome", deliveries.clone());
        registry.register("queue_depth", "Work waiting in a queue", queues.clone());
        let unwitnessed = Gauge::default();
        registry.register(
            "ledger_unwitnessed",
            "1 while the newest checkpoint lacks the cosignatures that the witness policy asks for",
            unwitnessed.clone(),
        );
        let contested = Gauge::default();
        registry.register(
            "ledger_contested",
            "1 while a witness says without proof that it has cosigned more than is here, or another history",
            contested.clone(),
        );
        let (scrub_leaves, scrub_findings) = (Gauge::default(), Gauge::default());
        let help = "Leaves that the scrubber has looked at in the pass under way or the last one";
        registry.register("scrub_leaves", help, scrub_leaves.clone());
        let help = "What the scrubber found that is not as it was written";
        registry.register("scrub_findings", help, scrub_findings.clone());
        Self {
            registry,
            requests,
            latency,
            gate,
            deliveries,
            queues,
            unwitnessed,
            contested,
            scrub_leaves,
            scrub_findings,
        }
    }

    /// One request was answered.
    pub fn answered(&self, route: &str, method: &'static str, status: u16, duration_us: u64) {
        let labels = RequestLabels { route: route.to_owned(), method, status };
        self.requests.get_or_create(&labels).inc();
        let label = RouteLabel { route: route.to_owned() };
        self.latency.get_or_create(&label).observe(duration_us as f64 / 1e6);
    }

    /// The gate answered with this outcome.
    pub fn gate_answered(&self, outcome: &'static str) {
        self.gate.get_or_create(&OutcomeLabel { outcome }).inc();
    }

    /// A webhook delivery was attempted with this outcome.
    pub fn delivery_attempted(&self, outcome: &'static str) {
        self.deliveries.get_or_create(&OutcomeLabel { outcome }).inc();
    }

    /// How much work waits in a queue at present.
    pub fn queue_depth(&self, queue: &'static str, waiting: i64) {
        self.queues.get_or_create(&QueueLabel { queue }).set(waiting);
    }

    /// The newest checkpoint lacks its quorum of witnesses, or not any more.
    pub fn quorum(&self, standing: Standing) {
        self.unwitnessed.set(match standing {
            Standing::Witnessed => 0,
            Standing::Unwitnessed => 1,
        });
    }

    /// A witness contradicts the ledger, or none does.
    pub fn contested(&self, standing: Contest) {
        self.contested.set(i64::from(standing == Contest::Contested));
    }

    /// How far the scrubber is and what it found.
    pub fn scrubbed(&self, leaves: u64, findings: usize) {
        self.scrub_leaves.set(i64::try_from(leaves).unwrap_or(i64::MAX));
        self.scrub_findings.set(i64::try_from(findings).unwrap_or(i64::MAX));
    }

    /// The text a scraper reads.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a `String` does not fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// `/metrics`.
pub fn routes() -> Router<Arc<Edge>> {
    Router::new().route("/metrics", get(scrape))
}

async fn scrape(State(edge): State<Arc<Edge>>) -> Response {
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, media_type)], edge.metrics.text()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_metrics_changes_only_on_purpose() {
        let metrics = Metrics::new();
        metrics.answered("/v1/gate/{account}", "GET", 200, 400);
        metrics.gate_answered("allow");
        metrics.delivery_attempted("delivered");
        metrics.queue_depth("webhooks", 3);
        insta::assert_snapshot!(metrics.text());
    }
}
