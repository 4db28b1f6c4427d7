//! What callers of the API send: bodies, and the words of headers, queries and endpoint addresses.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tenantry_register::accounts::NewAccess;
use tenantry_register::cases::CaseDecision;
use tenantry_register::disclosure::NewDisclosure;
use tenantry_register::holds::NewHold;
use tenantry_register::intake::NewApplication;
use tenantry_register::measures::NewMeasure;
use tenantry_register::orders::NewOrder;
use tenantry_register::parties::NewStatements;
use tenantry_server::http::api_key::ApiKey;
use tenantry_server::http::etag::IfMatch;
use tenantry_server::http::form_data::{boundary_of, parts};
use tenantry_server::http::idempotency::IdempotencyKey;
use tenantry_server::http::json::parse;
use tenantry_server::http::page::PageQuery;
use tenantry_server::webhooks::target::{EndpointUrl, TargetPolicy};

pub(crate) fn body(data: &[u8]) {
    if let Ok(value) = parse::<Value>(data) {
        assert_eq!(serde_json::from_slice::<Value>(data).expect("sound JSON is JSON"), value);
    }
    read_again::<NewApplication>(data);
    read_again::<NewStatements>(data);
    read_again::<NewAccess>(data);
    read_again::<CaseDecision>(data);
    read_again::<NewDisclosure>(data);
    read_again::<NewHold>(data);
    read_again::<NewMeasure>(data);
    read_again::<NewOrder>(data);
}

/// What was read can be written and says the same again: it is what a request is compared by when it is repeated.
fn read_again<T: DeserializeOwned + Serialize>(data: &[u8]) {
    let Ok(read) = parse::<T>(data) else { return };
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    let Ok(again) = parse::<T>(&written) else { panic!("what was written cannot be read") };
    assert_eq!(serde_json::to_vec(&again).expect("it can be written again"), written);
}

/// A form with files: its first line is the content type.
pub(crate) fn form(data: &[u8]) {
    let Some(end) = data.iter().position(|byte| *byte == b'\n') else { return };
    let (kind, body) = data.split_at(end);
    let Some(boundary) = std::str::from_utf8(kind).ok().and_then(boundary_of) else { return };
    let Some(parts) = parts(body.get(1..).unwrap_or_default(), boundary) else { return };
    // No part reaches over a boundary.
    let line = format!("\r\n--{boundary}");
    for part in parts {
        assert!(!part.bytes.windows(line.len()).any(|bytes| bytes == line.as_bytes()));
    }
}

pub(crate) fn words(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = IfMatch::parse(text);
    if let Ok(key) = IdempotencyKey::parse(text) {
        assert_eq!(IdempotencyKey::parse(key.as_str()).expect("a key is a key"), key);
    }
    if let Some(key) = ApiKey::parse(text) {
        assert_eq!(key.reveal(), text);
    }
    let page = PageQuery { limit: None, cursor: Some(text.to_owned()) };
    let _ = page.read::<(i64, String)>();
    if let Ok(url) = EndpointUrl::parse(text, TargetPolicy::PublicOnly) {
        // The case of a scheme does not matter; a sign of user information may stand in a path.
        let lower = url.as_str().to_ascii_lowercase();
        let rest = lower.strip_prefix("https://").expect("only https is public");
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        assert!(!host.contains('@') && !rest.contains('#'), "{url}");
    }
    let _ = EndpointUrl::parse(text, TargetPolicy::AllowPrivate);
}
