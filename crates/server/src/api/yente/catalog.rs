//! `GET /catalog`, `GET /datasets` and `GET /algorithms`: what can be asked, and which versions answer.

use super::matching::{FeatureDoc, docs};
use super::{ALL_LISTS, version};
use crate::api::guard::guard_whole;
use crate::http::api_key::Principal;
use crate::http::problem::Problem;
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeMap;
use tenantry_model::staff::Scope;
use tenantry_register::SnapshotInForce;
use tenantry_screening::ALGORITHM;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Matching, routes!(catalog)))
        .routes(guard_whole(Scope::Matching, routes!(datasets)))
        .routes(guard_whole(Scope::Matching, routes!(algorithms)))
}

/// The lists that can be asked.
#[derive(Serialize, ToSchema)]
pub(super) struct Catalog {
    /// One for each list in force, and one that stands for all.
    datasets: Vec<Dataset>,
    /// Codes of lists that are asked in their newest imported version: all.
    current: Vec<String>,
    /// Codes of lists that are not: none.
    outdated: Vec<String>,
    /// Whether lists are imported and not asked yet: never.
    index_stale: bool,
}

/// A list.
#[derive(Serialize, ToSchema)]
pub(super) struct Dataset {
    /// Its code.
    name: String,
    /// Its title.
    title: String,
    /// Its version: code, date of publication, start of the digest over its entries.
    version: String,
    /// Whether it can be asked.
    load: bool,
    /// The version that is asked.
    index_version: String,
    /// Whether that is the newest imported one.
    index_current: bool,
    /// Lists it stands for.
    children: Vec<String>,
    /// Number of entries.
    entity_count: u64,
    /// When the version was imported.
    updated_at: Option<String>,
    /// When its publisher issued it.
    last_export: Option<String>,
}

/// The algorithms.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the field is named so in the shape that clients read")]
pub(super) struct Algorithms {
    /// Each with what its features mean.
    algorithms: Vec<AlgorithmBody>,
    /// The one that answers when none is named.
    default: &'static str,
    /// The one that `best` names.
    best: &'static str,
}

/// An algorithm.
#[derive(Serialize, ToSchema)]
pub(super) struct AlgorithmBody {
    /// Its name, frozen: what scores differently has another.
    name: &'static str,
    /// What it does.
    description: &'static str,
    /// What its features mean.
    features: BTreeMap<&'static str, FeatureDoc>,
    /// The same, under the name newer clients read.
    docs: BTreeMap<&'static str, FeatureDoc>,
}

/// List what can be asked
///
/// One entry for each list in force, and `default` for all of them, each with its version.
#[utoipa::path(
    get,
    path = "/catalog",
    tag = "Matching",
    operation_id = "read_catalog",
    responses((status = 200, description = "The lists in force.", body = Catalog))
)]
async fn catalog(State(state): State<AppState>, principal: Principal) -> Result<Json<Catalog>, Problem> {
    in_force(&state, principal).await
}

/// List what can be asked, by another name
///
/// The same as `/catalog`, for clients that ask for it by this name.
#[utoipa::path(
    get,
    path = "/datasets",
    tag = "Matching",
    operation_id = "read_datasets",
    responses((status = 200, description = "The lists in force.", body = Catalog))
)]
async fn datasets(State(state): State<AppState>, principal: Principal) -> Result<Json<Catalog>, Problem> {
    in_force(&state, principal).await
}

/// List the algorithms
///
/// Each with the meaning of its features. An algorithm never changes under its name: an approval can name it.
#[utoipa::path(
    get,
    path = "/algorithms",
    tag = "Matching",
    operation_id = "read_algorithms",
    responses((status = 200, description = "The algorithms.", body = Algorithms))
)]
async fn algorithms(_: Principal) -> Json<Algorithms> {
    let ours = AlgorithmBody {
        name: ALGORITHM,
        description: "Evidence in bits for and against, mapped to 0 to 1 by a published calibration",
        features: docs(),
        docs: docs(),
    };
    let ofac = AlgorithmBody {
        name: "ofac",
        description: "What the search tool of OFAC would show, divided by 100; looks at names only",
        features: docs(),
        docs: docs(),
    };
    Json(Algorithms { algorithms: vec![ours, ofac], default: ALGORITHM, best: ALGORITHM })
}

async fn in_force(state: &AppState, principal: Principal) -> Result<Json<Catalog>, Problem> {
    let lists = ask(state, move |register| register.lists_to_match(&call_of(&principal))).await?;
    let snapshots = lists.in_force();
    let codes: Vec<String> = snapshots.iter().map(|s| s.header.list.clone()).collect();
    let mut datasets = vec![everything(snapshots, codes.clone())];
    datasets.extend(snapshots.iter().map(dataset));
    Ok(Json(Catalog { datasets, current: codes, outdated: Vec::new(), index_stale: false }))
}

fn dataset(snapshot: &SnapshotInForce) -> Dataset {
    let header = &snapshot.header;
    Dataset {
        name: header.list.clone(),
        title: header.title.clone(),
        version: version(header),
        load: true,
        index_version: version(header),
        index_current: true,
        children: Vec::new(),
        entity_count: header.entities,
        updated_at: Some(snapshot.imported_at.to_string()),
        last_export: header.published_on.map(|date| format!("{date}T00:00:00")),
    }
}

fn everything(snapshots: &[SnapshotInForce], children: Vec<String>) -> Dataset {
    let versions: Vec<String> = snapshots.iter().map(|s| version(&s.header)).collect();
    Dataset {
        name: ALL_LISTS.to_owned(),
        title: "All lists in force".to_owned(),
        version: versions.join(" "),
        load: true,
        index_version: versions.join(" "),
        index_current: true,
        children,
        entity_count: snapshots.iter().map(|s| s.header.entities).sum(),
        updated_at: snapshots.iter().map(|s| s.imported_at).max().map(|at| at.to_string()),
        last_export: None,
    }
}
