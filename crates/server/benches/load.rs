//! How fast the server is under load: `cargo bench -p tenantry-server --bench load`.
//!
//! A whole server over a loopback socket, SQLite on disk with every commit synced, the full OFAC list in force. Clients run in
//! the same process and share its processors, so the figures are a lower bound. Open loop: requests are due at fixed instants and
//! latency counts from when a request was due, so a stall of the server is seen by every request it delayed. Nothing is asserted;
//! figures are printed beside their targets.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement prints, reads clocks, and may fail loudly"
)]

use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tenantry_lists::{Reading, embedded};
use tenantry_model::clock::Clock;
use tenantry_model::staff::{Actor, Job, Scope};
use tenantry_model::time::Timestamp;
use tenantry_register::people::NewApiKey;
use tenantry_register::{Call, Register, SetUp};
use tenantry_server::http::rate::{Rate, Rates};
use tenantry_server::webhooks::target::TargetPolicy;
use tenantry_server::{Server, ServerOptions};
use tenantry_store::{MIGRATIONS, Store, StoreExt};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_vault::{SealedFile, StretchCost, SystemEntropy, Unlock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PACK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/eo13984-nprm-2024.toml"));
const RATES: Rates = {
    let rate = Rate { per_second: 1_000_000, burst: 1_000_000 };
    Rates { gate: rate, general: rate, anonymous: rate }
};
/// Connections of the many-clients measurements.
const CLIENTS: u32 = 64;
/// Questions to the gate per second in the open loop.
const GATE_RATE: u32 = 5_000;
const GATE_SECONDS: u32 = 10;
const PEAK_SECONDS: u64 = 5;
const APPLY_SECONDS: u64 = 10;

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Timestamp::from_micros(since.as_micros() as i64)
    }
}

fn main() {
    // `cargo test --benches` asks for a quick look; there is nothing to look at quickly.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    machine();
    let folder = tempfile::tempdir().unwrap();
    let register = deployment(&folder);
    register_alone(&register);
    let server = start(register);
    let key = server.state().create_api_key(&system(), key()).unwrap().reveal();
    let address = server.local_addr();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let numbers = Arc::new(AtomicU32::new(1_000_000));
    println!();
    println!("{:<44} {:>12} {:>12}  load", "over HTTP", "measured", "target");
    runtime.block_on(async {
        let one = apply_for(address, &key, &numbers, 1, Duration::from_secs(5)).await;
        line(
            "application, one client, p50",
            &ms(one.percentile(50.0)),
            "<= 10 ms",
            &format!("{} requests", one.len()),
        );
        let many = apply_for(address, &key, &numbers, CLIENTS, Duration::from_secs(APPLY_SECONDS)).await;
        let rate = many.len() as f64 / APPLY_SECONDS as f64;
        let load = format!(
            "{CLIENTS} clients, {APPLY_SECONDS} s, p50 {}, p99 {}",
            ms(many.percentile(50.0)),
            ms(many.percentile(99.0))
        );
        line("applications decided and durable per second", &format!("{rate:.0}"), ">= 1500", &load);
        let open = gate_open_loop(address, &key).await;
        let load = format!(
            "{GATE_RATE}/s for {GATE_SECONDS} s open loop, p50 {}, p99.9 {}, most {}",
            ms(open.percentile(50.0)),
            ms(open.percentile(99.9)),
            ms(open.percentile(100.0))
        );
        line("gate, p99", &ms(open.percentile(99.0)), "< 1 ms", &load);
        let peak = gate_peak(address, &key).await;
        let rate = peak.len() as f64 / PEAK_SECONDS as f64;
        let load = format!("{CLIENTS} clients, {PEAK_SECONDS} s, p99 {}", ms(peak.percentile(99.0)));
        line("gate, answers per second at most", &format!("{rate:.0}"), ">= 20000", &load);
    });
    println!("resident memory at the end: {}", resident());
    server.stop();
}

/// The register without HTTP: what is left for the edge to add.
fn register_alone(register: &Register) {
    println!("{:<44} {:>12} {:>12}  load", "register alone", "measured", "target");
    let numbers = AtomicU32::new(0);
    let one = Instant::now();
    let mut times = Times::default();
    while one.elapsed() < Duration::from_secs(3) {
        times.time(|| apply(register, numbers.fetch_add(1, Ordering::Relaxed)));
    }
    line("application, one caller, p50", &ms(times.percentile(50.0)), "", &format!("{} calls", times.len()));
    let started = Instant::now();
    let all: Vec<Times> = std::thread::scope(|scope| {
        let caller = || {
            let mut times = Times::default();
            while started.elapsed() < Duration::from_secs(5) {
                times.time(|| apply(register, numbers.fetch_add(1, Ordering::Relaxed)));
            }
            times
        };
        let callers: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(caller)).collect();
        callers.into_iter().map(|c| c.join().unwrap()).collect()
    });
    let all = Times::joined(all);
    let rate = all.len() as f64 / started.elapsed().as_secs_f64();
    line(
        "applications per second",
        &format!("{rate:.0}"),
        "",
        &format!("{CLIENTS} callers, p50 {}", ms(all.percentile(50.0))),
    );
    let accounts = numbers.load(Ordering::Relaxed);
    let (asked, started) = (2_000_000_u32, Instant::now());
    for number in 0..asked {
        let answer = register
            .gate(&format!("load-{}", number % accounts), tenantry_model::account::Capability::Provision);
        std::hint::black_box(answer);
    }
    let rate = f64::from(asked) / started.elapsed().as_secs_f64();
    line("gate questions per second", &format!("{rate:.0}"), "", "one thread, by reference");
}

