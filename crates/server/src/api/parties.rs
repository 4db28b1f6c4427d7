//! Parties: which facts are held, by whom they were said and how well they are supported, never the values. Values are
//! shown to people in the console, for a purpose, and never to a key.

use super::guard::guard;
use super::shapes::{intake, views, words};
use crate::http::Path as At;
use crate::http::api_key::Principal;
use crate::http::etag::Version;
use crate::http::idempotency::IdempotencyKey;
use crate::http::json::Json as Body;
use crate::http::problem::Problem;
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use tenantry_identity::status::StatusFinding;
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::id::{AccountId, FactId, PartyId};
use tenantry_model::party::{PartyKind, Status};
use tenantry_model::staff::Scope;
use tenantry_model::time::Timestamp;
use tenantry_register::parties::{self, CheckView, FactView, NewStatements};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard(Scope::Read, routes!(one)))
        .routes(guard(Scope::Facts, routes!(add_facts)))
}

/// A party without its values; the API names the parts of each role.
#[derive(Serialize)]
struct PartyView {
    id: PartyId,
    kind: PartyKind,
    status: Status,
    finding: Option<StatusFinding>,
    version: i64,
    created_at: Timestamp,
    screened_at: Timestamp,
    screened_newest: bool,
    facts: Vec<FactView>,
    checks: Vec<CheckView>,
    accounts: Vec<PartyOnAccount>,
}

#[derive(Serialize)]
struct PartyOnAccount {
    account: AccountId,
    reference: String,
    role: AccountRole,
}

#[derive(Serialize)]
struct FactsAdded {
    facts: Vec<FactId>,
    accounts: Vec<AccountStanding>,
}

#[derive(Serialize)]
struct AccountStanding {
    account: AccountId,
    state: AccountState,
}

/// Read a party
///
/// Which facts are held about it and how they are supported, without their values.
#[utoipa::path(
    get,
    path = "/v1/parties/{party}",
    tag = "Parties",
    operation_id = "read_party",
    params(("party" = words::PartyId, Path, description = "The party.")),
    responses((
        status = 200,
        description = "The party.",
        body = views::PartyView,
        headers(("etag" = String, description = "Version of the party."))
    ))
)]
async fn one(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<PartyId>,
) -> Result<(Version, Json<PartyView>), Problem> {
    let view = ask(&state, move |register| register.party(&call_of(&principal), id)).await?;
    Ok((Version(u64::try_from(view.version).unwrap_or_default()), Json(shown(view))))
}

/// Add facts to a party
///
/// Records facts and checks and assesses every account of the party again. A fact is never overwritten: name those in
/// force that the new ones take the place of in `supersedes`.
#[utoipa::path(
    post,
    path = "/v1/parties/{party}/facts",
    tag = "Parties",
    operation_id = "add_facts",
    params(
        ("party" = words::PartyId, Path, description = "The party."),
        ("Idempotency-Key" = String, Header, description = "One fresh value per addition.")
    ),
    request_body(content = intake::NewStatements, example = json!(super::describe::example("statements"))),
    responses((status = 201, description = "Recorded, and every account assessed again.", body = views::FactsAdded))
)]
async fn add_facts(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<PartyId>,
    key: IdempotencyKey,
    body: Body<NewStatements>,
) -> Result<(StatusCode, Json<FactsAdded>), Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let added = ask(&state, move |register| register.add_facts(&call, id, body.value)).await?;
    state.deliveries_bell.notify_one();
    let standing = |(account, state)| AccountStanding { account, state };
    let added =
        FactsAdded { facts: added.facts, accounts: added.accounts.into_iter().map(standing).collect() };
    Ok((StatusCode::CREATED, Json(added)))
}

fn shown(view: parties::PartyView) -> PartyView {
    let role = |(account, reference, role)| PartyOnAccount { account, reference, role };
    PartyView {
        id: view.id,
        kind: view.kind,
        status: view.status,
        finding: view.finding,
        version: view.version,
        created_at: view.created_at,
        screened_at: view.screened_at,
        screened_newest: view.screened_newest,
        facts: view.facts,
        checks: view.checks,
        accounts: view.accounts.into_iter().map(role).collect(),
    }
}
