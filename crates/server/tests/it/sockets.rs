//! What only a real connection shows: bodies in chunks, slow heads, the orderly end.

use crate::harness::{Server, key};
use axum::Router;
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tenantry_server::http::limits::BODY_BYTES_MAX;
use tenantry_server::http::serve::{ServeLimits, ShutdownReport, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<ShutdownReport>,
}

async fn run(app: Router, limits: ServeLimits) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(serve(listener, app, limits, async move { drop(stopped.await) }));
    Running { address, stop, ended }
}

impl Running {
    async fn stop(self) -> ShutdownReport {
        self.stop.send(()).unwrap();
        self.ended.await.unwrap()
    }

    /// Sends these bytes and reads until the server closes.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The server may answer and close before all is sent.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn head(extra: &str) -> String {
    let key = key(1).reveal();
    format!(
        "POST /v1/echo HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\nconnection: close\r\n{extra}\r\n"
    )
}

#[tokio::test]
async fn a_chunked_body_is_read_and_bounded() {
    let running = run(Server::new().app, ServeLimits::default()).await;
    let chunked = head("transfer-encoding: chunked\r\n");
    let good = running.exchange(format!("{chunked}3\r\n{{\"a\r\n4\r\n\":1}}\r\n0\r\n\r\n").as_bytes()).await;
    assert!(good.starts_with("HTTP/1.1 200") && good.ends_with("{\"a\":1}"), "{good}");

    let mut over = chunked.into_bytes();
    for _ in 0..=(BODY_BYTES_MAX / 65_536) {
        over.extend_from_slice(b"10000\r\n");
        over.extend_from_slice(&vec![b' '; 65_536]);
        over.extend_from_slice(b"\r\n");
    }
    let refused = running.exchange(&over).await;
    assert!(refused.starts_with("HTTP/1.1 413") && refused.contains("body-too-large"), "{refused}");

    // A declared length over the bound is refused before the body arrives.
    let declared =
        running.exchange(head(&format!("content-length: {}\r\n", BODY_BYTES_MAX + 1)).as_bytes()).await;
    assert!(declared.starts_with("HTTP/1.1 413"), "{declared}");
    assert_eq!(running.stop().await.cut, 0);
}

#[tokio::test]
async fn broken_heads_do_not_disturb_the_server() {
    let running = run(Server::new().app, ServeLimits::default()).await;
    let huge = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(1 << 20));
    for (bytes, expect) in [
        (&b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"[..], "HTTP/1.1 400"),
        (b"nonsense\r\n\r\n", "HTTP/1.1 400"),
        (huge.as_bytes(), "HTTP/1.1 431"),
    ] {
        let answer = running.exchange(bytes).await;
        // The kernel may throw the answer away with a connection that still had input; then it is empty.
        assert!(answer.is_empty() || answer.starts_with(expect), "{answer}");
    }
    let good = running.exchange(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(good.ends_with(r#"{"status":"ok"}"#), "{good}");
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let limits = ServeLimits { header_read_max: Duration::from_millis(20), ..ServeLimits::default() };
    let running = run(Server::new().app, limits).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost:").await.unwrap();
    let mut rest = Vec::new();
    // Ends only because the server gives up.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
}

#[tokio::test]
async fn requests_in_flight_finish_before_the_end_and_idle_connections_do_not_hold_it_up() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let app = {
        let (entered, leave) = (entered.clone(), leave.clone());
        Router::new().route(
            "/",
            get(async move || {
                entered.notify_one();
                leave.notified().await;
                "finished"
            }),
        )
    };
    let running = run(app, ServeLimits::default()).await;
    let _idle = TcpStream::connect(running.address).await.unwrap();
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    entered.notified().await;
    running.stop.send(()).unwrap();
    leave.notify_one();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("finished"), "{answer}");
    assert_eq!(running.ended.await.unwrap().cut, 0);
}

#[tokio::test]
async fn requests_that_do_not_finish_are_cut_and_reported() {
    let entered = Arc::new(Notify::new());
    let app = {
        let entered = entered.clone();
        Router::new().route(
            "/",
            get(async move || {
                entered.notify_one();
                std::future::pending::<()>().await;
            }),
        )
    };
    let running =
        run(app, ServeLimits { drain_time_max: Duration::from_millis(20), ..ServeLimits::default() }).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    entered.notified().await;
    assert_eq!(running.stop().await, ShutdownReport { open_at_stop: 1, cut: 1 });
}
