//! Deliveries to a receiver on the loopback: signatures, order, retries, dead letters, and what is refused.

use crate::harness::{Same, Time};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tenantry_model::id::{DeliveryId, EndpointId, EventId};
use tenantry_model::time::Timestamp;
use tenantry_server::http::metrics::Metrics;
use tenantry_server::webhooks::WebhookError;
use tenantry_server::webhooks::plan::DeliveryRow;
use tenantry_server::webhooks::sender::{Call, Failure, Outcome, Sender};
use tenantry_server::webhooks::signature::{SigningSecret, SigningSecrets};
use tenantry_server::webhooks::target::{EndpointUrl, TargetPolicy};
use tenantry_server::webhooks::worker::{DeliveryStore, Settlement, Worker};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, oneshot};

fn secrets() -> SigningSecrets {
    SigningSecrets::new(vec![SigningSecret::issue(&Same(9))]).unwrap()
}

fn call(url: &str, number: u8) -> Call {
    Call {
        delivery: DeliveryId::from_bytes([number; 16]),
        event: EventId::from_bytes([number; 16]),
        attempt: 1,
        url: EndpointUrl::parse(url, TargetPolicy::AllowPrivate).unwrap(),
        secrets: secrets(),
        body: format!("{{\"number\":{number}}}").into_bytes(),
    }
}

/// Answers each connection with the next of these texts (the last one for ever) and passes on what came.
async fn receiver(answers: Vec<&'static str>) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (seen, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for number in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            // A body of ours ends so; 0x16 begins a TLS greeting, which gets its answer at once.
            while !request.ends_with(b"}") && !request.starts_with(&[0x16]) {
                let mut part = [0; 4096];
                match stream.read(&mut part).await {
                    Ok(0) | Err(_) => break,
                    Ok(bytes) => request.extend_from_slice(&part[..bytes]),
                }
            }
            let _ = seen.send(String::from_utf8_lossy(&request).into_owned());
            let answer = answers[number.min(answers.len() - 1)];
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, received)
}

const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";

async fn attempt(policy: TargetPolicy, call: Call, now: Timestamp) -> Outcome {
    let sender = Sender::with_attempt_time_max(policy, Duration::from_secs(2));
    tokio::task::spawn_blocking(move || sender.attempt(&call, now)).await.unwrap()
}

#[tokio::test]
async fn the_message_carries_the_three_headers_and_a_signature_over_exactly_the_body() {
    let (address, mut received) = receiver(vec![OK]).await;
    let call = call(&format!("http://{address}/hook?a=1"), 7);
    let now = Timestamp::from_micros(1_700_000_000_999_999);
    assert_eq!(attempt(TargetPolicy::AllowPrivate, call.clone(), now).await, Outcome::Delivered);
    let request = received.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.as_bytes(), call.body);
    let expect = secrets().signature(&call.event.to_string(), 1_700_000_000, body.as_bytes());
    for line in [
        "POST /hook?a=1 HTTP/1.1",
        "content-type: application/cloudevents+json; charset=utf-8",
        &format!("webhook-id: {}", call.event),
        "webhook-timestamp: 1700000000",
        &format!("webhook-signature: {expect}"),
    ] {
        assert!(head.lines().any(|found| found == line), "{line}\n{head}");
    }
}

#[tokio::test]
async fn answers_are_told_apart_and_redirects_not_followed() {
    let endless_head = "HTTP/1.1 200 OK\r\nx: ".to_owned() + &"x".repeat(100_000) + "\r\n\r\n";
    let failed = |failure| Outcome::Failed { failure, retry_after_s: None };
    for (answer, expect) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\nendless", Outcome::Delivered),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
            failed(Failure::Redirected(302)),
        ),
        (
            "HTTP/1.1 307 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
            failed(Failure::Redirected(307)),
        ),
        ("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", Outcome::Gone),
        (
            "HTTP/1.1 429 Slow\r\nretry-after: 17\r\ncontent-length: 0\r\n\r\n",
            Outcome::Failed { failure: Failure::Status(429), retry_after_s: Some(17) },
        ),
        ("not http at all\r\n\r\n", failed(Failure::NotHttp)),
        (endless_head.leak(), failed(Failure::NotHttp)),
    ] {
        let (address, _received) = receiver(vec![answer]).await;
        let found = attempt(
            TargetPolicy::AllowPrivate,
            call(&format!("http://{address}/"), 1),
            Timestamp::from_micros(0),
        );
        assert_eq!(found.await, expect, "{}", &answer[..30.min(answer.len())]);
    }
}

#[tokio::test]
async fn names_and_numbers_that_lead_inside_are_refused_without_a_connection() {
    let (address, mut received) = receiver(vec![OK]).await;
    let port = address.port();
    // The last two are other spellings of 127.0.0.1 that look-ups understand.
    for host in ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
        let call = call(&format!("https://{host}:{port}/"), 1);
        let found = attempt(TargetPolicy::PublicOnly, call, Timestamp::from_micros(0)).await;
        assert_eq!(found, Outcome::Failed { failure: Failure::NotAdmitted, retry_after_s: None }, "{host}");
    }
    let plain = call(&format!("http://{address}/"), 1);
    let found = attempt(TargetPolicy::PublicOnly, plain, Timestamp::from_micros(0)).await;
    assert_eq!(found, Outcome::Failed { failure: Failure::NotAdmitted, retry_after_s: None });
    assert!(received.try_recv().is_err(), "nothing may have arrived");
}

