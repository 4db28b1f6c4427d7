//! Accesses by the thousand: one request, one leaf, a proof for each.

use super::guard::guard;
use super::shapes::{intake, views};
use crate::http::api_key::Principal;
use crate::http::idempotency::IdempotencyKey;
use crate::http::json::Json as Body;
use crate::http::problem::Problem;
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use tenantry_model::fact::{AccessKind, PersonalIp};
use tenantry_model::id::AccountId;
use tenantry_model::staff::Scope;
use tenantry_model::time::Timestamp;
use tenantry_register::accounts::NewAccess;
use tenantry_register::events::BatchReceipt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(guard(Scope::Events, routes!(report)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAccesses {
    accesses: Vec<AccessTo>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessTo {
    account: AccountId,
    at: Timestamp,
    access: AccessKind,
    #[serde(default)]
    ip: Option<PersonalIp>,
}

/// Report accesses by the batch
///
/// Up to 4,096 accesses of any accounts, recorded whole or not at all: one entry of the ledger commits to all of them, and each
/// can be proven. The retention clock of every account follows its latest access. For the receipt of one of them, ask
/// `GET /v1/ledger/receipts/{index}?event=N` with the `leaf` answered here and the place of the access in the request, from 0.
#[utoipa::path(
    post,
    path = "/v1/accesses",
    tag = "Accounts",
    operation_id = "report_accesses",
    params(("Idempotency-Key" = String, Header, description = "One fresh value per batch.")),
    request_body(content = intake::NewAccesses, example = json!(super::describe::example("accesses"))),
    responses((status = 201, description = "Recorded.", body = views::RecordedBatch))
)]
async fn report(
    State(state): State<AppState>,
    principal: Principal,
    key: IdempotencyKey,
    body: Body<NewAccesses>,
) -> Result<(StatusCode, Json<BatchReceipt>), Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let accesses = body.value.accesses.into_iter();
    let accesses = accesses
        .map(|AccessTo { account, at, access, ip }| (account, NewAccess { at, access, ip }))
        .collect();
    let receipt = ask(&state, move |register| register.report_accesses(&call, accesses)).await?;
    Ok((StatusCode::CREATED, Json(receipt)))
}
