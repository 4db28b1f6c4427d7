//! Watchlists: which versions are in force, and importing a new one.

use super::guard::guard_whole;
use super::shapes::views;
use crate::http::api_key::Principal;
use crate::http::idempotency::IdempotencyKey;
use crate::http::json::read_body;
use crate::http::limits::LIST_BYTES_MAX;
use crate::http::problem::{Code, Problem};
use crate::http::{Query as Asked, blocking};
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use serde::Deserialize;
use std::io::Write as _;
use tenantry_lists::{ListsError, Part, Reading};
use tenantry_model::staff::Scope;
use tenantry_model::time::Date;
use tenantry_register::watchlists::{Imported, ListsView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Longest name of a file and longest code of a list, characters.
const NAME_CHARS_MAX: usize = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Read, routes!(list)))
        .routes(guard_whole(Scope::Lists, routes!(import)))
}

/// Read the lists in force
///
/// Watchlists and signal lists, with their history and how many parties still have to be screened against them.
#[utoipa::path(
    get,
    path = "/v1/lists",
    tag = "Lists",
    operation_id = "read_lists",
    responses((status = 200, description = "The lists.", body = views::ListsView))
)]
async fn list(State(state): State<AppState>, principal: Principal) -> Result<Json<ListsView>, Problem> {
    ask(&state, move |register| register.lists(&call_of(&principal))).await.map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    file: String,
    list: Option<String>,
    published_on: Option<Date>,
    without: Option<String>,
}

/// Import a list
///
/// The body is the file as published: OFAC (`SDN.XML`, `SDN_ADVANCED.XML` and their kin), Consolidated Screening List, UN, EU, UK,
/// BIS, FollowTheMoney, Senzing or a packed snapshot, zstd-compressed if you like; OFAC's CSV files (`sdn.csv`, `add.csv`, `alt.csv`,
/// `sdn_comments.csv`) together as one ZIP file. The format is found out. A file that is cut, malformed or suddenly much smaller is
/// refused and the version in force stays; so is one that lost many of its aliases, identifiers or addresses, and `sdn.csv` alone,
/// which lacks most of them. The version in force, sent again, is confirmed: its age
/// begins anew, and a date of publication given now replaces the earlier one.
#[utoipa::path(
    post,
    path = "/v1/lists",
    tag = "Lists",
    operation_id = "import_list",
    params(
        ("file" = String, Query, description = "Name of the file as published, for example `SDN.XML`."),
        ("list" = Option<String>, Query, description = "Code of the list, for formats that carry none."),
        ("published_on" = Option<super::shapes::words::Day>, Query, description = "Date of the version, for formats that carry none."),
        ("without" = Option<String>, Query, description = "Parts that may be lost against the version in force, or missing from a \
            set of files, apart by commas: entries, names, aliases, identifiers, addresses, birth-dates, countries, ties. \
            For a loss that somebody looked into; the record of the import names them.", example = "aliases,addresses"),
        ("Idempotency-Key" = String, Header, description = "One fresh value per import.")
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, at most 64 MiB."),
    responses((status = 200, description = "In force.", body = views::Imported))
)]
async fn import(
    State(state): State<AppState>,
    principal: Principal,
    Asked(file): Asked<Named>,
    key: IdempotencyKey,
    request: Request,
) -> Result<Json<Imported>, Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let _one_at_a_time = state.imports.acquire().await.map_err(|_| Problem::new(Code::Unavailable))?;
    let body = read_body(request, LIST_BYTES_MAX).await?;
    let name = file.list.clone().unwrap_or_else(|| file.file.clone());
    let without = parts(file.without.as_deref())?;
    let accepted = without.clone();
    let reading = match blocking(move || read(&file, &accepted, &body)).await? {
        Ok(reading) => reading,
        Err(Unread::Asked(problem)) => return Err(problem),
        Err(Unread::List(error)) => {
            let reason = error.to_string();
            ask(&state, move |register| register.list_unreadable(&call, &name, &reason)).await?;
            return Err(refused(&error));
        }
    };
    let imported = ask(&state, move |register| register.import_list(&call, &reading, &without)).await?;
    state.world_bell.notify_one();
    state.deliveries_bell.notify_one();
    Ok(Json(imported))
}

/// Reads the file from a folder of its own, under the name it was given, because the name helps to tell the format.
fn read(file: &Named, without: &[Part], body: &Bytes) -> Result<Reading, Unread> {
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= NAME_CHARS_MAX
            && !text.starts_with('.')
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    if !plain(&file.file) || !file.list.as_deref().is_none_or(plain) {
        let why = "`file` and `list` have 1 to 100 letters, digits or - _ . and do not begin with a dot";
        return Err(Unread::Asked(Problem::new(Code::QueryInvalid).detail(why)));
    }
    let kept = keep(&file.file, body).map_err(|error| {
        tracing::error!(%error, "a list could not be kept for reading");
        Unread::Asked(Problem::new(Code::Unavailable).retry_after(60))
    })?;
    let path = kept.path().join(&file.file);
    tenantry_lists::read_files_without(&[&path], file.list.as_deref(), file.published_on, without)
        .map_err(Unread::List)
}

/// The parts named, apart by commas.
pub(super) fn parts(text: Option<&str>) -> Result<Vec<Part>, Problem> {
    let words = text.into_iter().flat_map(|text| text.split(','));
    words
        .map(|word| {
            word.parse()
                .map_err(|why| Problem::new(Code::QueryInvalid).detail(format!("`without`: a part {why}")))
        })
        .collect()
}

/// Why a list was not read.
enum Unread {
    /// Something is wrong with the request or with this machine.
    Asked(Problem),
    /// Something is wrong with the list.
    List(ListsError),
}

fn keep(name: &str, body: &Bytes) -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    std::fs::File::create_new(folder.path().join(name))?.write_all(body)?;
    Ok(folder)
}

fn refused(error: &ListsError) -> Problem {
    let why = match error {
        ListsError::Incomplete { missing } => format!(
            "what was sent lacks {missing}, without which people are not found under their other names and places; send \
             `SDN.XML` or `CONSOLIDATED.XML`, which are whole, or the set of files as one ZIP file (or accept what is missing by \
             `without`)"
        ),
        other => other.to_string(),
    };
    Problem::new(Code::ListRefused).detail(format!("{why}; the snapshot in force stays"))
}
