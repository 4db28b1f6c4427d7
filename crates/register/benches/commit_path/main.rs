//! How fast records become durable: `cargo bench -p tenantry-register --bench commit_path`.
//!
//! * The hash work alone, on one core.
//! * The whole path: 64 clients that each wait for their own answer report accesses to accounts through [`Register::report_access`]:
//!   authorised, the account's state changed, the record committed to, sealed, hashed into the tree, synced to the disk.
//! * The ledger alone, without state and sealing, against the least that a group commit on SQLite can cost: as many clients, the same
//!   pragmas, one table, one insert of as many bytes per answer. Both run in turn, again and again, and the ratio in the middle is printed.
//! * The time until a ledger of ten million leaves is ready after a start.
//!
//! `merkle`, `commits` and `open` after `--` choose a part. Nothing is asserted; figures are printed beside their targets.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement prints, reads clocks, and may fail loudly"
)]

mod bare;
mod ledger_alone;
mod open;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;
use tenantry_ledger::{Frontier, leaf_hash};
use tenantry_model::clock::Clock;
use tenantry_model::id::{AccountId, ApiKeyId};
use tenantry_model::staff::{Actor, Job, Scope};
use tenantry_model::time::Timestamp;
use tenantry_register::accounts::NewAccess;
use tenantry_register::{Call, Register, SetUp};
use tenantry_store::{MIGRATIONS, Store, StoreExt};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_vault::{SealedFile, StretchCost, SystemEntropy, Unlock};

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PACK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/eo13984-nprm-2024.toml"));
/// Clients that wait for their own answer at the same time.
pub(crate) const CLIENTS: u64 = 64;
const PATH_TIME: Duration = Duration::from_secs(8);
const ALONE_TIME: Duration = Duration::from_secs(2);
/// How often the ledger alone and the bare commit are measured in turn: one turn says little on a shared machine.
const TURNS: usize = 7;
const LEAVES_HASHED: u64 = 4_000_000;

pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
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
    if wanted("merkle") {
        merkle();
    }
    if wanted("commits") {
        whole_path();
        against_bare();
    }
    if wanted("open") {
        open::measure();
    }
}

fn merkle() {
    let (mut tree, mut leaf, started) = (Frontier::new(), [0x5a_u8; 128], Instant::now());
    for at in 0..LEAVES_HASHED {
        leaf[..8].copy_from_slice(&at.to_be_bytes());
        tree.append(leaf_hash(&leaf));
    }
    std::hint::black_box(tree.root());
    let rate = LEAVES_HASHED as f64 / started.elapsed().as_secs_f64();
    line("Merkle append incl. hashing 128 B, per core", &per_second(rate), ">= 1,500,000/s", "one thread");
}

fn whole_path() {
    let folder = folder();
    let store = store(&folder);
    let register = deployment(store, &folder);
    let accounts: Vec<AccountId> = (0..CLIENTS).map(|number| account(&register, number)).collect();
    let access = serde_json::json!({ "at": "2026-01-01T00:00:00Z", "access": "access", "ip": "192.0.2.7" });
    let access: NewAccess = serde_json::from_value(access).unwrap();
    let events =
        Actor::ApiKey { id: ApiKeyId::from_bytes([7; 16]), scopes: vec![Scope::Events], reseller: None };
    let call = Call::by(events);
    let all = closed_loop(PATH_TIME, |client| {
        let id = *accounts.get(usize::try_from(client).unwrap()).unwrap();
        let (register, call) = (&register, &call);
        move || {
            register.report_access(call, id, access).unwrap();
        }
    });
    all.report("durable appends, whole path, 64 clients", ">= 20,000/s, p99 <= 50 ms");
}

fn against_bare() {
    let bytes = ledger_alone::row_bytes();
    let mut shares = Vec::new();
    for _ in 0..TURNS {
        let bare = bare::measure(bytes, ALONE_TIME);
        bare.report(&format!("bare group commit of {bytes} B, 64 clients"), "");
        let alone = ledger_alone::measure(ALONE_TIME);
        alone.report("ledger alone, 64 clients", "");
        shares.push(100.0 * alone.per_second / bare.per_second);
    }
    shares.sort_unstable_by(f64::total_cmp);
    let at = |place: usize| shares.get(place).copied().unwrap_or_default();
    let load = format!(
        "the middle of {TURNS} turns, each against its own neighbour; {:.0} to {:.0} %",
        at(0),
        at(TURNS - 1)
    );
    line("ledger alone against bare group commit", &format!("{:.0} %", at(TURNS / 2)), ">= 60 %", &load);
}

/// What a closed loop measured.
pub(crate) struct Closed {
    pub(crate) per_second: f64,
    p50: Duration,
    p99: Duration,
}

impl Closed {
    fn report(&self, what: &str, target: &str) {
        let load = format!("{CLIENTS} clients, p50 {}, p99 {}", ms(self.p50), ms(self.p99));
        line(what, &per_second(self.per_second), target, &load);
    }
}

/// Lets every client do its work again and again, each waiting for its own answer.
pub(crate) fn closed_loop<W: FnMut() + Send>(time: Duration, client: impl Fn(u64) -> W) -> Closed {
    let started = Instant::now();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let mut work = client(number);
                scope.spawn(move || {
                    let mut times = Vec::with_capacity(1 << 14);
                    while started.elapsed() < time {
                        let begun = Instant::now();
                        work();
                        times.push(begun.elapsed());
                    }
                    times
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let per_second = times.len() as f64 / started.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    Closed { per_second, p50: at(50), p99: at(99) }
}

/// A folder on the disk of the build, as `/tmp` may be memory.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub(crate) fn store(folder: &TempDir) -> Arc<dyn Store> {
    let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
    store.migrate(MIGRATIONS).unwrap();
    Arc::new(store)
}

pub(crate) fn deployment(store: Arc<dyn Store>, folder: &TempDir) -> Register {
    let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };
    let path = folder.path().join("root.key");
    let root = SealedFile::create(&path, Unlock::Passphrase("load"), cost, &SystemEntropy).unwrap();
    let new = SetUp { origin: "ledger.example.net/load".to_owned(), pack: PACK.to_owned() };
    Register::set_up(store, Arc::new(root), Arc::new(SystemClock), Arc::new(SystemEntropy), new).unwrap()
}

fn account(register: &Register, number: u64) -> AccountId {
    let application = serde_json::json!({
        "reference": format!("load-{number}"),
        "parties": [{
            "key": "me", "kind": "individual", "roles": ["customer"],
            "facts": [{ "fact": { "kind": "legal_name", "text": format!("Load Number {number}") } }]
        }]
    });
    register.apply(&system(), serde_json::from_value(application).unwrap()).unwrap().account
}

pub(crate) const fn system() -> Call {
    Call::by(Actor::System { job: Job::SetUp })
}

fn machine() {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name\t: ")).unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("machine: {model}, {cores} cores (clients on the same)");
}

pub(crate) fn line(what: &str, measured: &str, target: &str, how: &str) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    println!("{what:<46} {measured:>16}   target {target:<26} {how}; load {load}");
}

pub(crate) fn per_second(rate: f64) -> String {
    format!("{rate:.0}/s")
}

pub(crate) fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
