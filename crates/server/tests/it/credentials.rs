//! Who is let in, and how often.

use crate::harness::{Answer, Server, key, with_key};
use axum::body::Body;
use axum::http::Request;
use std::sync::atomic::Ordering;
use tenantry_server::http::problem::Code;

async fn ask(server: &Server, authorization: Option<&str>, path: &str) -> Answer {
    let request = authorization.iter().fold(Request::get(path), |r, value| r.header("authorization", *value));
    server.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn only_holders_of_valid_keys_are_let_in() {
    let server = Server::new();
    let (whole, stranger) = (key(1).reveal(), key(3).reveal());
    let cut = &whole[..whole.len() - 1];
    let cases = [
        (None, Code::CredentialsMissing),
        (Some("Basic dTpw".to_owned()), Code::CredentialsMissing),
        (Some("Bearer".to_owned()), Code::CredentialsMissing),
        (Some("Bearer nonsense".to_owned()), Code::CredentialsMalformed),
        (Some(format!("Bearer {cut}")), Code::CredentialsMalformed),
        (Some(format!("Bearer {stranger}")), Code::CredentialsUnknown),
    ];
    for (authorization, code) in cases {
        let answer = ask(&server, authorization.as_deref(), "/v1/cases").await;
        answer.problem(code);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    assert_eq!(ask(&server, Some(&format!("bearer {whole}")), "/v1/cases").await.text(), "cases");
    ask(&server, Some(&format!("Bearer {}", key(2).reveal())), "/v1/cases").await.problem(Code::ScopeMissing);
}

#[tokio::test]
async fn ended_keys_and_a_directory_out_of_order_let_nobody_in() {
    let server = Server::new();
    let bearer = format!("Bearer {}", key(2).reveal());
    assert_eq!(ask(&server, Some(&bearer), "/v1/gate/a").await.status, 200);
    server.time.clock_us.store(100_000_000, Ordering::Relaxed);
    ask(&server, Some(&bearer), "/v1/gate/a").await.problem(Code::CredentialsEnded);
    server.keys.broken.store(true, Ordering::Relaxed);
    let answer = server.get("/v1/gate/a").await;
    answer.problem(Code::Unavailable);
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn rates_are_told_and_kept_and_the_gate_has_its_own() {
    let server = Server::new();
    let first = server.get("/v1/cases").await;
    assert_eq!(first.header("ratelimit"), "\"general\";r=99;t=1");
    assert_eq!(first.header("ratelimit-policy"), "\"general\";q=100;w=1");
    for _ in 0..99 {
        assert_eq!(server.get("/v1/cases").await.status, 200);
    }
    let refused = server.get("/v1/cases").await;
    refused.problem(Code::RateLimited);
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("1", "\"general\";r=0;t=1"));
    assert_eq!(server.get("/v1/gate/a").await.status, 200);
    server.time.ticks_us.store(10_000, Ordering::Relaxed);
    assert_eq!(server.get("/v1/cases").await.status, 200);
}

/// Guessing exhausts the guesser's address; a valid key from the same address is still served.
#[tokio::test]
async fn strangers_are_held_to_the_rate_of_their_address() {
    let server = Server::new();
    for _ in 0..20 {
        ask(&server, Some("Bearer guess"), "/v1/cases").await.problem(Code::CredentialsMalformed);
    }
    ask(&server, Some("Bearer guess"), "/v1/cases").await.problem(Code::RateLimited);
    ask(&server, None, "/problems").await.problem(Code::RateLimited);
    assert_eq!(server.get("/v1/cases").await.status, 200);
    assert_eq!(ask(&server, None, "/healthz").await.status, 200);
    let request = with_key(1, Request::get("/v1/gate/a")).body(Body::empty()).unwrap();
    assert_eq!(server.send(request).await.status, 200);
}
