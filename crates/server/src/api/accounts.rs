//! Accounts: where they stand, closing them, reported accesses.

use super::guard::guard;
use super::shapes::{intake, views, words};
use crate::http::api_key::Principal;
use crate::http::etag::{IfMatch, Version};
use crate::http::idempotency::IdempotencyKey;
use crate::http::json::Json as Body;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::Problem;
use crate::http::{Path as At, Query as Asked};
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tenantry_model::account::{AccountState, Ending};
use tenantry_model::id::AccountId;
use tenantry_model::staff::Scope;
use tenantry_register::accounts::{AccountFilter, AccountSummary, AccountView, NewAccess, TimelineEntry};
use tenantry_register::cases::{AppealReceived, NewAppeal};
use tenantry_register::roles::{RolesChange, RolesChanged};
use tenantry_register::{Call, Register, RegisterError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard(Scope::Read, routes!(list)))
        .routes(guard(Scope::Read, routes!(one)))
        .routes(guard(Scope::Read, routes!(timeline)))
        .routes(guard(Scope::Facts, routes!(change_roles)))
        .routes(guard(Scope::Events, routes!(close)))
        .routes(guard(Scope::Applications, routes!(appeal)))
        .routes(guard(Scope::Events, routes!(report_access)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    state: Option<AccountState>,
    reseller: Option<AccountId>,
    limit: Option<u16>,
    cursor: Option<String>,
}

/// List accounts
///
/// In the order in which they were applied for.
#[utoipa::path(
    get,
    path = "/v1/accounts",
    tag = "Accounts",
    operation_id = "list_accounts",
    params(
        PageQuery,
        ("state" = Option<words::AccountState>, Query, description = "Only accounts in this state."),
        ("reseller" = Option<words::AccountId>, Query, description = "Only accounts directly below this one.")
    ),
    responses((status = 200, description = "One page.", body = views::Page<views::AccountSummary>))
)]
async fn list(
    State(state): State<AppState>,
    principal: Principal,
    Asked(asked): Asked<Filter>,
) -> Result<Json<Page<AccountSummary>>, Problem> {
    let page = PageQuery { limit: asked.limit, cursor: asked.cursor }.read::<AccountId>()?;
    let filter = AccountFilter { state: asked.state, reseller: asked.reseller };
    let rows_max = u32::from(page.limit) + 1;
    let rows =
        ask(&state, move |register| register.accounts(&call_of(&principal), filter, page.after, rows_max))
            .await?;
    Ok(Json(Page::from_rows(rows, page.limit, |row| row.id)))
}

/// Read an account
///
/// With its roles, decisions, cases and what the gate says; no personal data.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}",
    tag = "Accounts",
    operation_id = "read_account",
    params(("account" = String, Path, description = "The account, by identifier or by your reference.")),
    responses((
        status = 200,
        description = "The account.",
        body = views::AccountView,
        headers(("etag" = String, description = "Version of the account, for `If-Match`."))
    ))
)]
async fn one(
    State(state): State<AppState>,
    principal: Principal,
    At(account): At<String>,
) -> Result<(Version, Json<AccountView>), Problem> {
    let view = ask(&state, move |register| {
        let call = call_of(&principal);
        register.account(&call, named(register, &call, &account)?)
    })
    .await?;
    Ok((version(view.summary.version), Json(view)))
}

/// Read an account's timeline
///
/// Every record about the account and its parties, oldest first, by leaf of the ledger.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/timeline",
    tag = "Accounts",
    operation_id = "read_timeline",
    params(("account" = String, Path, description = "The account, by identifier or by your reference.")),
    responses((status = 200, description = "The records.", body = Vec<views::TimelineEntry>))
)]
async fn timeline(
    State(state): State<AppState>,
    principal: Principal,
    At(account): At<String>,
) -> Result<Json<Vec<TimelineEntry>>, Problem> {
    ask(&state, move |register| {
        let call = call_of(&principal);
        register.timeline(&call, named(register, &call, &account)?)
    })
    .await
    .map(Json)
}

