//! Decisions: what was decided, why, and whether the same still follows from what was recorded.

use super::guard::guard;
use super::shapes::{record, views, words};
use crate::http::Path as At;
use crate::http::api_key::Principal;
use crate::http::problem::Problem;
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use tenantry_model::id::DecisionId;
use tenantry_model::staff::Scope;
use tenantry_register::accounts::DecisionView;
use tenantry_register::replay::Replay;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(guard(Scope::Read, routes!(one))).routes(guard(Scope::Read, routes!(replay)))
}

/// Read a decision
///
/// As it was recorded, with its leaf in the ledger.
#[utoipa::path(
    get,
    path = "/v1/decisions/{decision}",
    tag = "Decisions",
    operation_id = "read_decision",
    params(("decision" = words::DecisionId, Path, description = "The decision.")),
    responses((status = 200, description = "The decision.", body = views::DecisionView))
)]
async fn one(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<DecisionId>,
) -> Result<Json<DecisionView>, Problem> {
    ask(&state, move |register| register.decision(&call_of(&principal), id)).await.map(Json)
}

/// Make a decision again
///
/// From the facts, pack, lists and measures it was made from. `same` says whether the very bytes came out.
#[utoipa::path(
    post,
    path = "/v1/decisions/{decision}/replay",
    tag = "Decisions",
    operation_id = "replay_decision",
    params(("decision" = words::DecisionId, Path, description = "The decision.")),
    responses((status = 200, description = "What came out.", body = record::Replay))
)]
async fn replay(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<DecisionId>,
) -> Result<Json<Replay>, Problem> {
    ask(&state, move |register| register.replay(&call_of(&principal), id)).await.map(Json)
}
