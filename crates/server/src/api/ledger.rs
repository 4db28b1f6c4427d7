//! The ledger: its state, its records and its proofs for holders of a key; checkpoint, key and tiles of hashes for anybody.
//!
//! Formats are C2SP `tlog-checkpoint`, `tlog-tiles` and `tlog-proof`. A tile of hashes tells nothing but hashes, so it is
//! public; the entries show pseudonyms and times and ask for a key.

use super::guard::guard_whole;
use super::shapes::record as shapes;
use crate::http::api_key::Principal;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::{Code, Problem};
use crate::http::{Path as At, Query as Asked};
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use tenantry_ledger::Hash;
use tenantry_model::staff::{Actor, Job, Scope};
use tenantry_model::time::Timestamp;
use tenantry_register::ledger_view::{LeafView, LedgerState, RecordLine};
use tenantry_register::{Call, Register};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_EVER_TO_ONE: &str = "private, max-age=31536000, immutable";
const FRESH: &str = "no-cache";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Evidence, routes!(state)))
        .routes(guard_whole(Scope::Evidence, routes!(records)))
        .routes(guard_whole(Scope::Evidence, routes!(leaf)))
        .routes(guard_whole(Scope::Evidence, routes!(proof)))
        .routes(guard_whole(Scope::Evidence, routes!(receipt)))
        .routes(guard_whole(Scope::Evidence, routes!(inclusion)))
        .routes(guard_whole(Scope::Evidence, routes!(consistency)))
        .routes(guard_whole(Scope::Evidence, routes!(entries)))
        .routes(guard_whole(Scope::Evidence, routes!(timestamps)))
}

pub(super) fn open_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(checkpoint))
        .routes(routes!(key))
        .routes(routes!(trust))
        .routes(routes!(tile))
}

/// Read the state of the ledger
///
/// Its size, its newest checkpoint, its key, and whether anything was found wrong.
#[utoipa::path(
    get,
    path = "/v1/ledger/state",
    tag = "Ledger",
    operation_id = "read_ledger",
    responses((status = 200, description = "The state.", body = shapes::LedgerState))
)]
async fn state(State(state): State<AppState>, principal: Principal) -> Result<Json<LedgerState>, Problem> {
    ask(&state, move |register| register.ledger_state(&call_of(&principal))).await.map(Json)
}

/// List records
///
/// Newest first, without their bodies.
#[utoipa::path(
    get,
    path = "/v1/ledger/records",
    tag = "Ledger",
    operation_id = "list_records",
    params(PageQuery),
    responses((status = 200, description = "One page.", body = super::shapes::views::Page<shapes::RecordLine>))
)]
async fn records(
    State(state): State<AppState>,
    principal: Principal,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<RecordLine>>, Problem> {
    let page = page.read::<u64>()?;
    let rows_max = u32::from(page.limit) + 1;
    let rows =
        ask(&state, move |register| register.latest_records(&call_of(&principal), page.after, rows_max))
            .await?;
    Ok(Json(Page::from_rows(rows, page.limit, |row| row.index)))
}

/// Read a leaf
///
/// Its header, decoded. The body stays sealed.
#[utoipa::path(
    get,
    path = "/v1/ledger/leaves/{index}",
    tag = "Ledger",
    operation_id = "read_leaf",
    params(("index" = u64, Path, description = "Index of the leaf.")),
    responses((status = 200, description = "The leaf.", body = shapes::LeafView))
)]
async fn leaf(
    State(state): State<AppState>,
    principal: Principal,
    At(index): At<u64>,
) -> Result<Json<LeafView>, Problem> {
    ask(&state, move |register| register.leaf(&call_of(&principal), index)).await.map(Json)
}

