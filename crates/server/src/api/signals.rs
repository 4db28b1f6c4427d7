//! Signal lists: importing a new version.

use super::guard::guard_whole;
use super::lists::parts;
use super::shapes::signals as shapes;
use crate::http::api_key::Principal;
use crate::http::idempotency::IdempotencyKey;
use crate::http::json::read_body;
use crate::http::limits::LIST_BYTES_MAX;
use crate::http::problem::{Code, Problem};
use crate::http::{Query as Asked, blocking};
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::{Request, State};
use serde::Deserialize;
use tenantry_lists::{SignalFile, read_signal_list};
use tenantry_model::signal::SignalKind;
use tenantry_model::staff::Scope;
use tenantry_model::time::Date;
use tenantry_register::signal_lists::SignalsImported;
use tenantry_signals::Naming;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(guard_whole(Scope::Lists, routes!(import)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    list: String,
    kind: SignalKind,
    source: String,
    published_on: Option<Date>,
    without: Option<String>,
}

/// Import a signal list
///
/// The body is text: one address or network (`198.51.100.7`, `203.0.113.0/24`, `2001:db8::/32`) or one domain a line, comments behind
/// `#`. From the next assessment on, who signs up from such a network or with such an e-mail address is flagged as the policy pack
/// says; nobody is assessed again for it. A list that is cut, malformed or suddenly much smaller is refused and the version in force
/// stays. The version in force, sent again, is confirmed: its age begins anew.
#[utoipa::path(
    post,
    path = "/v1/signal-lists",
    tag = "Lists",
    operation_id = "import_signal_list",
    params(
        ("list" = String, Query, description = "Code of the list: lower-case letters, digits, `-`.", example = "tor-exits"),
        ("kind" = super::shapes::words::SignalKind, Query, description = "What its entries are."),
        ("source" = String, Query, description = "Where it was published.", example = "https://lists.example.org/exits.txt"),
        ("published_on" = Option<super::shapes::words::Day>, Query, description = "Date of the version."),
        ("without" = Option<String>, Query, description = "`entries` accepts that the list is much smaller than the version in force.",
            example = "entries"),
        ("Idempotency-Key" = String, Header, description = "One fresh value per import.")
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, at most 64 MiB."),
    responses((status = 200, description = "In force.", body = shapes::SignalsImported))
)]
async fn import(
    State(state): State<AppState>,
    principal: Principal,
    Asked(named): Asked<Named>,
    key: IdempotencyKey,
    request: Request,
) -> Result<Json<SignalsImported>, Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let _one_at_a_time = state.imports.acquire().await.map_err(|_| Problem::new(Code::Unavailable))?;
    let body = read_body(request, LIST_BYTES_MAX).await?;
    let without = parts(named.without.as_deref())?;
    let read = move || {
        let Named { list, kind, source, published_on, .. } = named;
        let file = list.clone();
        let files = [SignalFile { name: &file, bytes: &body }];
        read_signal_list(kind, Naming { list, source, published_on }, &files)
    };
    let reading = blocking(read).await?.map_err(|error| {
        Problem::new(Code::ListRefused).detail(format!("{error}; the version in force stays"))
    })?;
    let imported = ask(&state, move |register| register.import_signals(&call, &reading, &without)).await?;
    state.deliveries_bell.notify_one();
    Ok(Json(imported))
}