fn apply(register: &Register, number: u32) {
    let application = serde_json::from_value(application(number)).unwrap();
    register.apply(&system(), application).unwrap();
}

fn deployment(folder: &tempfile::TempDir) -> Register {
    let path = folder.path().join("register.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, &SqliteOptions::default()).unwrap());
    store.migrate(MIGRATIONS).unwrap();
    let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };
    let root =
        SealedFile::create(&folder.path().join("root.key"), Unlock::Passphrase("load"), cost, &SystemEntropy)
            .unwrap();
    let new = SetUp { origin: "ledger.example.net/load".to_owned(), pack: PACK.to_owned() };
    let register =
        Register::set_up(store, Arc::new(root), Arc::new(SystemClock), Arc::new(SystemEntropy), new).unwrap();
    let snapshot = embedded::ofac_sdn().unwrap();
    let records = snapshot.header().entities;
    let started = Instant::now();
    let reading = Reading { snapshot, notices: Vec::new(), records, set_aside: 0 };
    register.import_list(&system(), &reading).unwrap();
    println!("list: {records} entries of OFAC SDN, in force after {:.1} s", started.elapsed().as_secs_f64());
    register
}

fn start(register: Register) -> Server {
    let options = ServerOptions {
        listen: ([127, 0, 0, 1], 0).into(),
        public_url: "http://127.0.0.1".to_owned(),
        trusted_proxies: Vec::new(),
        rates: RATES,
        webhook_targets: TargetPolicy::PublicOnly,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        console: tenantry_server::console::ConsoleOptions::default(),
    };
    Server::start(register, options).unwrap()
}

const fn system() -> Call {
    Call::by(Actor::System { job: Job::SetUp })
}

fn key() -> NewApiKey {
    NewApiKey { label: "load".to_owned(), scopes: Scope::ALL.to_vec(), reseller: None }
}

async fn apply_for(
    address: SocketAddr,
    key: &str,
    numbers: &Arc<AtomicU32>,
    clients: u32,
    time: Duration,
) -> Times {
    let until = Instant::now() + time;
    let mut tasks = Vec::new();
    for _ in 0..clients {
        let (key, numbers) = (key.to_owned(), Arc::clone(numbers));
        tasks.push(tokio::spawn(async move {
            let (mut client, mut times) = (Client::connect(address).await, Times::default());
            while Instant::now() < until {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                let body = application(number).to_string();
                let request = format!(
                    "POST /v1/applications HTTP/1.1\r\nhost: load\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\nidempotency-key: load-{number}\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                let started = Instant::now();
                assert_eq!(client.ask(request.as_bytes()).await, 201);
                times.push(started.elapsed());
            }
            times
        }));
    }
    join(tasks).await
}

fn gate_request(key: &str, number: u32) -> Vec<u8> {
    format!("GET /v1/gate/load-{number}?action=provision HTTP/1.1\r\nhost: load\r\nauthorization: Bearer {key}\r\n\r\n").into_bytes()
}

async fn gate_open_loop(address: SocketAddr, key: &str) -> Times {
    let start = Instant::now() + Duration::from_millis(100);
    let mut tasks = Vec::new();
    for client_number in 0..CLIENTS {
        let key = key.to_owned();
        tasks.push(tokio::spawn(async move {
            let (mut client, mut times) = (Client::connect(address).await, Times::default());
            let mut number = client_number;
            while number < GATE_RATE * GATE_SECONDS {
                let due = start + Duration::from_secs_f64(f64::from(number) / f64::from(GATE_RATE));
                tokio::time::sleep_until(due.into()).await;
                // The timer of the runtime wakes up to a millisecond late; that is the client's, not the server's.
                let due = due.max(Instant::now());
                assert_eq!(client.ask(&gate_request(&key, number % 1_000)).await, 200);
                times.push(due.elapsed());
                number += CLIENTS;
            }
            times
        }));
    }
    join(tasks).await
}

async fn gate_peak(address: SocketAddr, key: &str) -> Times {
    let until = Instant::now() + Duration::from_secs(PEAK_SECONDS);
    let mut tasks = Vec::new();
    for client_number in 0..CLIENTS {
        let request = gate_request(key, client_number);
        tasks.push(tokio::spawn(async move {
            let (mut client, mut times) = (Client::connect(address).await, Times::default());
            while Instant::now() < until {
                let started = Instant::now();
                assert_eq!(client.ask(&request).await, 200);
                times.push(started.elapsed());
            }
            times
        }));
    }
    join(tasks).await
}

async fn join(tasks: Vec<tokio::task::JoinHandle<Times>>) -> Times {
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }
    Times::joined(all)
}

