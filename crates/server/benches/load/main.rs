//! How fast the server is under load: `cargo bench -p tenantry-server --bench load`.
//!
//! A whole server over a loopback socket, SQLite on disk with every commit synced, the full OFAC list in force. Clients run in
//! the same process and share its processors, so the figures are a lower bound; the allocator is the binary's. `register`,
//! `applications` and `gate` after `--` choose a part. Nothing is asserted; figures are printed beside their targets.
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

mod applications;
mod client;
mod floor;
mod gate;
mod times;

use applications::application;
use client::Client;
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
use times::{Times, line, ms};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
/// About as long as an answer of the gate.
const ANSWER_BYTES: usize = 400;
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
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|a| a == part);
    // As the binary does.
    #[cfg(target_os = "linux")]
    rustix::thread::disable_transparent_huge_pages(true).unwrap();
    machine();
    // On the disk of the build, as `/tmp` may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let register = deployment(&folder);
    if wanted("register") {
        register_alone(&register);
    }
    let server = start(register);
    let key = server.state().create_api_key(&system(), key()).unwrap().reveal();
    let address = server.local_addr();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("\n{:<44} {:>12} {:>12}  load", "over HTTP", "measured", "target");
    if wanted("applications") {
        runtime.block_on(applications_over_http(address, &key));
    }
    if wanted("gate") {
        let floor = gate::open_loop(floor::start(ANSWER_BYTES), &key);
        line("a server that knows nothing, p99", &ms(floor.latency.percentile(99.0)), "", &floor.load());
        let open = gate::open_loop(address, &key);
        line("gate, p99", &ms(open.latency.percentile(99.0)), "< 1 ms", &open.load());
        let peak = runtime.block_on(gate::peak(address, &key));
        let rate = peak.len() as f64 / PEAK_SECONDS as f64;
        let load = format!("{CLIENTS} clients, {PEAK_SECONDS} s, p99 {}", ms(peak.percentile(99.0)));
        line("gate, answers per second at most", &format!("{rate:.0}"), ">= 20000", &load);
    }
    println!("resident memory at the end: {}; load {}", resident(), load_average());
    server.stop();
}

async fn applications_over_http(address: SocketAddr, key: &str) {
    let numbers = Arc::new(AtomicU32::new(1_000_000));
    let one = apply_for(address, key, &numbers, 1, Duration::from_secs(5)).await;
    let load = format!("{} requests", one.len());
    line("application, one client, p50", &ms(one.percentile(50.0)), "<= 10 ms", &load);
    let before = processor_time();
    let many = apply_for(address, key, &numbers, CLIENTS, Duration::from_secs(APPLY_SECONDS)).await;
    let each = processor_time().saturating_sub(before) / u32::try_from(many.len()).unwrap_or(u32::MAX).max(1);
    let rate = many.len() as f64 / APPLY_SECONDS as f64;
    let load = format!(
        "{CLIENTS} clients, {APPLY_SECONDS} s, p50 {}, p99 {}; processor time {} each, clients included",
        ms(many.percentile(50.0)),
        ms(many.percentile(99.0)),
        ms(each)
    );
    line("applications decided and durable per second", &format!("{rate:.0}"), ">= 1500", &load);
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
    let application = serde_json::from_str(&application(number)).unwrap();
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
    register.import_list(&system(), &reading, &[]).unwrap();
    println!("list: {records} entries of OFAC SDN, in force after {:.1} s", started.elapsed().as_secs_f64());
    register
}

fn start(register: Register) -> Server {
    let options = ServerOptions {
        stamping: None,
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
                let body = application(number);
                let request = format!(
                    "POST /v1/applications HTTP/1.1\r\nhost: load\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\nidempotency-key: load-{number}\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                let started = Instant::now();
                client.send(request.as_bytes()).await;
                assert_eq!(client.answer().await, 201);
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

fn machine() {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or(": unknown");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "machine: {cores} x {} (clients on the same processors), load {}",
        model.trim_start_matches([' ', '\t', ':']).trim(),
        load_average()
    );
}

fn load_average() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// What this process has used of all processors: unlike time on the wall, it hardly depends on who else is at work.
fn processor_time() -> Duration {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks =
        |field: usize| fields.get(field).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    Duration::from_secs_f64((ticks(11) + ticks(12)) / TICKS_PER_SECOND)
}

fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .map_or("unknown".to_owned(), |l| l.trim().to_owned())
}
