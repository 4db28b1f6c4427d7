//! From a view to a response: renders the template and sets the headers every page carries.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

/// What a page may load and where it may post: only this server, nothing inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A finished response.
pub type Reply = Response<Body>;

/// The page with status 200.
pub fn page(view: &impl Template) -> Reply {
    page_with_status(StatusCode::OK, view)
}

/// The page with the given status. If the template cannot be rendered the answer is a bare 500.
pub fn page_with_status(status: StatusCode, view: &impl Template) -> Reply {
    let (status, body) = match view.render() {
        Ok(html) => (status, html),
        Err(error) => {
            tracing::error!(%error, "page could not be rendered");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "The page could not be drawn. Nothing was changed.".to_owned(),
            )
        }
    };
    let mut reply = Response::new(Body::from(body));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "Cookie, HX-Request-Type"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    reply
}
