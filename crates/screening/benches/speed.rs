//! How fast the library screens, how soon an index is ready and how much memory it takes: the table of `docs/screening.md`.
//! `cargo bench -p tenantry-screening --bench speed [-- 20k | 1m | pass]` prints machine, load, figures and targets and asserts
//! nothing. Customers and padding come from seeds; what a customer is called was almost never asked before.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and may stop"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

mod made;

use made::{Customers, near_hits, ofac, padding, processor_seconds};
use std::num::NonZeroUsize;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Instant;
use tenantry_screening::{Index, Options, Query};

fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(field)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

fn row(what: &str, figure: &str, target: &str) {
    println!("{what:<64} {figure:>22} {target:>14}   load {}", load());
}

/// Latencies on one core for half of the queries, queries a second on all cores for the other half.
fn queries(index: &Index, what: &str, queries: &[Query], rate: &str, latency: &str) {
    let options = Options::default();
    let mut hits = 0;
    let (some, queries) = queries.split_at(queries.len() / 2);
    let mut times: Vec<u128> = some
        .iter()
        .map(|query| {
            let start = Instant::now();
            hits += usize::from(!index.search(query, &options).is_empty());
            start.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 1000] as f64 / 1e6;
    let share = 100.0 * hits as f64 / some.len() as f64;
    row(&format!("{what}: p50 / p99, one thread, ms"), &format!("{:.3} / {:.3}", at(500), at(990)), latency);
    let (start, processor) = (Instant::now(), processor_seconds());
    thread::scope(|scope| {
        for part in queries.chunks(queries.len().div_ceil(cores().get())) {
            scope.spawn(|| part.iter().map(|q| index.search(q, &options).len()).sum::<usize>());
        }
    });
    let measured = queries.len() as f64 / start.elapsed().as_secs_f64();
    let of_its_own =
        queries.len() as f64 * cores().get() as f64 / (processor_seconds() - processor).max(0.01);
    row(
        &format!("{what}: queries/s, all cores ({share:.1} % with hits)"),
        &format!("{measured:.0} ({of_its_own:.0})"),
        rate,
    );
}

/// Writes the index of a padded list to a file, in a process of its own so that what building took does not count.
fn write(file: &str, entities: usize) {
    let real = ofac();
    let (header, padded) = padding(real.entities(), entities);
    let start = Instant::now();
    let index = Index::build(&[(real.header().clone(), real.entities()), (header, &padded)]);
    row(&format!("{entities} entities: build, s"), &format!("{:.2}", start.elapsed().as_secs_f64()), "");
    std::fs::write(file, index.bytes()).expect("written");
}

struct Targets {
    ready: &'static str,
    customers: &'static str,
    latency: &'static str,
    near: &'static str,
    memory: &'static str,
}

fn list(entities: usize, count: usize, targets: &Targets) {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("index");
    let program = std::env::current_exe().expect("this program");
    let arguments = ["write", &file.display().to_string(), &entities.to_string()].map(str::to_owned);
    assert!(Command::new(program).args(arguments).status().expect("runs").success());
    let near = near_hits(ofac().entities(), count);
    let customers: Vec<Query> = Customers::new(3).take(count).map(|(_, q)| q).collect();
    let plain: Vec<Query> = customers.iter().map(|q| Query::person(q.names[0].expose())).collect();
    let start = Instant::now();
    let index = Index::open(Arc::new(std::fs::read(&file).expect("read"))).expect("opens");
    let first = index.search(&near[0], &Options::default()).len();
    row(
        &format!("{entities} entities: ready from the prepared file, s ({first} hits at once)"),
        &format!("{:.3}", start.elapsed().as_secs_f64()),
        targets.ready,
    );
    queries(&index, "customers, name alone", &plain, targets.customers, targets.latency);
    queries(&index, "customers, birth date and nationality", &customers, targets.customers, targets.latency);
    queries(&index, "near hits", &near, targets.near, "");
    row(
        &format!(
            "memory of this process, MB (index {} MB, the rest are queries)",
            index.bytes().len() / 1_000_000
        ),
        &status("VmRSS").to_string(),
        targets.memory,
    );
}

fn pass(customers: u64) {
    let real = ofac();
    let index = Index::build(&[(real.header().clone(), real.entities())]);
    let threads = cores();
    let run = |what: &str, index: &Index, customers: u64, scale: u64, target: &str| {
        let mut hits = 0_u64;
        let stream = Customers::new(5).take(customers as usize);
        let (start, processor) = (Instant::now(), processor_seconds());
        let passed = index.pass(stream, &Options::default(), threads, |_, found| hits += found.len() as u64);
        let seconds = start.elapsed().as_secs_f64() * scale as f64;
        let of_its_own = (processor_seconds() - processor) * scale as f64 / threads.get() as f64;
        row(
            &format!("{what}: {passed} customers, {hits} hits; s for 10 million"),
            &format!("{seconds:.0} ({of_its_own:.0})"),
            target,
        );
    };
    let changed: Vec<_> =
        real.entities().iter().step_by(real.entities().len() / 100).take(100).cloned().collect();
    let delta = Index::build(&[(real.header().clone(), &changed)]);
    run("100 changed entries", &delta, 10 * customers, 10_000_000 / (10 * customers), "30");
    run("full pass", &index, customers, 10_000_000 / customers, "600");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = arguments.first().map_or("", String::as_str);
    if let ("write", [_, file, entities]) = (wanted, &arguments[..]) {
        return write(file, entities.parse().expect("a number"));
    }
    let model = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model.lines().find(|l| l.starts_with("model name")).unwrap_or_default();
    println!("{} x {}; load {}", cores(), model.split(':').next_back().unwrap_or_default().trim(), load());
    println!("in brackets: on processors of its own, by processor time");
    println!("{:<64} {:>22} {:>14}", "measure", "figure", "target");
    if wanted.is_empty() || wanted == "20k" {
        let targets = Targets {
            ready: "< 0.2",
            customers: ">= 20000",
            latency: "0.1 / 0.6",
            near: ">= 8000",
            memory: "< 150",
        };
        list(20_000, 40_000, &targets);
    }
    if wanted.is_empty() || wanted == "1m" {
        let targets = Targets {
            ready: "< 3",
            customers: ">= 5000",
            latency: "0.4 / 2",
            near: ">= 2500",
            memory: "< 800",
        };
        list(1_000_000, 20_000, &targets);
    }
    if wanted.is_empty() || wanted == "pass" {
        pass(100_000);
    }
}
