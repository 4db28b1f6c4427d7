//! Problem documents of RFC 9457: the only way the API says no.
//!
//! A [`Problem`] is built where the fault is found and returned as an error. The request id is added by
//! [`super::observe`], which renders the document again once it knows the id, as JSON or, for a browser
//! outside `/v1`, as a small page. A problem never repeats a value that may be personal data: it names the
//! place by JSON pointer and what was expected there.

mod codes;
mod pages;

pub use codes::Code;
pub use pages::routes;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::borrow::Cow;

/// The media type of a problem document.
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Why a request was not carried out.
///
/// ```
/// use tenantry_server::http::problem::{Code, Problem};
///
/// let problem = Problem::new(Code::ValueInvalid)
///     .detail("the party cannot be recorded as given")
///     .at("/birth_date", "lies in the future");
/// assert_eq!(problem.code().status(), 422);
/// ```
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: Option<Cow<'static, str>>,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// One wrong place in a request body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where, as a JSON pointer (RFC 6901) into the request body; empty for the whole body.
    pub pointer: String,
    /// What was expected there.
    pub detail: String,
}

/// The document as sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem, example = json!(Problem::new(Code::NotFound).body(Some("0c9e4f21a7b35d68-0000002a"))))]
pub struct ProblemBody {
    /// Relative URL of the explanation, `/problems/<code>`.
    #[serde(rename = "type")]
    pub type_url: String,
    /// One line, the same for every problem of this code.
    pub title: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// The stable word to branch on.
    pub code: Cow<'static, str>,
    /// What happened this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The wrong places in the body, when there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The id to quote when asking for help; also in `x-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem of this kind.
    pub const fn new(code: Code) -> Self {
        Self { code, detail: None, errors: Vec::new(), headers: Vec::new() }
    }

    /// Says what happened this time. Never personal data.
    pub fn detail(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(text.into());
        self
    }

    /// Adds one wrong place, by JSON pointer. Never repeat the value.
    pub fn at(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// Adds a response header. A value that is not a header value is left out.
    pub fn header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        if let Ok(value) = value.try_into() {
            self.headers.push((name, value));
        }
        self
    }

    /// Adds `Retry-After` in seconds.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, seconds.to_string())
    }

    /// The stable code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The wrong places found so far.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// What happened this time, when it was said.
    pub fn detail_text(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The document with the id of the request it answers.
    pub fn body(&self, request_id: Option<&str>) -> ProblemBody {
        ProblemBody {
            type_url: self.code.type_url(),
            title: Cow::Borrowed(self.code.title()),
            status: self.code.status().as_u16(),
            code: Cow::Borrowed(self.code.as_str()),
            detail: self.detail.as_deref().map(str::to_owned),
            errors: self.errors.clone(),
            request_id: request_id.map(str::to_owned),
        }
    }

    fn respond(&self, content_type: HeaderValue, body: String) -> Response {
        let mut response = (self.code.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, content_type);
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
        response
    }

    pub(super) fn respond_json(&self, request_id: Option<&str>) -> Response {
        let body = serde_json::to_string(&self.body(request_id)).unwrap_or_default();
        self.respond(PROBLEM_JSON, body)
    }

    pub(super) fn respond_html(&self, request_id: &str) -> Response {
        self.respond(pages::HTML, pages::occurrence(self, request_id))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.respond_json(None);
        response.extensions_mut().insert(self);
        response
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Self::new(Code::PathInvalid).detail("an identifier in the path cannot be read")
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let text = rejection.body_text();
        let reason = text.rsplit_once(": ").map_or(text.as_str(), |(_, reason)| reason);
        Self::new(Code::QueryInvalid).detail(super::json::without_values(reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_the_members_of_rfc_9457_and_ours() {
        let problem =
            Problem::new(Code::ValueInvalid).detail("cannot be recorded").at("/parties/0/name", "is empty");
        insta::assert_json_snapshot!(problem.body(Some("req-1")));
    }

    #[test]
    fn absent_members_are_left_out() {
        let text = serde_json::to_string(&Problem::new(Code::NotFound).body(None)).unwrap();
        assert_eq!(
            text,
            r#"{"type":"/problems/not-found","title":"There is nothing here","status":404,"code":"not-found"}"#
        );
    }
}
