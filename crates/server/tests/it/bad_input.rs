//! Bodies that nobody should send: each is answered with one clear problem and never with a value of the body.

use crate::harness::{Server, with_key};
use axum::body::Body;
use axum::http::Request;
use tenantry_server::http::limits::{BODY_BYTES_MAX, JSON_DEPTH_MAX};
use tenantry_server::http::problem::Code;

#[tokio::test]
async fn bodies_that_are_not_sound_json() {
    let server = Server::new();
    let deep = "/0".repeat(JSON_DEPTH_MAX + 1);
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let cases: Vec<(Vec<u8>, Code, &str)> = vec![
        (b"".to_vec(), Code::BodyNotJson, ""),
        (b"{".to_vec(), Code::BodyNotJson, ""),
        (b"{\"a\":1,}".to_vec(), Code::BodyNotJson, ""),
        (b"{'a':1}".to_vec(), Code::BodyNotJson, ""),
        (b"{\"a\":1}{\"b\":2}".to_vec(), Code::BodyNotJson, ""),
        (b"{\"a\":NaN}".to_vec(), Code::BodyNotJson, ""),
        (b"{\"a\":\"\\ud800\"}".to_vec(), Code::BodyNotJson, ""),
        (b"{\"a\":\"tab\there\"}".to_vec(), Code::BodyNotJson, ""),
        (b"{\"a\":\"\xc3\x28\"}".to_vec(), Code::BodyNotUtf8, ""),
        (b"\xff\xfe{\0}\0".to_vec(), Code::BodyNotUtf8, ""),
        (b"{\"a\":{\"b\":[{\"c\":1,\"c\":2}]}}".to_vec(), Code::BodyDuplicateKey, "/a/b/0/c"),
        (nested(JSON_DEPTH_MAX + 1).into_bytes(), Code::BodyTooDeep, &deep),
        (vec![b'['; BODY_BYTES_MAX], Code::BodyTooDeep, &deep),
        (vec![b' '; BODY_BYTES_MAX + 1], Code::BodyTooLarge, ""),
    ];
    for (body, code, pointer) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let problem = server.post_json(body).await.problem(code);
        assert_eq!(problem["errors"][0]["pointer"].as_str().unwrap_or_default(), pointer, "{shown}");
    }
    assert_eq!(server.post_json(nested(JSON_DEPTH_MAX)).await.status, 200);
    let largest = format!("\"{}\"", "x".repeat(BODY_BYTES_MAX - 2));
    assert_eq!(server.post_json(largest).await.status, 200);
}

#[tokio::test]
async fn bodies_of_another_media_type() {
    let server = Server::new();
    let cases = [
        (Some("application/json"), None, None),
        (Some("application/json; charset=UTF-8"), None, None),
        (Some("application/cloudevents+json"), Some("identity"), None),
        (None, None, Some(Code::BodyTypeUnsupported)),
        (Some("text/plain"), None, Some(Code::BodyTypeUnsupported)),
        (Some("application/x-www-form-urlencoded"), None, Some(Code::BodyTypeUnsupported)),
        (Some("application/jsonx"), None, Some(Code::BodyTypeUnsupported)),
        (Some("application/json; charset=latin1"), None, Some(Code::BodyTypeUnsupported)),
        (Some("application/json"), Some("gzip"), Some(Code::BodyTypeUnsupported)),
    ];
    for (media_type, encoding, refused) in cases {
        let mut request = with_key(1, Request::post("/v1/echo"));
        for (name, value) in [("content-type", media_type), ("content-encoding", encoding)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let answer = server.send(request.body(Body::from("{}")).unwrap()).await;
        match refused {
            Some(code) => drop(answer.problem(code)),
            None => assert_eq!(answer.status, 200, "{media_type:?}"),
        }
    }
}

#[tokio::test]
async fn paths_queries_and_headers_that_cannot_be_read() {
    let server = Server::new();
    for (path, code) in [
        ("/v1/things?limit=0", Code::QueryInvalid),
        ("/v1/things?limit=200", Code::QueryInvalid),
        ("/v1/things?limit=Jane", Code::QueryInvalid),
        ("/v1/things?limit=1&limit=2", Code::QueryInvalid),
        ("/v1/things?cursor=Jane", Code::CursorInvalid),
        ("/v1/nothing", Code::NotFound),
    ] {
        let answer = server.get(path).await;
        answer.problem(code);
        assert!(!answer.text().contains("Jane"), "{}", answer.text());
    }
    let change = async |path: &str, version: Option<&str>, key: Option<&str>| {
        let mut request = with_key(1, Request::put(path)).header("content-type", "application/json");
        for (name, value) in [("if-match", version), ("idempotency-key", key)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        server.send(request.body(Body::from("1")).unwrap()).await
    };
    change("/v1/things/Jane", Some("\"v7\""), Some("k")).await.problem(Code::PathInvalid);
    change("/v1/things/7", None, Some("k")).await.problem(Code::VersionMissing);
    change("/v1/things/7", Some("*"), Some("k")).await.problem(Code::HeaderInvalid);
    change("/v1/things/7", Some("\"v7\""), None).await.problem(Code::IdempotencyKeyMissing);
    change("/v1/things/7", Some("\"v7\""), Some("a b")).await.problem(Code::HeaderInvalid);
    let outdated = change("/v1/things/7", Some("\"v6\""), Some("k")).await;
    outdated.problem(Code::VersionOutdated);
    assert_eq!(outdated.header("etag"), "\"v7\"");
    let done = change("/v1/things/7", Some("\"v7\""), Some("\"k\"")).await;
    assert_eq!((done.status.as_u16(), done.header("etag")), (200, "\"v8\""));
}
