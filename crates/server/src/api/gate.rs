//! The gate: one call before anything is created, resized or handed over. Answers from memory.

use super::guard::guard;
use super::shapes::{views, words};
use crate::http::api_key::Principal;
use crate::http::problem::Problem;
use crate::http::{Path as At, Query as Asked};
use crate::state::{AppState, ask};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tenantry_model::account::Capability;
use tenantry_model::id::AccountId;
use tenantry_model::staff::{Actor, Scope};
use tenantry_register::{Call, GateAnswer, RegisterError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What stands for an account that the caller may not know of; shorter than any reference can be.
const NOBODY: &str = "";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(guard(Scope::Gate, routes!(gate)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    action: Capability,
}

/// Ask the gate
///
/// May this account do this now? An unknown account and a gate that lost touch with the register are answered with `deny`.
/// Treat no answer, and an `age_ms` beyond what you accept, as `deny`, too. Do not cache.
#[utoipa::path(
    get,
    path = "/v1/gate/{account}",
    tag = "Gate",
    operation_id = "ask_gate",
    params(
        ("account" = String, Path, description = "The account, by identifier or by your reference (percent-encoded)."),
        ("action" = words::Capability, Query, description = "What is about to be done.")
    ),
    responses((status = 200, description = "The answer, whatever it is.", body = views::GateAnswer))
)]
async fn gate(
    State(state): State<AppState>,
    principal: Principal,
    At(account): At<String>,
    Asked(question): Asked<Question>,
) -> Result<Json<GateAnswer>, Problem> {
    let answer = state.register.gate_for(principal.confined_to, &account, question.action);
    let answer = match (answer.account, principal.confined_to) {
        (Some(id), Some(_)) if !in_reach(&state, principal, id).await? => {
            state.register.gate(NOBODY, question.action)
        }
        _ => answer,
    };
    state.metrics.gate_answered(answer.answer.as_str());
    Ok(Json(answer))
}

/// Whether the account belongs to the reseller the key is confined to. Looked up in the store: only keys of resellers
/// pay for it.
async fn in_reach(state: &AppState, principal: Principal, id: AccountId) -> Result<bool, Problem> {
    let actor =
        Actor::ApiKey { id: principal.key, scopes: vec![Scope::Read], reseller: principal.confined_to };
    ask(state, move |register| match register.account(&Call::by(actor), id) {
        Ok(_) => Ok(true),
        Err(RegisterError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    })
    .await
}
