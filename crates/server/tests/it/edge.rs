//! What every answer has, whatever the route: a request id, headers that restrict browsers, a count; and what
//! happens when a handler fails.

use crate::harness::{Answer, Server, log_text, with_key};
use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tenantry_server::http::problem::Code;

async fn with_request_id(server: &Server, id: &str) -> Answer {
    server.send(Request::get("/healthz").header("x-request-id", id).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let server = Server::new();
    assert_eq!(with_request_id(&server, "trace-1.a_B").await.header("x-request-id"), "trace-1.a_B");
    for bad in ["a b", "{}", &"x".repeat(65)] {
        assert!(
            with_request_id(&server, bad).await.header("x-request-id").starts_with("0000000000000007-"),
            "{bad}"
        );
    }
    let missing = server.get("/nowhere").await;
    missing.problem(Code::NotFound);
}

#[tokio::test]
async fn every_answer_takes_rights_from_browsers() {
    let server = Server::new();
    for path in ["/healthz", "/v1/cases", "/nowhere", "/v1/panic", "/problems", "/docs/", "/page"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn wrong_methods_and_panics_are_problems() {
    let server = Server::new();
    let wrong = server.send(with_key(1, Request::delete("/v1/echo")).body(Body::empty()).unwrap()).await;
    wrong.problem(Code::MethodNotAllowed);
    assert_eq!(wrong.header("allow"), "POST");
    let panicked = server.get("/v1/panic").await;
    panicked.problem(Code::Internal);
    assert!(!panicked.text().contains("Seeded"));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_ends_is_a_timeout() {
    let server = Server::with_request_time_max(Duration::from_secs(30));
    server.get("/v1/never").await.problem(Code::Timeout);
}

#[tokio::test]
async fn browsers_outside_the_api_get_a_page() {
    let server = Server::new();
    let browse = async |path: &str| {
        server
            .send(with_key(1, Request::get(path)).header("accept", "text/html").body(Body::empty()).unwrap())
            .await
    };
    let page = browse("/broken").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (409, "text/html; charset=utf-8"));
    assert!(page.text().contains("&lt;b&gt;state") && page.text().contains(page.header("x-request-id")));
    browse("/v1/nothing").await.problem(Code::NotFound);
}

#[tokio::test]
async fn long_documents_are_compressed_but_pages_with_form_tokens_are_not() {
    let server = Server::new();
    for (path, encoding) in [("/long", "gzip"), ("/page", ""), ("/healthz", "")] {
        let request = Request::get(path).header("accept-encoding", "gzip").body(Body::empty()).unwrap();
        assert_eq!(server.send(request).await.header("content-encoding"), encoding, "{path}");
    }
}

#[tokio::test]
async fn readiness_follows_its_checks_and_the_drain() {
    let server = Server::new();
    let ready = async || {
        let answer = server.get("/readyz").await;
        (answer.status.as_u16(), answer.text().to_owned())
    };
    assert_eq!(
        ready().await,
        (
            200,
            r#"{"status":"ok","ready":true,"draining":false,"checks":[{"name":"store","ok":true}]}"#.into()
        )
    );
    server.store_works.store(false, Ordering::Relaxed);
    assert_eq!(
        ready().await,
        (
            503,
            r#"{"status":"not_ready","ready":false,"draining":false,"checks":[{"name":"store","ok":false,"detail":"no answer"}]}"#
                .into()
        )
    );
    server.store_works.store(true, Ordering::Relaxed);
    server.edge.start_draining();
    assert_eq!(ready().await.0, 503);
    assert_eq!(server.get("/healthz").await.text(), r#"{"status":"ok"}"#);
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_path() {
    let server = Server::new();
    server.get("/v1/gate/acc_secret").await;
    server.get("/seeded-person").await;
    let text = server.get("/metrics").await.text().to_owned();
    for line in [
        r#"tenantry_http_requests_total{route="/v1/gate/{account}",method="GET",status="200"} 1"#,
        r#"tenantry_http_requests_total{route="unmatched",method="GET",status="404"} 1"#,
        r#"tenantry_http_latency_seconds_count{route="/v1/gate/{account}"} 1"#,
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("acc_secret") && !text.contains("seeded-person"));
}

#[tokio::test]
async fn pages_are_walked_by_cursor() {
    let server = Server::new();
    let (mut path, mut seen) = ("/v1/things".to_owned(), 0);
    loop {
        let page = server.get(&path).await.json();
        seen += page["items"].as_array().unwrap().len();
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/things?limit=50&cursor={next}");
    }
    assert_eq!(seen, 120);
}

/// Seeded data in every place of a request where it can be; none of it reaches the log of any test, the key's
/// id does.
#[tokio::test]
async fn the_log_names_requests_and_holds_no_personal_data() {
    let server = Server::new();
    let ask = async |id: &str, path: &str| {
        let request = with_key(1, Request::get(path)).header("x-request-id", id);
        server.send(request.body(Body::empty()).unwrap()).await
    };
    server
        .post_json(r#"{"name":"Seeded Person","name":"Seeded Person"}"#)
        .await
        .problem(Code::BodyDuplicateKey);
    ask("log-query", "/v1/things?limit=Seeded-Person").await.problem(Code::QueryInvalid);
    ask("log-gate", "/v1/gate/Seeded-Person").await;
    ask("log-nowhere", "/Seeded-Person").await;
    ask("log-panic", "/v1/panic").await;

    let text = log_text();
    assert!(!text.contains("Seeded"), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |id: &'static str| lines.iter().filter(move |line| line["span"]["request_id"] == id);
    let gate = of("log-gate").next().unwrap();
    assert_eq!(
        (&gate["span"]["route"], &gate["fields"]["status"]),
        (&"/v1/gate/{account}".into(), &200.into())
    );
    assert!(gate["span"]["key"].as_str().unwrap().starts_with("key_"));
    assert_eq!(of("log-nowhere").next().unwrap()["span"]["route"], "unmatched");
    assert!(of("log-panic").any(|line| line["fields"]["message"] == "a handler panicked"));
}
