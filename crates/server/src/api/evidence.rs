//! Evidence packages: what anybody can check offline, without personal data.

use super::guard::guard;
use super::shapes::{record as shapes, words};
use crate::http::Path as At;
use crate::http::api_key::Principal;
use crate::http::idempotency::IdempotencyKey;
use crate::http::json::Json as Body;
use crate::http::problem::Problem;
use crate::state::{AppState, ask, call_of};
use axum::extract::State;
use axum::http::{HeaderName, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tenantry_model::id::AccountId;
use tenantry_model::staff::Scope;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
const LINK: HeaderName = header::LINK;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(guard(Scope::Evidence, routes!(build)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEvidence {
    purpose: String,
    #[serde(default)]
    recipient: Option<String>,
}

/// Build an evidence package
///
/// A ZIP file of the account's records with their proofs; personal data is in it only as commitments. Check it with
/// `tenantry verify`. That it was built is recorded before it is handed out; `Link` leads to the proof of that. The same request
/// under the same key answers the same package and records nothing, unless what it was made of was erased meanwhile. With a
/// `recipient` the answer is the package encrypted to that key in the age format.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/evidence",
    tag = "Accounts",
    operation_id = "build_evidence",
    params(
        ("account" = words::AccountId, Path, description = "The account."),
        ("Idempotency-Key" = String, Header, description = "One fresh value per package.")
    ),
    request_body(content = shapes::NewEvidence, example = json!({"purpose": "Audit 2026-11, sample 14"})),
    responses((
        status = 200,
        description = "The package.",
        body = Vec<u8>,
        content_type = "application/zip",
        headers(
            ("content-digest" = String, description = "SHA-256 of the answer (RFC 9530); unless it is encrypted, as recorded."),
            ("link" = String, description = "Where the proof is that the package was recorded.")
        )
    ))
)]
async fn build(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<AccountId>,
    key: IdempotencyKey,
    body: Body<NewEvidence>,
) -> Result<([(HeaderName, String); 4], Vec<u8>), Problem> {
    let call = call_of(&principal).under(super::register_key(&key)?);
    let NewEvidence { purpose, recipient } = body.value;
    let built =
        ask(&state, move |register| register.build_evidence(&call, id, &purpose, recipient.as_deref()))
            .await?;
    let (kind, ending) = match built.encrypted {
        None => ("application/zip", ""),
        Some(_) => ("application/octet-stream", ".age"),
    };
    let digest = STANDARD.encode(Sha256::digest(built.file()));
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"evidence-{id}.zip{ending}\"")),
        (CONTENT_DIGEST, format!("sha-256=:{digest}:")),
        (LINK, format!("</v1/ledger/proofs/{}>; rel=\"describedby\"", built.leaf)),
    ];
    Ok((headers, built.encrypted.unwrap_or(built.zip)))
}
