//! Webhook endpoints and what could not be delivered to them.

use super::guard::guard_whole;
use super::shapes::{record as shapes, views, words};
use crate::http::Path as At;
use crate::http::Query as Asked;
use crate::http::api_key::Principal;
use crate::http::idempotency::IdempotencyKey;
use crate::http::json::Json as Body;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::{Code, Problem};
use crate::state::{AppState, ask, call_of};
use crate::webhooks::signature::SigningSecret;
use crate::webhooks::target::EndpointUrl;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tenantry_model::id::{DeliveryId, EndpointId};
use tenantry_model::staff::Scope;
use tenantry_register::outbox::{DeliveryView, EndpointView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Webhooks, routes!(list)))
        .routes(guard_whole(Scope::Webhooks, routes!(add)))
        .routes(guard_whole(Scope::Webhooks, routes!(remove)))
        .routes(guard_whole(Scope::Webhooks, routes!(dead_letters)))
        .routes(guard_whole(Scope::Webhooks, routes!(replay)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEndpoint {
    url: String,
    #[serde(default)]
    types: Vec<String>,
}

#[derive(Serialize)]
struct EndpointMade {
    id: EndpointId,
    secret: String,
}

/// List webhook endpoints
///
/// Oldest first; switched-off ones included.
#[utoipa::path(
    get,
    path = "/v1/webhooks",
    tag = "Events",
    operation_id = "list_endpoints",
    responses((status = 200, description = "The endpoints.", body = Vec<shapes::EndpointView>))
)]
async fn list(
    State(state): State<AppState>,
    principal: Principal,
) -> Result<Json<Vec<EndpointView>>, Problem> {
    ask(&state, move |register| register.endpoints(&call_of(&principal))).await.map(Json)
}

/// Add a webhook endpoint
///
/// Deliveries follow Standard Webhooks 1.0. The signing secret is shown this once, and again only to a repetition of this request.
/// A type that no event has is refused; the refusal lists the types there are.
#[utoipa::path(
    post,
    path = "/v1/webhooks",
    tag = "Events",
    operation_id = "add_endpoint",
    params(("Idempotency-Key" = String, Header, description = "One fresh value per endpoint; repeated, it gives the same secret again.")),
    request_body(content = shapes::NewEndpoint, example = json!(super::describe::example("endpoint"))),
    responses((status = 201, description = "Made.", body = shapes::EndpointMade))
)]
async fn add(
    State(state): State<AppState>,
    principal: Principal,
    key: IdempotencyKey,
    body: Body<NewEndpoint>,
) -> Result<(StatusCode, Json<EndpointMade>), Problem> {
    let new = body.value;
    EndpointUrl::parse(&new.url, state.webhook_targets)
        .map_err(|error| Problem::new(Code::ValueInvalid).at("/url", error.to_string()))?;
    let call = call_of(&principal).under(super::register_key(&key)?);
    let (id, secret) =
        ask(&state, move |register| register.add_endpoint(&call, &new.url, &new.types)).await?;
    let secret = SigningSecret::from_bytes(&secret).map_err(|_| Problem::new(Code::Internal))?.reveal();
    Ok((StatusCode::CREATED, Json(EndpointMade { id, secret })))
}

/// Switch a webhook endpoint off
///
/// What waits for it is given up.
#[utoipa::path(
    delete,
    path = "/v1/webhooks/{endpoint}",
    tag = "Events",
    operation_id = "remove_endpoint",
    params(("endpoint" = words::EndpointId, Path, description = "The endpoint.")),
    responses((status = 204, description = "Switched off."))
)]
async fn remove(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<EndpointId>,
) -> Result<StatusCode, Problem> {
    ask(&state, move |register| register.disable_endpoint(&call_of(&principal), id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List dead letters
///
/// Deliveries that were given up, newest first.
#[utoipa::path(
    get,
    path = "/v1/webhooks/dead-letters",
    tag = "Events",
    operation_id = "list_dead_letters",
    params(PageQuery),
    responses((status = 200, description = "One page.", body = views::Page<shapes::DeliveryView>))
)]
async fn dead_letters(
    State(state): State<AppState>,
    principal: Principal,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let page = page.read::<DeliveryId>()?;
    let rows_max = u32::from(page.limit) + 1;
    let rows = ask(&state, move |register| register.dead_letters(&call_of(&principal), page.after, rows_max));
    Ok(Json(Page::from_rows(rows.await?, page.limit, |row| row.id)))
}

/// Deliver again
///
/// Puts a delivery that was made or given up back into the queue, due now.
#[utoipa::path(
    post,
    path = "/v1/webhooks/deliveries/{delivery}/replay",
    tag = "Events",
    operation_id = "replay_delivery",
    params(("delivery" = words::DeliveryId, Path, description = "The delivery.")),
    responses((status = 202, description = "In the queue."))
)]
async fn replay(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<DeliveryId>,
) -> Result<StatusCode, Problem> {
    ask(&state, move |register| register.replay_delivery(&call_of(&principal), id)).await?;
    state.deliveries_bell.notify_one();
    Ok(StatusCode::ACCEPTED)
}
