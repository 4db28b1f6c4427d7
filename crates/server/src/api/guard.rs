//! The scope a route asks of an API key, declared once for the router and the document.

use crate::http::api_key::Principal;
use crate::http::problem::{Code, Problem};
use crate::state::AppState;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tenantry_model::staff::Scope;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::UtoipaMethodRouter;

/// Name of the security scheme in the document.
pub(super) const API_KEY: &str = "api_key";

/// The routes, for keys with this scope only. The scope is looked at before anything of the request is read.
pub(super) fn guard(
    scope: Scope,
    (schemas, mut paths, methods): UtoipaMethodRouter<AppState>,
) -> UtoipaMethodRouter<AppState> {
    for item in paths.paths.values_mut() {
        for operation in operations(item) {
            operation.security = Some(vec![SecurityRequirement::new(API_KEY, [scope.as_str()])]);
        }
    }
    let methods =
        methods.route_layer(from_fn(move |request: Request, next: Next| require(scope, request, next)));
    (schemas, paths, methods)
}

/// The same, closed to keys that are confined to a reseller: what it shows concerns the whole provider.
pub(super) fn guard_whole(
    scope: Scope,
    routes: UtoipaMethodRouter<AppState>,
) -> UtoipaMethodRouter<AppState> {
    let (schemas, paths, methods) = routes;
    guard(scope, (schemas, paths, methods.route_layer(from_fn(unconfined))))
}

/// Every operation of a path.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

async fn require(scope: Scope, request: Request, next: Next) -> Response {
    let allowed = match request.extensions().get::<Principal>() {
        Some(principal) => principal.require(scope),
        None => Err(Problem::new(Code::CredentialsMissing)),
    };
    match allowed {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn unconfined(request: Request, next: Next) -> Response {
    let confined = request.extensions().get::<Principal>().is_none_or(|p| p.confined_to.is_some());
    if confined {
        let problem = Problem::new(Code::Forbidden);
        return problem.detail("a key that is confined to a reseller may not ask this").into_response();
    }
    next.run(request).await
}