#[tokio::test]
async fn without_tls_nothing_is_sent_to_an_https_endpoint() {
    let (address, mut received) = receiver(vec!["HTTP/1.1 200 OK\r\n\r\n"]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let to = async |a: SocketAddr| {
        attempt(TargetPolicy::AllowPrivate, call(&format!("https://{a}/"), 1), Timestamp::from_micros(0))
            .await
    };
    assert!(matches!(to(address).await, Outcome::Failed { failure: Failure::Tls, .. }));
    assert!(!received.recv().await.unwrap().contains("webhook"));
    assert!(matches!(to(closed).await, Outcome::Failed { failure: Failure::NotConnected, .. }));
}

/// Deliveries in memory; tells the test of every settlement.
struct Memory {
    rows: Mutex<BTreeMap<DeliveryId, (DeliveryRow, Call)>>,
    settled: mpsc::UnboundedSender<(DeliveryId, Settlement)>,
}

impl DeliveryStore for Memory {
    fn open_rows(&self, limit: usize) -> Result<Vec<DeliveryRow>, WebhookError> {
        Ok(self.rows.lock().unwrap().values().take(limit).map(|(row, _)| row.clone()).collect())
    }

    fn claim(&self, id: DeliveryId, now: Timestamp, until: Timestamp) -> Result<Option<Call>, WebhookError> {
        let mut rows = self.rows.lock().unwrap();
        let Some((row, call)) = rows.get_mut(&id) else { return Ok(None) };
        if row.claimed_until.is_some_and(|claimed| claimed > now) {
            return Ok(None);
        }
        row.claimed_until = Some(until);
        Ok(Some(call.clone()))
    }

    fn settle(&self, id: DeliveryId, attempt: u32, settlement: &Settlement) -> Result<(), WebhookError> {
        let mut rows = self.rows.lock().unwrap();
        if let Settlement::Retry { next_at, .. } = settlement {
            let (row, call) = rows.get_mut(&id).unwrap();
            assert_eq!(call.attempt, attempt);
            (row.claimed_until, row.next_at, call.attempt) = (None, *next_at, attempt + 1);
        } else {
            rows.remove(&id);
        }
        self.settled.send((id, *settlement)).unwrap();
        Ok(())
    }
}

/// The second event of a subject waits for the first, through its retry; another subject does not.
#[tokio::test]
async fn a_subject_keeps_its_order_through_retries() {
    let failing = "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n";
    let (bad, mut bad_received) = receiver(vec![failing, OK]).await;
    let (good, mut good_received) = receiver(vec![OK]).await;
    let row = |number: u8, endpoint: u8, sequence| DeliveryRow {
        id: DeliveryId::from_bytes([number; 16]),
        endpoint: EndpointId::from_bytes([endpoint; 16]),
        subject: "acc_1".to_owned(),
        sequence,
        next_at: Timestamp::from_micros(0),
        claimed_until: None,
    };
    let rows = [(row(1, 1, 1), bad), (row(2, 1, 2), bad), (row(3, 2, 2), good)];
    let rows =
        rows.map(|(row, to)| (row.id, (row.clone(), call(&format!("http://{to}/"), row.id.bytes()[0]))));
    let (settled, mut settlements) = mpsc::unbounded_channel();
    let store = Arc::new(Memory { rows: Mutex::new(rows.into()), settled });
    let (time, bell) = (Arc::new(Time::default()), Arc::new(Notify::new()));
    let worker = Worker {
        store: store.clone(),
        sender: Arc::new(Sender::new(TargetPolicy::AllowPrivate)),
        clock: time.clone(),
        entropy: Arc::new(Same(0)),
        metrics: Arc::new(Metrics::new()),
        bell: bell.clone(),
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(worker.run(async move { drop(stopped.await) }));

    let mut first = [settlements.recv().await.unwrap(), settlements.recv().await.unwrap()];
    first.sort_by_key(|(id, _)| *id);
    let (at, next_at) = (Timestamp::from_micros(0), Timestamp::from_micros(5_000_000));
    let retry = Settlement::Retry { at, next_at, failure: Failure::Status(500) };
    assert_eq!(
        first,
        [
            (DeliveryId::from_bytes([1; 16]), retry),
            (DeliveryId::from_bytes([3; 16]), Settlement::Delivered { at })
        ]
    );

    time.clock_us.store(5_000_000, Ordering::Relaxed);
    bell.notify_one();
    for number in [1, 2] {
        let at = Timestamp::from_micros(5_000_000);
        assert_eq!(
            settlements.recv().await.unwrap(),
            (DeliveryId::from_bytes([number; 16]), Settlement::Delivered { at })
        );
    }
    stop.send(()).unwrap();
    running.await.unwrap();
    let mut numbers = Vec::new();
    while let Ok(request) = bad_received.try_recv() {
        numbers.push(request.ends_with("{\"number\":1}"));
    }
    assert_eq!(numbers, [true, true, false]);
    assert!(good_received.try_recv().is_ok() && store.rows.lock().unwrap().is_empty());
}
