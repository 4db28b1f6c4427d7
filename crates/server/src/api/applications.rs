//! Applications: one call at sign-up.

use super::guard::guard;
use super::shapes::{intake, views};
use crate::http::api_key::Principal;
use crate::http::idempotency::IdempotencyKey;
use crate::http::json::Json as Body;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::Problem;
use crate::http::{Path as At, Query as Asked};
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use tenantry_model::id::ApplicationId;
use tenantry_model::staff::Scope;
use tenantry_register::Applied;
use tenantry_register::accounts::ApplicationView;
use tenantry_register::intake::NewApplication;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard(Scope::Applications, routes!(apply)))
        .routes(guard(Scope::Read, routes!(list)))
        .routes(guard(Scope::Read, routes!(one)))
}

/// Apply for an account
///
/// Identifies and tests everybody named, screens them against the lists and measures in force, decides, and records all of
/// it before it answers. A repeated request with the same `Idempotency-Key` gives the first answer again.
#[utoipa::path(
    post,
    path = "/v1/applications",
    tag = "Applications",
    operation_id = "apply",
    params(("Idempotency-Key" = String, Header, description = "One fresh value per application.")),
    request_body(content = intake::NewApplication, example = json!(super::describe::example("application"))),
    responses((
        status = 201,
        description = "Decided and durable.",
        body = views::Applied,
        headers(("location" = String, description = "Path of the application."))
    ))
)]
async fn apply(
    State(state): State<AppState>,
    principal: Principal,
    key: IdempotencyKey,
    body: Body<NewApplication>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<Applied>), Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let applied = ask(&state, move |register| register.apply(&call, body.value)).await?;
    state.deliveries_bell.notify_one();
    let location = format!("/v1/applications/{}", applied.application);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(applied)))
}

/// List applications
///
/// In the order in which they arrived.
#[utoipa::path(
    get,
    path = "/v1/applications",
    tag = "Applications",
    operation_id = "list_applications",
    params(PageQuery),
    responses((status = 200, description = "One page.", body = views::Page<views::ApplicationView>))
)]
async fn list(
    State(state): State<AppState>,
    principal: Principal,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<ApplicationView>>, Problem> {
    let page = page.read::<ApplicationId>()?;
    let rows_max = u32::from(page.limit) + 1;
    let rows = ask(&state, move |register| register.applications(&call_of(&principal), page.after, rows_max))
        .await?;
    Ok(Json(Page::from_rows(rows, page.limit, |row| row.id)))
}

/// Read an application
///
/// With the account it asked for and the decision now in force.
#[utoipa::path(
    get,
    path = "/v1/applications/{application}",
    tag = "Applications",
    operation_id = "read_application",
    params(("application" = super::shapes::words::ApplicationId, Path, description = "The application.")),
    responses((status = 200, description = "The application.", body = views::ApplicationView))
)]
async fn one(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<ApplicationId>,
) -> Result<Json<ApplicationView>, Problem> {
    ask(&state, move |register| register.application(&call_of(&principal), id)).await.map(Json)
}
