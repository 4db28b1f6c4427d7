//! Legal process: received by the desk's own system, and when it is due. What it says is shown to people, in its case; handing
//! anything over takes two persons, in the console.

use super::guard::guard_whole;
use super::shapes::{record as shapes, words};
use crate::http::Path as At;
use crate::http::api_key::Principal;
use crate::http::idempotency::IdempotencyKey;
use crate::http::json::Json as Body;
use crate::http::limits::ORDER_BYTES_MAX;
use crate::http::problem::Problem;
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use tenantry_model::id::OrderId;
use tenantry_model::staff::Scope;
use tenantry_register::orders::{NewOrder, OrderView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Orders, routes!(list)))
        .routes(guard_whole(Scope::Orders, routes!(receive)))
        .routes(guard_whole(Scope::Orders, routes!(one)))
}

/// List orders
///
/// Latest deadline first, at most 500. What an order demands in words is shown in its case, to people.
#[utoipa::path(
    get,
    path = "/v1/orders",
    tag = "Orders",
    operation_id = "list_orders",
    responses((status = 200, description = "The orders.", body = Vec<shapes::OrderView>))
)]
async fn list(State(state): State<AppState>, principal: Principal) -> Result<Json<Vec<OrderView>>, Problem> {
    ask(&state, move |register| register.orders(&call_of(&principal))).await.map(Json)
}

/// Receive an order
///
/// Records it, starts the clock of its kind and opens the case that carries the work. It changes no account and discloses
/// nothing. A kind without a clock of its own (subpoena, court order, warrant) must name the date it states. The document as
/// received, at most 8 MiB, is kept sealed; where it may not be kept, its SHA-256 and size are recorded. The record of the order
/// states both, so that nobody can exchange the document later. It is shown to people, in the console.
#[utoipa::path(
    post,
    path = "/v1/orders",
    tag = "Orders",
    operation_id = "receive_order",
    params(("Idempotency-Key" = String, Header, description = "One fresh value per order.")),
    request_body(content = shapes::NewOrder, example = json!(super::describe::example("order"))),
    responses((status = 201, description = "Received.", body = shapes::OrderView))
)]
async fn receive(
    State(state): State<AppState>,
    principal: Principal,
    key: IdempotencyKey,
    request: Request,
) -> Result<(StatusCode, Json<OrderView>), Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let body = Body::<NewOrder>::read(request, ORDER_BYTES_MAX).await?;
    let order = ask(&state, move |register| register.receive_order(&call, body.value)).await?;
    state.deliveries_bell.notify_one();
    Ok((StatusCode::CREATED, Json(order)))
}

/// Read an order
///
/// What arrived, when it is due, and the case that carries the work.
#[utoipa::path(
    get,
    path = "/v1/orders/{order}",
    tag = "Orders",
    operation_id = "read_order",
    params(("order" = words::OrderId, Path, description = "The order.")),
    responses((status = 200, description = "The order.", body = shapes::OrderView))
)]
async fn one(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<OrderId>,
) -> Result<Json<OrderView>, Problem> {
    ask(&state, move |register| register.order(&call_of(&principal), id)).await.map(Json)
}
