//! The pages behind a problem's `type`: `/problems` lists the codes, `/problems/<code>` explains one.
//! Browsers get HTML, everything else JSON. Also the page a browser sees instead of a problem document.

use super::{Code, Problem};
use crate::http::wants_html;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use std::fmt::Write as _;

pub(super) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// `/problems` and `/problems/{code}`.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/problems", get(list)).route("/problems/{code}", get(one))
}

#[derive(Serialize)]
struct Explanation {
    #[serde(rename = "type")]
    type_url: String,
    code: &'static str,
    status: u16,
    title: &'static str,
    help: &'static str,
}

impl Explanation {
    fn of(code: Code) -> Self {
        Self {
            type_url: code.type_url(),
            code: code.as_str(),
            status: code.status().as_u16(),
            title: code.title(),
            help: code.help(),
        }
    }
}

async fn list(headers: HeaderMap) -> Response {
    let all: Vec<_> = Code::ALL.iter().copied().map(Explanation::of).collect();
    if !wants_html(&headers) {
        return Json(all).into_response();
    }
    let mut rows = String::from("<ul>");
    for one in &all {
        let _ = write!(
            rows,
            "<li><a href=\"{}\">{}</a> ({}): {}</li>",
            one.type_url, one.code, one.status, one.title
        );
    }
    rows.push_str("</ul>");
    html(page("Problems the API can report", &rows))
}

async fn one(Path(word): Path<String>, headers: HeaderMap) -> Response {
    let Some(code) = Code::parse(&word) else {
        return Problem::new(Code::NotFound).detail("no problem has this code").into_response();
    };
    let explanation = Explanation::of(code);
    if !wants_html(&headers) {
        return Json(explanation).into_response();
    }
    let body = format!(
        "<p>{}</p><dl><dt>Code</dt><dd><code>{}</code></dd><dt>Status</dt><dd>{}</dd></dl><p><a href=\"/problems\">All problems</a></p>",
        escape(code.help()),
        code.as_str(),
        code.status().as_u16()
    );
    html(page(code.title(), &body))
}

pub(super) fn occurrence(problem: &Problem, request_id: &str) -> String {
    let mut body = String::new();
    if let Some(detail) = problem.detail_text() {
        let _ = write!(body, "<p>{}</p>", escape(detail));
    }
    let _ = write!(
        body,
        "<p>{}</p><p>Request <code>{}</code></p><p><a href=\"/\">To the start</a></p>",
        escape(problem.code().help()),
        escape(request_id)
    );
    page(problem.code().title(), &body)
}

fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    )
}

fn html(text: String) -> Response {
    ([(header::CONTENT_TYPE, HTML)], text).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_for_browsers_escapes_what_it_repeats() {
        let problem = Problem::new(Code::Conflict).detail("state is <b>\"closed\"</b> & stays so");
        insta::assert_snapshot!(occurrence(&problem, "req-1"));
    }
}
