//! The feed: what happened, in order, for whoever asks instead of being told.

use super::guard::guard_whole;
use super::shapes::record as shapes;
use crate::deliveries::envelope;
use crate::http::api_key::Principal;
use crate::http::page::{PageQuery, PageRequest, encode};
use crate::http::problem::{Code, Problem};
use crate::state::{AppState, ask, call_of};
use crate::webhooks::event::{Event, Reference};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use tenantry_model::id::EventId;
use tenantry_model::staff::Scope;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(guard_whole(Scope::Webhooks, routes!(read)))
}

#[derive(Serialize)]
struct EventPage {
    items: Vec<Event>,
    next: Option<String>,
    more: bool,
}

/// Read the feed
///
/// Everything webhooks deliver, oldest first, in the order of the ledger. Keep `next` and ask again with it as `cursor`: nothing
/// is missed and nothing comes twice. At the end `items` is empty, `more` is false and `next` is the cursor that was sent.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "Events",
    operation_id = "read_events",
    params(PageQuery),
    responses((status = 200, description = "One page.", body = shapes::EventPage))
)]
async fn read(
    State(state): State<AppState>,
    principal: Principal,
    page: PageRequest<EventId>,
) -> Result<Json<EventPage>, Problem> {
    let limit = usize::from(page.limit);
    // One row more than asked for tells whether there is more.
    let mut rows =
        ask(&state, move |register| register.events(&call_of(&principal), page.after, limit + 1)).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().map(|last| last.id).or(page.after).map(|id| encode(&id));
    let source = Reference::new(&state.public_url).map_err(|_| Problem::new(Code::Internal))?;
    let items = rows.into_iter().map(|event| envelope(event, &source, None)).collect::<Result<_, _>>();
    let items = items.map_err(|_| Problem::new(Code::Internal))?;
    Ok(Json(EventPage { items, next, more }))
}
