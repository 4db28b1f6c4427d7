//! Evidence packages: what anybody can check offline, without personal data.

use super::guard::guard;
use super::shapes::{record as shapes, words};
use crate::http::Path as At;
use crate::http::api_key::Principal;
use crate::http::json::Json as Body;
use crate::http::problem::Problem;
use crate::state::{AppState, ask, call_of};
use axum::extract::State;
use axum::http::{HeaderName, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
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
}

/// Build an evidence package
///
/// A ZIP file of the account's records with their proofs; personal data is in it only as commitments. Check it with
/// `tenantry verify`. That it was built is recorded before it is handed out; `Link` leads to the proof of that.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/evidence",
    tag = "Accounts",
    operation_id = "build_evidence",
    params(("account" = words::AccountId, Path, description = "The account.")),
    request_body(content = shapes::NewEvidence, example = json!({"purpose": "Audit 2026-11, sample 14"})),
    responses((
        status = 200,
        description = "The package.",
        body = Vec<u8>,
        content_type = "application/zip",
        headers(
            ("content-digest" = String, description = "SHA-256 of the package, as recorded (RFC 9530)."),
            ("link" = String, description = "Where the proof is that the package was recorded.")
        )
    ))
)]
async fn build(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<AccountId>,
    body: Body<NewEvidence>,
) -> Result<([(HeaderName, String); 4], Vec<u8>), Problem> {
    let built =
        ask(&state, move |register| register.build_evidence(&call_of(&principal), id, &body.value.purpose))
            .await?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"evidence-{id}.zip\"")),
        (CONTENT_DIGEST, format!("sha-256=:{}:", STANDARD.encode(built.digest))),
        (LINK, format!("</v1/ledger/proofs/{}>; rel=\"describedby\"", built.leaf)),
    ];
    Ok((headers, built.zip))
}