/// Prove a leaf offline
///
/// One text that proves the leaf against the newest checkpoint, C2SP `tlog-proof`.
#[utoipa::path(
    get,
    path = "/v1/ledger/proofs/{index}",
    tag = "Ledger",
    operation_id = "read_proof",
    params(("index" = u64, Path, description = "Index of the leaf.")),
    responses((status = 200, description = "The proof.", body = String, content_type = "text/plain"))
)]
async fn proof(
    State(state): State<AppState>,
    principal: Principal,
    At(index): At<u64>,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let text = ask(&state, move |register| register.tlog_proof(&call_of(&principal), index)).await?;
    Ok(([(header::CONTENT_TYPE, TEXT)], text))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfEvent {
    event: Option<u16>,
}

/// Get the receipt of a record
///
/// One file that proves offline that the record, or with `event` that event of its batch, is in the ledger as it was taken:
/// check it with `tenantry verify`. Its content stays sealed. Of the record of an evidence package it is the receipt that is
/// handed over beside the package and checked with it.
#[utoipa::path(
    get,
    path = "/v1/ledger/receipts/{index}",
    tag = "Ledger",
    operation_id = "read_receipt",
    params(
        ("index" = u64, Path, description = "Index of the leaf."),
        ("event" = Option<u16>, Query, maximum = 4095, description = "Place of an event in its batch, from 0.")
    ),
    responses((status = 200, description = "The receipt.", body = shapes::RecordReceipt))
)]
async fn receipt(
    State(state): State<AppState>,
    principal: Principal,
    At(index): At<u64>,
    Asked(of): Asked<OfEvent>,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let call = call_of(&principal);
    let text = ask(&state, move |register| register.record_receipt(&call, index, of.event)).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inclusion {
    index: u64,
    size: Option<u64>,
}

#[derive(Serialize)]
struct InclusionProof {
    index: u64,
    size: u64,
    leaf: String,
    root: String,
    path: Vec<String>,
}

/// Prove that a leaf is included
///
/// In the tree of the first `size` leaves; without `size`, in the newest signed one.
#[utoipa::path(
    get,
    path = "/v1/ledger/inclusion",
    tag = "Ledger",
    operation_id = "prove_inclusion",
    params(
        ("index" = u64, Query, description = "Index of the leaf."),
        ("size" = Option<u64>, Query, description = "Leaves in the tree.")
    ),
    responses((status = 200, description = "The proof.", body = shapes::InclusionProof))
)]
async fn inclusion(
    State(state): State<AppState>,
    principal: Principal,
    Asked(asked): Asked<Inclusion>,
) -> Result<Json<InclusionProof>, Problem> {
    let proof =
        ask(&state, move |register| register.inclusion(&call_of(&principal), asked.index, asked.size))
            .await?;
    Ok(Json(InclusionProof {
        index: proof.index,
        size: proof.size,
        leaf: hex(&proof.leaf),
        root: hex(&proof.root),
        path: proof.path.iter().map(hex).collect(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consistency {
    old: u64,
    new: Option<u64>,
}

#[derive(Serialize)]
struct ConsistencyProof {
    old: u64,
    old_root: String,
    new: u64,
    new_root: String,
    path: Vec<String>,
}

/// Prove that the ledger only grew
///
/// That the tree of `old` leaves is the beginning of the tree of `new`; without `new`, of the newest signed one.
#[utoipa::path(
    get,
    path = "/v1/ledger/consistency",
    tag = "Ledger",
    operation_id = "prove_consistency",
    params(
        ("old" = u64, Query, description = "Leaves in the older tree."),
        ("new" = Option<u64>, Query, description = "Leaves in the newer tree.")
    ),
    responses((status = 200, description = "The proof.", body = shapes::ConsistencyProof))
)]
async fn consistency(
    State(state): State<AppState>,
    principal: Principal,
    Asked(asked): Asked<Consistency>,
) -> Result<Json<ConsistencyProof>, Problem> {
    let proof =
        ask(&state, move |register| register.consistency(&call_of(&principal), asked.old, asked.new)).await?;
    Ok(Json(ConsistencyProof {
        old: proof.old,
        old_root: hex(&proof.old_root),
        new: proof.new,
        new_root: hex(&proof.new_root),
        path: proof.path.iter().map(hex).collect(),
    }))
}

/// One time-stamp.
#[derive(Serialize, ToSchema)]
pub(super) struct TimestampView {
    /// Leaves of the checkpoint it dates.
    size: u64,
    /// Where it was fetched.
    authority: String,
    /// The time it states.
    #[schema(value_type = super::shapes::words::Instant)]
    stamped_at: Timestamp,
    /// The token, RFC 3161, DER in base64.
    token: String,
}

/// List time-stamps
///
/// RFC 3161 tokens over the SHA-256 of a checkpoint's three lines, newest first. `openssl ts -verify` checks one.
#[utoipa::path(
    get,
    path = "/v1/ledger/timestamps",
    tag = "Ledger",
    operation_id = "list_timestamps",
    responses((status = 200, description = "The newest hundred.", body = Vec<TimestampView>))
)]
async fn timestamps(
    State(state): State<AppState>,
    principal: Principal,
) -> Result<Json<Vec<TimestampView>>, Problem> {
    let kept = ask(&state, move |register| register.timestamps(&call_of(&principal))).await?;
    let shown = kept.into_iter().map(|stamp| TimestampView {
        size: stamp.size,
        authority: stamp.authority,
        stamped_at: stamp.stamped_at,
        token: STANDARD.encode(stamp.token),
    });
    Ok(Json(shown.collect()))
}

/// Read an entry bundle
///
/// Up to 256 leaves, each behind a 16-bit length, C2SP `tlog-tiles`. `path` is the rest of the path, as in `x001/067`.
#[utoipa::path(
    get,
    path = "/ledger/tile/entries/{*path}",
    tag = "Ledger",
    operation_id = "read_entries",
    params(("path" = String, Path, description = "Number of the bundle and, for a partial one, its width.")),
    responses((status = 200, description = "The bundle.", body = Vec<u8>, content_type = "application/octet-stream"))
)]
async fn entries(
    State(state): State<AppState>,
    principal: Principal,
    At(path): At<String>,
) -> Result<([(HeaderName, &'static str); 2], Vec<u8>), Problem> {
    let path = format!("tile/entries/{path}");
    let bytes = ask(&state, move |register| register.entries(&call_of(&principal), &path)).await?;
    Ok(([(header::CONTENT_TYPE, BYTES), (header::CACHE_CONTROL, FOR_EVER_TO_ONE)], bytes))
}

/// Read the newest checkpoint
///
/// A signed note, C2SP `tlog-checkpoint`. Anybody may read it; keep it to prove later that the ledger only grew.
#[utoipa::path(
    get,
    path = "/ledger/checkpoint",
    tag = "Ledger",
    operation_id = "read_checkpoint",
    responses((status = 200, description = "The signed note.", body = String, content_type = "text/plain"))
)]
async fn checkpoint(
    State(state): State<AppState>,
) -> Result<([(HeaderName, &'static str); 2], String), Problem> {
    let note = ask(&state, Register::checkpoint_note).await?;
    let note = note.ok_or_else(|| Problem::new(Code::NotFound).detail("nothing was signed yet"))?;
    Ok(([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, FRESH)], note))
}

/// Read the key of the ledger
///
/// The C2SP verifier key that checkpoints are checked with. Compare its fingerprint on another way.
#[utoipa::path(
    get,
    path = "/ledger/key",
    tag = "Ledger",
    operation_id = "read_ledger_key",
    responses((status = 200, description = "The key, one line.", body = String, content_type = "text/plain"))
)]
async fn key(State(state): State<AppState>) -> ([(HeaderName, &'static str); 2], String) {
    let key = state.register.verifier_key() + "\n";
    ([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, FRESH)], key)
}

/// Read what a reader of this ledger has to trust
///
/// A C2SP `tlog-policy`: the ledger's keys, and its witnesses with the quorum among them. For `tenantry verify --policy`.
#[utoipa::path(
    get,
    path = "/ledger/policy",
    tag = "Ledger",
    operation_id = "read_trust_policy",
    responses((status = 200, description = "The policy.", body = String, content_type = "text/plain"))
)]
async fn trust(State(state): State<AppState>) -> Result<([(HeaderName, &'static str); 2], String), Problem> {
    let policy = ask(&state, |register| Ok(register.trust_policy())).await?;
    Ok(([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, FRESH)], policy))
}

/// Read a tile of hashes
///
/// C2SP `tlog-tiles`: `path` is level and number of the tile, as in `0/x001/067` or `0/001.p/5`.
#[utoipa::path(
    get,
    path = "/ledger/tile/{*path}",
    tag = "Ledger",
    operation_id = "read_tile",
    params(("path" = String, Path, description = "Level and number of the tile and, for a partial one, its width.")),
    responses((status = 200, description = "The hashes.", body = Vec<u8>, content_type = "application/octet-stream"))
)]
async fn tile(
    State(state): State<AppState>,
    At(path): At<String>,
) -> Result<([(HeaderName, &'static str); 2], Vec<u8>), Problem> {
    let path = format!("tile/{path}");
    let call = Call::by(Actor::System { job: Job::Checkpoints });
    let bytes = ask(&state, move |register| register.tile(&call, &path)).await?;
    Ok(([(header::CONTENT_TYPE, BYTES), (header::CACHE_CONTROL, FOR_EVER)], bytes))
}

fn hex(hash: &Hash) -> String {
    hash.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
