//! Accesses by the batch through the whole path: resolve accounts, commit, hash, seal per account, update state, one leaf, SQLite
//! with a synced commit before each answer. Prints; asserts nothing.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

#[path = "../tests/it/world.rs"]
#[expect(dead_code, unused_imports, unused_macros, reason = "shared with the tests")]
mod world;

use std::time::{Duration, Instant};
use tenantry_model::id::{AccountId, ApiKeyId};
use tenantry_model::staff::{Actor, Scope};
use tenantry_register::Call;
use tenantry_register::accounts::NewAccess;
use world::{Applicant, World};

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ACCOUNTS: u16 = 1_000;
const BATCH: usize = 4_096;
const CLIENTS: usize = 4;
const LENGTH: Duration = Duration::from_secs(8);

fn main() {
    let world = World::sqlite();
    let accounts: Vec<AccountId> =
        (0..ACCOUNTS).map(|number| world.apply(&Applicant::new(number)).account).collect();
    let key = Call::by(Actor::ApiKey {
        id: ApiKeyId::from_bytes([5; 16]),
        scopes: vec![Scope::Events],
        reseller: None,
    });
    let access: NewAccess = serde_json::from_value(
        serde_json::json!({ "at": world::START, "access": "access", "ip": "198.51.100.7" }),
    )
    .unwrap();
    for per_batch in [50, usize::from(ACCOUNTS)] {
        let batch: Vec<(AccountId, NewAccess)> =
            (0..BATCH).map(|number| (accounts[number % per_batch], access)).collect();
        let load = std::fs::read_to_string("/proc/loadavg").unwrap();
        let started = Instant::now();
        let batches: usize = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|_| {
                    scope.spawn(|| {
                        let mut done = 0;
                        while started.elapsed() < LENGTH {
                            world.register.report_accesses(&key, batch.clone()).unwrap();
                            done += 1;
                        }
                        done
                    })
                })
                .collect();
            clients.into_iter().map(|client| client.join().unwrap()).sum()
        });
        let per_second = (batches * BATCH) as f64 / started.elapsed().as_secs_f64();
        println!(
            "{per_second:>10.0} durable events/s in batches of {BATCH} over {per_batch} accounts, {CLIENTS} clients, load {}",
            load.trim()
        );
    }
}
