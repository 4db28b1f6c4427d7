//! How long the program takes until it is ready, and how much memory it then holds: a register with a million accounts, and
//! the demo. `cargo bench -p tenantry --bench start` prints machine, load, figures and targets, and asserts nothing.
//!
//! The million is written straight into the store: every account is a copy of one that was applied for, under an identifier
//! of its own, with one leaf in the ledger. Files are in the page cache when the start is measured. Facts, roles and decisions
//! are not copied: a start reads none of them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

#[path = "../tests/e2e/client.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod client;
#[path = "../tests/e2e/people.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod people;
#[path = "../tests/e2e/program.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod program;

use program::{Deployment, Serving};
use std::path::Path;
use std::time::{Duration, Instant};
use tenantry_ledger::{
    Body, Frontier, LeafHeader, Pseudonym, RecordType, RetentionClass, UnixNanos, leaf_hash,
};
use tenantry_model::id::AccountId;
use tenantry_store::repo::{account, ledger};
use tenantry_store::{StoreError, StoreExt as _, Tx};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};

const ACCOUNTS: u64 = 1_000_000;
/// Copies written in one unit.
const CHUNK: u64 = 20_000;
/// The size of a sealed body of a small record, bytes.
const BODY_BYTES: usize = 200;
/// How long the program is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(5);

fn main() {
    machine();
    demo();
    million();
}

fn machine() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name\t: ")).unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("machine: {model}, {cores} cores; load before: {}", read("/proc/loadavg").trim());
}

fn report(what: &str, figure: &str, target: &str) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    println!("{what:44} {figure:>12}   target {target:10} load {load}");
}

fn demo() {
    let folder = tempfile::tempdir().unwrap();
    let command = program::program(folder.path(), &["demo", "--listen", "127.0.0.1:0", "--json"], &[]);
    let started = Instant::now();
    let demo = Serving::start(command, "");
    wait_until_ready(&demo);
    report("demo, 5,000 accounts, until ready", &seconds(started.elapsed()), "<= 10 s");
    report("demo, 5,000 accounts, processor time of it", &seconds(processor_time(&demo)), "");
    std::thread::sleep(IDLE);
    report("demo, idle, resident memory", &memory(&demo), "<= 150 MB");
}

fn million() {
    let deployment = Deployment::quiet();
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/../lists/data/ofac-sdn-2023-12-28.tnl");
    deployment.run(&["lists", "import", list, "--json"]).expect(0);
    std::fs::write(deployment.folder().join("person.json"), people::person(0).to_string()).unwrap();
    deployment.run(&["apply", "person.json", "--json"]).expect(0);
    let started = Instant::now();
    copy(&deployment.folder().join("tenantry-data/tenantry.db"));
    println!("{ACCOUNTS} accounts written in {}", seconds(started.elapsed()));

    // The first server signs what was written; the start that is measured finds it signed.
    let first = deployment.serve();
    let size = first.client.ledger_size();
    first.client.checkpoint_over(&first.client.ledger_key(), size);
    println!("{size} leaves signed after {}", seconds(started.elapsed()));
    first.stop();

    let started = Instant::now();
    let serving = deployment.serve();
    let listening = started.elapsed();
    wait_until_ready(&serving);
    report("1,000,000 accounts, until listening", &seconds(listening), "");
    report("1,000,000 accounts, until ready", &seconds(started.elapsed()), "<= 3 s");
    report("1,000,000 accounts, processor time of it", &seconds(processor_time(&serving)), "");
    let last = format!("/v1/gate/copy-{}?action=provision", ACCOUNTS - 1);
    assert_eq!(serving.client.get(&last).expect(200)["answer"], "allow");
    std::thread::sleep(IDLE);
    report("1,000,000 accounts, idle, resident memory", &memory(&serving), "");
}

fn wait_until_ready(serving: &Serving) {
    while serving.client.get("/readyz").status != 200 {
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// What the process has used of all processors: unlike the time on the wall, it hardly depends on who else is at work.
fn processor_time(serving: &Serving) -> Duration {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", serving.process())).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks =
        |field: usize| fields.get(field).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    Duration::from_secs_f64((ticks(11) + ticks(12)) / TICKS_PER_SECOND)
}

fn memory(serving: &Serving) -> String {
    let status = std::fs::read_to_string(format!("/proc/{}/status", serving.process())).unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: u64 = kib.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default();
    format!("{} MB", kib * 1_024 / 1_000_000)
}

/// Copies the account that was applied for.
fn copy(database: &Path) {
    let store = SqliteStore::open(database, &SqliteOptions::default()).unwrap();
    for first in (0..ACCOUNTS).step_by(usize::try_from(CHUNK).unwrap()) {
        store.sequence(move |tx| copy_some(tx, first)).unwrap();
    }
}

fn copy_some(tx: &mut dyn Tx, first: u64) -> Result<(), StoreError> {
    let original = account::find_by_reference(tx, None, "ref-0")?.unwrap();
    let head = ledger::head(tx)?.unwrap();
    let mut tree = Frontier::from_bytes(&head.frontier).unwrap();
    for number in first..first + CHUNK {
        let mut copy = original.clone();
        let mut id = original.id.bytes();
        id[8..].copy_from_slice(&number.to_be_bytes());
        copy.id = AccountId::from_bytes(id);
        copy.subject = id;
        copy.reference = format!("copy-{number}");
        copy.changed_at = original.changed_at.plus_micros(i64::try_from(number).unwrap() + 1);
        account::add(tx, &copy)?;
        let bytes = leaf(&copy, tree.size());
        let hash = leaf_hash(&bytes);
        let row = ledger::LeafRow {
            seq: i64::try_from(tree.size()).unwrap(),
            leaf_type: 4,
            recorded_at: head.recorded_at,
            subject: id,
            subject_seq: 1,
            prev: None,
            class: i64::from(RetentionClass::DECISION_EVIDENCE.0),
            bytes,
            body: vec![0x5a; BODY_BYTES],
        };
        ledger::append(tx, &row)?;
        ledger::set_chain(tx, &id, &ledger::ChainRow { records: 1, leaf: row.seq, hash })?;
        tree.append(hash);
    }
    let size = i64::try_from(tree.size()).unwrap();
    ledger::set_head(tx, &ledger::HeadRow { size, frontier: tree.to_bytes(), recorded_at: head.recorded_at })
}

fn leaf(account: &account::AccountRow, log_seq: u64) -> Vec<u8> {
    let at = UnixNanos(u64::try_from(account.created_at.as_micros()).unwrap() * 1_000);
    let body = Body::new(RecordType(4), 1, Vec::new(), |random| random.fill(9)).unwrap();
    let header = LeafHeader {
        log_seq,
        record_type: RecordType(4),
        schema: 1,
        recorded_at: at,
        event_at: at,
        producer: "tenantry/bench".to_owned(),
        actor: Pseudonym::NONE,
        approvals: Vec::new(),
        subject: Pseudonym(account.subject),
        subject_seq: 1,
        prev_subject_leaf: [0; 32],
        retention: RetentionClass::DECISION_EVIDENCE,
        rule_version: [0; 32],
        causes: Vec::new(),
        commitment: body.commitment(),
    };
    header.encode().unwrap()
}
