//! Speed of the library on one core: queries a second, latency, memory.

use crate::Row;
use crate::data::{Lists, csv};
use std::path::Path;
use std::time::Instant;
use tenantry_screening::{Index, Options, Query};

#[expect(clippy::disallowed_methods, reason = "elapsed time is what is measured")]
fn now() -> Instant {
    Instant::now()
}

fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn run(index: &Index, label: &str, queries: &[Query], target: &'static str) -> Row {
    let options = Options::default();
    let mut times: Vec<u128> = Vec::with_capacity(queries.len());
    let mut hits = 0;
    for query in queries.iter().take(200) {
        hits += index.search(query, &options).len();
    }
    let start = now();
    for query in queries {
        let begin = now();
        hits += usize::from(!index.search(query, &options).is_empty());
        times.push(begin.elapsed().as_micros());
    }
    let seconds = start.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Row {
        measure: format!(
            "{label}: queries/s on one core (p50 {} us, p99 {} us, {hits} hits)",
            at(0.5),
            at(0.99)
        ),
        peer: None,
        target,
        ours: format!("{:.0}", queries.len() as f64 / seconds),
    }
}

/// Every speed measure.
pub(crate) fn all(folder: &Path, lists: &Lists) -> Vec<Row> {
    let before = memory_mb();
    let start = now();
    let both = [
        (lists.ofac.header().clone(), lists.ofac.entities()),
        (lists.un.header().clone(), lists.un.entities()),
    ];
    let index = Index::build(&both);
    let built = start.elapsed().as_millis();
    let after = memory_mb();
    let customers = |set: &str| -> Vec<Query> {
        csv(&folder.join(format!("evaluation/negatives_{set}.csv")))
            .iter()
            .map(|row| Query::person(&row[0]))
            .collect()
    };
    let near: Vec<Query> = lists
        .ofac
        .entities()
        .iter()
        .step_by(7)
        .map(|e| Query::new(e.schema, &format!("{}a", e.caption())))
        .collect();
    vec![
        Row {
            measure: format!("index of {} entities: build ms, memory MB", index.len()),
            peer: None,
            target: "100 MB",
            ours: format!("{built} ms, {} MB", after - before),
        },
        run(&index, "customers us", &customers("us"), "20000/2"),
        run(&index, "customers global", &customers("global"), "20000/2"),
        run(&index, "near hits", &near, "8000/2"),
    ]
}
