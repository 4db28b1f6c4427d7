//! Holds and erasures. Releasing a hold and carrying out an erasure are for two people, in the console.

use super::guard::guard_whole;
use super::shapes::{retention as shapes, views, words};
use crate::http::Path as At;
use crate::http::Query as Asked;
use crate::http::api_key::Principal;
use crate::http::idempotency::IdempotencyKey;
use crate::http::json::Json as Body;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::Problem;
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use tenantry_model::id::{ErasureId, HoldId};
use tenantry_model::staff::Scope;
use tenantry_register::erasure::{DueView, ErasureView};
use tenantry_register::holds::{HoldView, NewHold};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Holds, routes!(holds)))
        .routes(guard_whole(Scope::Holds, routes!(place)))
        .routes(guard_whole(Scope::Holds, routes!(hold)))
        .routes(guard_whole(Scope::Holds, routes!(renew)))
        .routes(guard_whole(Scope::Holds, routes!(erasures)))
        .routes(guard_whole(Scope::Holds, routes!(due)))
        .routes(guard_whole(Scope::Holds, routes!(erasure)))
}

/// List holds
///
/// Newest first. What a hold is about in words is shown in the console only, where seeing it is a record.
#[utoipa::path(
    get,
    path = "/v1/holds",
    tag = "Retention",
    operation_id = "list_holds",
    params(PageQuery),
    responses((status = 200, description = "One page.", body = views::Page<shapes::HoldView>))
)]
async fn holds(
    State(state): State<AppState>,
    principal: Principal,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<HoldView>>, Problem> {
    let page = page.read::<HoldId>()?;
    let rows = ask(&state, move |register| register.holds(&call_of(&principal), page.after)).await?;
    Ok(Json(Page::from_rows(rows, page.limit, |row| row.id)))
}

/// Place a hold
///
/// From the answer on, nothing it covers is erased. A hold is released by two people, in the console.
#[utoipa::path(
    post,
    path = "/v1/holds",
    tag = "Retention",
    operation_id = "place_hold",
    params(("Idempotency-Key" = String, Header, description = "One fresh value per hold.")),
    request_body(content = shapes::NewHold, example = json!(super::describe::example("hold"))),
    responses((status = 201, description = "In force.", body = shapes::HoldView))
)]
async fn place(
    State(state): State<AppState>,
    principal: Principal,
    key: IdempotencyKey,
    body: Body<NewHold>,
) -> Result<(StatusCode, Json<HoldView>), Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let placed = ask(&state, move |register| register.place_hold(&call, body.value)).await?;
    Ok((StatusCode::CREATED, Json(placed)))
}

/// Read a hold
///
/// Without what it is about in words.
#[utoipa::path(
    get,
    path = "/v1/holds/{hold}",
    tag = "Retention",
    operation_id = "read_hold",
    params(("hold" = words::HoldId, Path, description = "The hold.")),
    responses((status = 200, description = "The hold.", body = shapes::HoldView))
)]
async fn hold(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<HoldId>,
) -> Result<Json<HoldView>, Problem> {
    ask(&state, move |register| register.hold(&call_of(&principal), id)).await.map(Json)
}

/// Renew a hold
///
/// Once, for kinds that the law renews once: 90 days for a preservation request, 30 for a European Preservation Order.
#[utoipa::path(
    post,
    path = "/v1/holds/{hold}/renew",
    tag = "Retention",
    operation_id = "renew_hold",
    params(
        ("hold" = words::HoldId, Path, description = "The hold."),
        ("Idempotency-Key" = String, Header, description = "One fresh value per renewal.")
    ),
    responses((status = 200, description = "Renewed.", body = shapes::HoldView))
)]
async fn renew(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<HoldId>,
    key: IdempotencyKey,
) -> Result<Json<HoldView>, Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    ask(&state, move |register| register.renew_hold(&call, id)).await.map(Json)
}

/// List erasures
///
/// Batches, newest first.
#[utoipa::path(
    get,
    path = "/v1/erasures",
    tag = "Retention",
    operation_id = "list_erasures",
    params(PageQuery),
    responses((status = 200, description = "One page.", body = views::Page<shapes::ErasureView>))
)]
async fn erasures(
    State(state): State<AppState>,
    principal: Principal,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<ErasureView>>, Problem> {
    let page = page.read::<ErasureId>()?;
    let rows = ask(&state, move |register| register.erasures(&call_of(&principal), page.after)).await?;
    Ok(Json(Page::from_rows(rows, page.limit, |row| row.id)))
}

/// List what is due for erasure
///
/// With the holds that keep it. Worked out from the facts as they are.
#[utoipa::path(
    get,
    path = "/v1/erasures/due",
    tag = "Retention",
    operation_id = "list_due",
    responses((status = 200, description = "What is due.", body = Vec<shapes::DueView>))
)]
async fn due(State(state): State<AppState>, principal: Principal) -> Result<Json<Vec<DueView>>, Problem> {
    ask(&state, move |register| register.due_for_erasure(&call_of(&principal))).await.map(Json)
}

/// Read an erasure
///
/// What it destroys or destroyed, and the leaves that say so.
#[utoipa::path(
    get,
    path = "/v1/erasures/{erasure}",
    tag = "Retention",
    operation_id = "read_erasure",
    params(("erasure" = words::ErasureId, Path, description = "The batch.")),
    responses((status = 200, description = "The batch.", body = shapes::ErasureView))
)]
async fn erasure(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<ErasureId>,
) -> Result<Json<ErasureView>, Problem> {
    ask(&state, move |register| register.erasure(&call_of(&principal), id)).await.map(Json)
}