/// Change roles on an account
///
/// Records parties that come to the account and roles and interests that begin or end, if it is still as you saw it, and assesses it
/// again. Parties on the account are named by identifier, new ones by a key of your choice. A customer has to be required to tell you of
/// new owners (CIP-19).
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/roles",
    tag = "Accounts",
    operation_id = "change_roles",
    params(
        ("account" = words::AccountId, Path, description = "The account."),
        ("Idempotency-Key" = String, Header, description = "One fresh value per change."),
        ("If-Match" = String, Header, description = "`ETag` of the account as you saw it.")
    ),
    request_body(content = intake::RolesChange, example = json!(super::describe::example("roles"))),
    responses((
        status = 201,
        description = "Recorded, and the account assessed again.",
        body = views::RolesChanged,
        headers(("etag" = String, description = "The new version."))
    ))
)]
async fn change_roles(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<AccountId>,
    seen: IfMatch,
    key: IdempotencyKey,
    body: Body<RolesChange>,
) -> Result<(StatusCode, Version, Json<RolesChanged>), Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let seen = i64::try_from(seen.single()?.0).unwrap_or(i64::MAX);
    let changed = ask(&state, move |register| register.change_roles(&call, id, seen, body.value)).await?;
    state.deliveries_bell.notify_one();
    Ok((StatusCode::CREATED, version(changed.account.version), Json(changed)))
}

/// How an account is closed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct How {
    #[serde(default)]
    ending: Option<Ending>,
}

/// Close an account
///
/// Ends the account if it is still as you saw it. The retention clock starts.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/close",
    tag = "Accounts",
    operation_id = "close_account",
    params(
        ("account" = words::AccountId, Path, description = "The account."),
        ("Idempotency-Key" = String, Header, description = "One fresh value per closure."),
        ("If-Match" = String, Header, description = "`ETag` of the account as you saw it."),
        ("Tenantry-Reason" = String, Header, description = "Why; 10 to 1000 characters."),
        ("ending" = Option<words::Ending>, Query, description = "`for_cause` when its holder shall be recognised on coming back; `ordinary` unless said.")
    ),
    responses((
        status = 200,
        description = "Closed.",
        body = views::AccountSummary,
        headers(("etag" = String, description = "The new version."))
    ))
)]
async fn close(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<AccountId>,
    seen: IfMatch,
    key: IdempotencyKey,
    reason: super::reason::Given,
    Asked(how): Asked<How>,
) -> Result<(Version, Json<AccountSummary>), Problem> {
    let call = call_of(&principal).because(reason.0).under(super::register_key(&key)?);
    let seen = i64::try_from(seen.single()?.0).unwrap_or(i64::MAX);
    let closed = ask(&state, move |register| {
        register.close_account(&call, id, seen, how.ending.unwrap_or(Ending::Ordinary))
    })
    .await?;
    state.deliveries_bell.notify_one();
    Ok((version(closed.version), Json(closed)))
}

/// Appeal against what was decided
///
/// Somebody who was refused, or lost what they had, asks that it be looked at again. A person decides who did not decide before; you are
/// told by `tenantry.case.closed`. While an account is reviewed, add facts instead.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/appeals",
    tag = "Accounts",
    operation_id = "appeal",
    params(
        ("account" = words::AccountId, Path, description = "The account."),
        ("Idempotency-Key" = String, Header, description = "One fresh value per appeal.")
    ),
    request_body(content = intake::NewAppeal, example = json!(super::describe::example("appeal"))),
    responses((status = 201, description = "Received.", body = views::AppealReceived))
)]
async fn appeal(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<AccountId>,
    key: IdempotencyKey,
    body: Body<NewAppeal>,
) -> Result<(StatusCode, Json<AppealReceived>), Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let received = ask(&state, move |register| register.appeal(&call, id, body.value)).await?;
    state.deliveries_bell.notify_one();
    Ok((StatusCode::CREATED, Json(received)))
}

/// Where a record went.
#[derive(Serialize)]
struct Recorded {
    leaf: u64,
}

/// Report an access
///
/// Somebody signed in, used or administered the account. The retention clock follows the latest access.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/accesses",
    tag = "Accounts",
    operation_id = "report_access",
    params(
        ("account" = words::AccountId, Path, description = "The account."),
        ("Idempotency-Key" = String, Header, description = "One fresh value per access.")
    ),
    request_body(content = intake::NewAccess, example = json!(super::describe::example("access"))),
    responses((status = 201, description = "Recorded.", body = views::Recorded))
)]
async fn report_access(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<AccountId>,
    key: IdempotencyKey,
    body: Body<NewAccess>,
) -> Result<(StatusCode, Json<Recorded>), Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let leaf = ask(&state, move |register| register.report_access(&call, id, body.value)).await?;
    Ok((StatusCode::CREATED, Json(Recorded { leaf })))
}

/// The account of a path: an identifier, or the provider's reference.
fn named(register: &Register, call: &Call, account: &str) -> Result<AccountId, RegisterError> {
    match account.parse() {
        Ok(id) => Ok(id),
        Err(_) => register.account_by_reference(call, account),
    }
}

fn version(number: i64) -> Version {
    Version(u64::try_from(number).unwrap_or_default())
}
