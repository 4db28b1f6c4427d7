//! The gate under load: an open loop at a fixed rate, and as fast as 64 clients get their answers.
//!
//! The open loop knows no mercy: every question has an instant at which it is due, one thread sends it then whatever became of the
//! questions before, and its latency counts from that instant to the last byte of its answer. Time that the sender or the receiver
//! lose to the scheduler counts as well, so nothing that a caller would feel is left out (no coordinated omission).

use crate::client::Client;
use crate::times::{Times, ms};
use crate::{CLIENTS, GATE_RATE, GATE_SECONDS, PEAK_SECONDS};
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// What the open loop saw.
pub(crate) struct OpenLoop {
    /// From the instant a question was due to the last byte of its answer.
    pub(crate) latency: Times,
    /// From the instant a question was due to the instant it was sent: what the generator itself adds.
    pub(crate) sent_late: Times,
}

fn request(key: &str, number: u32) -> Vec<u8> {
    format!("GET /v1/gate/load-{number}?action=provision HTTP/1.1\r\nhost: load\r\nauthorization: Bearer {key}\r\n\r\n").into_bytes()
}

pub(crate) fn open_loop(address: SocketAddr, key: &str) -> OpenLoop {
    let connections: Vec<TcpStream> = (0..CLIENTS)
        .map(|_| {
            let stream = TcpStream::connect(address).unwrap();
            stream.set_nodelay(true).unwrap();
            stream.set_nonblocking(true).unwrap();
            stream
        })
        .collect();
    let receiving: Vec<TcpStream> = connections.iter().map(|c| c.try_clone().unwrap()).collect();
    let requests: Vec<Vec<u8>> = (0..1_000).map(|number| request(key, number)).collect();
    let all = GATE_RATE * GATE_SECONDS;
    let start = Instant::now() + Duration::from_millis(200);
    let due = move |number: u32| start + Duration::from_secs_f64(f64::from(number) / f64::from(GATE_RATE));
    let receiver = std::thread::spawn(move || receive(receiving, all, due));
    let mut sent_late = Times::default();
    for number in 0..all {
        let at = due(number);
        std::thread::sleep(at.saturating_duration_since(Instant::now()));
        let mut connection = connections.get((number % CLIENTS) as usize).unwrap();
        // A question is far smaller than a socket's buffer, so this never waits for the server.
        connection.write_all(requests.get((number % 1_000) as usize).unwrap()).unwrap();
        sent_late.push(at.elapsed());
    }
    OpenLoop { latency: receiver.join().unwrap(), sent_late }
}

/// Reads the answers of all connections on one thread. On each they come in the order of the questions.
fn receive(connections: Vec<TcpStream>, all: u32, due: impl Fn(u32) -> Instant + Copy + 'static) -> Times {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async move {
        let mut tasks = Vec::new();
        for (first, connection) in (0..).zip(connections) {
            tasks.push(tokio::task::spawn_local(async move {
                let (mut client, mut times) = (Client::over(connection), Times::default());
                let mut number = first;
                while number < all {
                    assert_eq!(client.answer().await, 200);
                    times.push(due(number).elapsed());
                    number += CLIENTS;
                }
                times
            }));
        }
        let mut times = Vec::new();
        for task in tasks {
            times.push(task.await.unwrap());
        }
        Times::joined(times)
    })
}

pub(crate) async fn peak(address: SocketAddr, key: &str) -> Times {
    let until = Instant::now() + Duration::from_secs(PEAK_SECONDS);
    let mut tasks = Vec::new();
    for number in 0..CLIENTS {
        let request = request(key, number);
        tasks.push(tokio::spawn(async move {
            let (mut client, mut times) = (Client::connect(address).await, Times::default());
            while Instant::now() < until {
                let started = Instant::now();
                client.send(&request).await;
                assert_eq!(client.answer().await, 200);
                times.push(started.elapsed());
            }
            times
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }
    Times::joined(all)
}

impl OpenLoop {
    pub(crate) fn load(&self) -> String {
        format!(
            "{GATE_RATE}/s for {GATE_SECONDS} s open loop, p50 {}, p99.9 {}, most {}; sender late p99 {}",
            ms(self.latency.percentile(50.0)),
            ms(self.latency.percentile(99.9)),
            ms(self.latency.percentile(100.0)),
            ms(self.sent_late.percentile(99.0))
        )
    }
}
