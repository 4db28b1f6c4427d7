//! Special measures: what is in force. Proposing and approving is for people, in the console.

use super::guard::guard_whole;
use super::shapes::{record as shapes, views, words};
use crate::http::Path as At;
use crate::http::Query as Asked;
use crate::http::api_key::Principal;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::Problem;
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use tenantry_model::id::MeasureId;
use tenantry_model::staff::Scope;
use tenantry_register::measures::MeasureView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Read, routes!(list)))
        .routes(guard_whole(Scope::Read, routes!(one)))
}

/// List measures
///
/// Newest first, without the names of persons.
#[utoipa::path(
    get,
    path = "/v1/measures",
    tag = "Measures",
    operation_id = "list_measures",
    params(PageQuery),
    responses((status = 200, description = "One page.", body = views::Page<shapes::MeasureView>))
)]
async fn list(
    State(state): State<AppState>,
    principal: Principal,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<MeasureView>>, Problem> {
    let page = page.read::<MeasureId>()?;
    let rows_max = usize::from(page.limit) + 1;
    let rows =
        ask(&state, move |register| register.measures_page(&call_of(&principal), page.after, rows_max));
    Ok(Json(Page::from_rows(rows.await?, page.limit, |row| row.id)))
}

/// Read a measure
///
/// Without the names of persons.
#[utoipa::path(
    get,
    path = "/v1/measures/{measure}",
    tag = "Measures",
    operation_id = "read_measure",
    params(("measure" = words::MeasureId, Path, description = "The measure.")),
    responses((status = 200, description = "The measure.", body = shapes::MeasureView))
)]
async fn one(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<MeasureId>,
) -> Result<Json<MeasureView>, Problem> {
    ask(&state, move |register| register.measure(&call_of(&principal), id)).await.map(Json)
}
