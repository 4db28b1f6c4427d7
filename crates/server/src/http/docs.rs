//! The interactive page of the API at `/docs`: Swagger UI from our own memory, no other host involved.
//!
//! The two large files are kept and sent gzip-compressed; `assets/swagger/README.md` says where they come from
//! and a test pins their hashes. Nothing on the page is inline, so its policy allows no inline code.

use super::problem::{Code, Problem};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

/// Images may be `data:` because the style sheet holds its icons that way.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");
const FRESH: HeaderValue = HeaderValue::from_static("no-cache");

const PAGE: &str = include_str!("../../assets/swagger/index.html");
const START: &str = include_str!("../../assets/swagger/start.js");
const BUNDLE: &[u8] = include_bytes!("../../assets/swagger/swagger-ui-bundle.js.gz");
const STYLE: &[u8] = include_bytes!("../../assets/swagger/swagger-ui.css.gz");

/// `/docs`, what it loads, and `/v1/openapi.json`.
pub fn routes(openapi: Bytes) -> Router {
    let document =
        ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], openapi);
    Router::new()
        .route("/docs", get(async || Redirect::permanent("/docs/")))
        .route("/docs/", get(async || text("text/html; charset=utf-8", PAGE)))
        .route("/docs/start.js", get(async || text("text/javascript", START)))
        .route(
            "/docs/swagger-ui-bundle.js",
            get(async |headers: HeaderMap| packed(&headers, "text/javascript", BUNDLE)),
        )
        .route("/docs/swagger-ui.css", get(async |headers: HeaderMap| packed(&headers, "text/css", STYLE)))
        .route("/v1/openapi.json", get(async move || document.clone()))
}

fn text(media_type: &'static str, body: &'static str) -> Response {
    let kind = HeaderValue::from_static(media_type);
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, FRESH),
    ];
    (headers, body).into_response()
}

fn packed(asked: &HeaderMap, media_type: &'static str, gzip: &'static [u8]) -> Response {
    if !accepts_gzip(asked) {
        return Problem::new(Code::HeaderInvalid)
            .detail("this file is only sent with `Accept-Encoding: gzip`")
            .into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_ENCODING, HeaderValue::from_static("gzip")),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
        (header::CACHE_CONTROL, DAY),
    ];
    (headers, gzip).into_response()
}

/// Without the header any encoding is welcome (RFC 9110, 12.5.3).
fn accepts_gzip(asked: &HeaderMap) -> bool {
    let Some(value) = asked.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()) else { return true };
    value.split(',').any(|one| {
        let (coding, weight) = one.split_once(';').unwrap_or((one, ""));
        matches!(coding.trim(), "gzip" | "*") && !matches!(weight.trim(), "q=0" | "q=0.0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use sha2::{Digest, Sha256};
    use std::io::Read;

    /// SHA-256 of the files as published in the npm package swagger-ui-dist 5.35.0.
    #[test]
    fn vendored_files_are_the_published_ones() {
        let published = [
            (BUNDLE, "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2"),
            (STYLE, "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d"),
        ];
        for (gzip, expect) in published {
            let mut bytes = Vec::new();
            GzDecoder::new(gzip).read_to_end(&mut bytes).unwrap();
            let digits = |byte: &u8| [byte >> 4, byte & 15].map(|d| char::from_digit(d.into(), 16).unwrap());
            assert_eq!(Sha256::digest(&bytes).iter().flat_map(digits).collect::<String>(), expect);
        }
    }

    #[test]
    fn the_page_holds_nothing_inline_and_names_no_other_host() {
        assert!(!PAGE.contains("://") && !START.contains("://"));
        assert!(!PAGE.contains("style=") && !PAGE.contains("<style") && !PAGE.contains("onload"));
        assert_eq!(PAGE.matches("<script").count(), PAGE.matches("<script src=\"").count());
    }

    #[test]
    fn gzip_is_sent_only_to_those_who_take_it() {
        for (given, expect) in
            [("gzip, br", true), ("*", true), ("br", false), ("gzip;q=0", false), ("identity", false)]
        {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, given.parse().unwrap())]);
            assert_eq!(accepts_gzip(&headers), expect, "{given}");
        }
        assert!(accepts_gzip(&HeaderMap::new()));
    }
}