/// The least client there can be, so that it takes little of the processors it shares with the server.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(64 << 10) }
    }

    /// Sends a request, reads the whole answer and gives its status.
    async fn ask(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        loop {
            assert!(self.stream.read_buf(&mut self.buffer).await.unwrap() > 0, "the server hung up");
            let Some(end) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.buffer[..end]).unwrap();
            let length = head
                .lines()
                .find_map(|l| l.strip_prefix("content-length: "))
                .map_or(0, |l| l.parse().unwrap());
            while self.buffer.len() < end + 4 + length {
                assert!(self.stream.read_buf(&mut self.buffer).await.unwrap() > 0, "the server hung up");
            }
            return std::str::from_utf8(&self.buffer[9..12]).unwrap().parse().unwrap();
        }
    }
}

#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let answer = work();
        self.push(started.elapsed());
        answer
    }

    fn joined(all: Vec<Self>) -> Self {
        let mut times: Vec<_> = all.into_iter().flat_map(|t| t.0).collect();
        times.sort_unstable();
        Self(times)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn percentile(&self, percent: f64) -> Duration {
        let mut times = self.0.clone();
        times.sort_unstable();
        let place = ((times.len() as f64 * percent / 100.0).ceil() as usize).clamp(1, times.len().max(1));
        times.get(place - 1).copied().unwrap_or_default()
    }
}

/// Applications of persons and firms in turn, with names that are compared with the list in earnest.
fn application(number: u32) -> Value {
    const FIRST: [&str; 12] = [
        "Amara", "Bjorn", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hassan", "Ines", "Jun", "Kofi",
        "Leila",
    ];
    const LAST: [&str; 12] = [
        "Okafor",
        "Lindqvist",
        "Moretti",
        "Sokolov",
        "Yilmaz",
        "Rahimi",
        "Hofmann",
        "Suleiman",
        "Carvalho",
        "Tanaka",
        "Mensah",
        "Haddad",
    ];
    let pick = |of: [&'static str; 12], step: u32| of[(number / step) as usize % 12];
    let name = format!("{} {}", pick(FIRST, 1), pick(LAST, 12));
    let person = |roles: Value| {
        json!({
            "key": "person", "kind": "individual", "roles": roles,
            "facts": [
                { "fact": { "kind": "legal_name", "text": name } },
                { "fact": { "kind": "date_of_birth", "date": format!("19{:02}-05-17", 50 + number % 50) } },
                { "fact": { "kind": "citizenship", "jurisdiction": "NZ" } },
                { "fact": { "kind": "address", "usage": "residential", "street": format!("{number} Example Street"),
                            "locality": "Auckland 1010", "jurisdiction": "NZ" } },
                { "fact": { "kind": "email", "address": format!("p{number}@example.net") } },
                { "fact": { "kind": "telephone", "number": format!("+642{number:08}") } },
                { "fact": { "kind": "payment", "method": "card", "token": format!("tok_{number}") } }
            ]
        })
    };
    if number.is_multiple_of(2) {
        return json!({ "reference": format!("load-{number}"), "parties": [person(json!(["customer", "user", "payer"]))] });
    }
    json!({
        "reference": format!("load-{number}"),
        "parties": [
            {
                "key": "firm", "kind": "organisation", "roles": ["customer", "payer"],
                "facts": [
                    { "fact": { "kind": "legal_name", "text": format!("{} {} Trading Limited", pick(LAST, 1), pick(FIRST, 12)) } },
                    { "fact": { "kind": "organised_under", "jurisdiction": "NZ" } },
                    { "fact": { "kind": "registration_number", "jurisdiction": "NZ", "number": format!("94290{number:08}") } },
                    { "fact": { "kind": "address", "usage": "principal_place", "street": format!("{number} Sample Road"),
                                "locality": "Wellington 6011", "jurisdiction": "NZ" } },
                    { "fact": { "kind": "email", "address": format!("f{number}@example.net") } },
                    { "fact": { "kind": "telephone", "number": format!("+643{number:08}") } },
                    { "fact": { "kind": "payment", "method": "processor_customer", "token": format!("cus_{number}") } }
                ]
            },
            person(json!(["beneficial_owner", "signatory"]))
        ],
        "interests": [{ "owner": "person", "owned": "firm", "share": { "min": "100", "max": "100" } }]
    })
}

fn machine() {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or(": unknown");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "machine: {cores} x{} (clients on the same processors)",
        model.trim_start_matches([' ', '\t', ':']).trim()
    );
}

fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .map_or("unknown".to_owned(), |l| l.trim().to_owned())
}

fn line(what: &str, measured: &str, target: &str, load: &str) {
    println!("{what:<44} {measured:>12} {target:>12}  {load}");
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
