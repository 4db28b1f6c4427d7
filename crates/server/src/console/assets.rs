//! The console's own files: style sheet, keys, htmx, mark. Compiled in; served with a strong `ETag` and always revalidated,
//! so that an upgrade is seen at once and an unchanged file costs one empty answer.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use sha2::{Digest, Sha256};

use super::page::{CONTENT_SECURITY_POLICY, Reply};

/// One file of the console.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its name below `/console/assets/`.
    pub name: &'static str,
    /// Media type with character set.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

/// Every file, in the order pages load them.
pub const ASSETS: &[Asset] = &[
    Asset {
        name: "console.css",
        media_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../../assets/console/console.css"),
    },
    Asset {
        name: "htmx.min.js",
        media_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../assets/console/htmx.min.js"),
    },
    Asset {
        name: "keys.js",
        media_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../assets/console/keys.js"),
    },
    Asset {
        name: "mark.svg",
        media_type: "image/svg+xml",
        bytes: include_bytes!("../../assets/console/mark.svg"),
    },
];

impl Asset {
    /// SHA-256 of the bytes, in lower-case hex.
    pub fn sha256(&self) -> String {
        Sha256::digest(self.bytes).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// Answers a request for `/console/assets/{name}`; 404 for any other name, 304 when the browser has it already.
pub fn serve(name: &str, request: &HeaderMap) -> Reply {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return status_only(StatusCode::NOT_FOUND);
    };
    let tag = format!("\"{}\"", asset.sha256());
    let known = request.get(header::IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == tag.as_bytes());
    let mut reply =
        if known { status_only(StatusCode::NOT_MODIFIED) } else { Response::new(Body::from(asset.bytes)) };
    let headers = reply.headers_mut();
    for (field, value) in [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(field, HeaderValue::from_static(value));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    reply
}

fn status_only(status: StatusCode) -> Reply {
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = status;
    reply
}
