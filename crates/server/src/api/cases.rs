//! Cases: which work waits for people. Deciding is for people, in the console.

use super::guard::guard_whole;
use super::shapes::{case as shapes, views, words};
use crate::http::api_key::Principal;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::{Code, Problem};
use crate::http::{Path as At, Query as Asked};
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tenantry_model::case::{CaseKind, CaseState};
use tenantry_model::id::CaseId;
use tenantry_model::staff::Scope;
use tenantry_register::cases::{CaseCursor, CaseFilter, CaseHead, Raised, Whose};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Read, routes!(list)))
        .routes(guard_whole(Scope::Read, routes!(one)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    state: Option<CaseState>,
    kind: Option<CaseKind>,
    whose: Option<WhoseWord>,
    limit: Option<u16>,
    cursor: Option<String>,
}

/// A key holds no cases, so it cannot ask for its own.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhoseWord {
    Anybody,
    Free,
}

/// List cases
///
/// Those due first come first. A page may be short though more follow: go on while there is a `next`.
#[utoipa::path(
    get,
    path = "/v1/cases",
    tag = "Cases",
    operation_id = "list_cases",
    params(
        PageQuery,
        ("state" = Option<words::CaseState>, Query, description = "In this state; `open` when absent."),
        ("kind" = Option<words::CaseKind>, Query, description = "Of this kind."),
        ("whose" = Option<words::Whose>, Query, description = "`free` for those nobody holds.")
    ),
    responses((status = 200, description = "One page.", body = views::Page<shapes::CaseHead>))
)]
async fn list(
    State(state): State<AppState>,
    principal: Principal,
    Asked(asked): Asked<Filter>,
) -> Result<Json<Page<CaseHead>>, Problem> {
    let limit = PageQuery { limit: asked.limit, cursor: None }.read::<CaseId>()?.limit;
    let cursor = asked.cursor.map(|text| text.parse::<CaseCursor>()).transpose();
    let cursor = cursor.map_err(|_| Problem::new(Code::CursorInvalid))?;
    let whose = match asked.whose {
        Some(WhoseWord::Free) => Whose::Free,
        Some(WhoseWord::Anybody) | None => Whose::Anybody,
    };
    let filter = CaseFilter { state: asked.state, kind: asked.kind, whose };
    let page =
        ask(&state, move |register| register.queue(&call_of(&principal), filter, cursor, usize::from(limit)))
            .await?;
    Ok(Json(Page { items: page.cases, next: page.next.map(|cursor| cursor.to_string()) }))
}

#[derive(Serialize)]
struct CaseView {
    head: CaseHead,
    raised: Raised,
}

/// Read a case
///
/// Its open part. What reviewers see under a lease is not shown to a key.
#[utoipa::path(
    get,
    path = "/v1/cases/{case}",
    tag = "Cases",
    operation_id = "read_case",
    params(("case" = words::CaseId, Path, description = "The case.")),
    responses((status = 200, description = "The case.", body = shapes::CaseView))
)]
async fn one(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<CaseId>,
) -> Result<Json<CaseView>, Problem> {
    let view = ask(&state, move |register| register.case(&call_of(&principal), id)).await?;
    Ok(Json(CaseView { head: view.head, raised: view.raised }))
}
