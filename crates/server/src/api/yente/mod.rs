//! Matching in yente's shape, so that its clients work unchanged: `/match`, `/search`, `/entities`, `/catalog`, `/algorithms`
//! and the reconciliation API of OpenRefine. Nothing here writes anything.
//!
//! What differs is said where it differs: a key with the scope `matching` is needed (`Authorization: ApiKey ...` or `Bearer`),
//! errors are problem documents whose `detail` those clients show, evidence is counted in bits, and every answer names the
//! algorithm and the versions of the lists. An algorithm that is not there is refused, never replaced.

mod adjacent;
mod catalog;
mod entity;
mod matching;
mod params;
mod reconcile;
pub mod result;
mod search;

use crate::http::problem::{Code, Problem};
use crate::state::AppState;
use tenantry_model::listed::SnapshotHeader;
use tenantry_register::matching::Lists;
use utoipa_axum::router::OpenApiRouter;

/// The dataset that stands for all lists in force.
const ALL_LISTS: &str = "default";
/// Most queries in one request.
const BATCH_MAX: usize = 100;
/// Most names in all queries of one request: each is searched for.
const NAMES_MAX: usize = 6_000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(matching::routes())
        .merge(search::routes())
        .merge(adjacent::routes())
        .merge(catalog::routes())
        .merge(reconcile::routes())
}

/// Digits of a list's digest that its version ends in.
const DIGEST_CHARS: usize = 12;

/// The version of a list in one word: its code, its date of publication when it has one, and the start of the digest over its
/// entries, so that two lists with the same version hold the same entries.
///
/// ```
/// use tenantry_model::listed::SnapshotHeader;
///
/// let header = SnapshotHeader {
///     list: "un-sc".to_owned(),
///     title: String::new(),
///     published_on: "2026-02-27".parse().ok(),
///     entities: 0,
///     digest: "e3b0c44298fc1c149afbf4c8996fb924".to_owned(),
/// };
/// assert_eq!(tenantry_server::api::yente::version(&header), "un-sc@2026-02-27-e3b0c44298fc");
/// ```
pub fn version(header: &SnapshotHeader) -> String {
    let digest = header.digest.get(..DIGEST_CHARS).unwrap_or(&header.digest);
    match header.published_on {
        Some(date) => format!("{}@{date}-{digest}", header.list),
        None => format!("{}@{digest}", header.list),
    }
}

fn versions(lists: &Lists) -> Vec<String> {
    lists.in_force().iter().map(|snapshot| version(&snapshot.header)).collect()
}

/// The lists a dataset stands for; all of them as an empty list.
fn lists_of(lists: &Lists, dataset: &str) -> Result<Vec<String>, Problem> {
    if dataset == ALL_LISTS {
        return Ok(Vec::new());
    }
    if lists.in_force().iter().any(|snapshot| snapshot.header.list == dataset) {
        return Ok(vec![dataset.to_owned()]);
    }
    Err(Problem::new(Code::NotFound).detail("no list in force has this code; `GET /catalog` names them"))
}
