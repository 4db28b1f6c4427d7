//! The API under `/v1`, and beside it matching in yente's shape: each handler parses, calls one function of the register, and renders the answer.
//!
//! A route is declared once, together with its description: [`routes`] gives the router and [`document`] the OpenAPI 3.1
//! document of the same declarations. `guard` adds the scope a route asks for to both; `describe` adds the problems it
//! can answer with. Who may do what is decided by the register; scopes only narrow a key.

mod accesses;
mod accounts;
mod applications;
mod cases;
mod decisions;
mod describe;
mod events;
mod evidence;
mod gate;
mod guard;
mod ledger;
mod lists;
mod measures;
mod orders;
mod parties;
mod reason;
pub mod refusal;
mod retention;
pub mod shapes;
mod signals;
mod webhooks;
pub mod yente;

use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::Problem;
use crate::state::AppState;
use axum::Router;
use axum::body::Bytes;
use utoipa_axum::router::OpenApiRouter;

pub use reason::TENANTRY_REASON;

/// The routes behind an API key.
pub fn routes(state: AppState) -> Router {
    keyed().with_state(state).split_for_parts().0
}

/// The routes that anybody may read.
pub fn open_routes(state: AppState) -> Router {
    open().with_state(state).split_for_parts().0
}

/// The OpenAPI document.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = keyed().split_for_parts();
    document.merge(open().split_for_parts().1);
    describe::complete(&mut document);
    document
}

/// The OpenAPI document as it is served and checked in: JSON, indented, with a line end.
pub fn document_text() -> Bytes {
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text.into()
}

fn keyed() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(applications::routes())
        .merge(gate::routes())
        .merge(accounts::routes())
        .merge(accesses::routes())
        .merge(parties::routes())
        .merge(decisions::routes())
        .merge(measures::routes())
        .merge(cases::routes())
        .merge(orders::routes())
        .merge(lists::routes())
        .merge(signals::routes())
        .merge(ledger::routes())
        .merge(evidence::routes())
        .merge(retention::routes())
        .merge(webhooks::routes())
        .merge(events::routes())
        .merge(yente::routes())
}

fn open() -> OpenApiRouter<AppState> {
    ledger::open_routes()
}

/// The key of a request as the register takes it.
fn register_key(key: &IdempotencyKey) -> Result<tenantry_register::IdempotencyKey, Problem> {
    tenantry_register::IdempotencyKey::parse(key.as_str()).map_err(|error| refusal::problem(&error))
}
