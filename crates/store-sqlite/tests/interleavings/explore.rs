//! Running a scenario under many orders of its threads.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tenantry_store::sync::shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use tenantry_store::sync::shuttle::{Config, FailurePersistence, Runner};

/// Orders per scenario and scheduler, where the environment names no other number.
const ORDERS: usize = 1_000;
/// The variable of the environment that names another.
const ORDERS_VARIABLE: &str = "INTERLEAVINGS";
/// From where the orders are drawn: every run draws the same ones first.
const SEED: u64 = 13_984;
/// Turns at which the second scheduler puts the thread that would go on behind all others.
const TURNS: usize = 4;
/// SQLite needs more than the scheduler's threads have by themselves.
const STACK_BYTES: usize = 1 << 20;

/// Runs the scenario under orders drawn evenly at each step, and under orders with few but far-reaching turns.
pub(crate) fn explore(scenario: impl Fn() + Copyable) {
    run(RandomScheduler::new_from_seed(SEED, orders()), FailurePersistence::Print, scenario.clone());
    run(PctScheduler::new_from_seed(SEED, TURNS, orders()), FailurePersistence::Print, scenario);
}

/// What the scenario says when it fails, as under some order it must.
pub(crate) fn failure(scenario: impl Fn() + Copyable) -> String {
    let explored = catch_unwind(AssertUnwindSafe(|| {
        run(RandomScheduler::new_from_seed(SEED, orders()), FailurePersistence::None, scenario);
    }));
    let Err(words) = explored else { panic!("no order made the fault visible") };
    match words.downcast::<String>() {
        Ok(words) => *words,
        Err(words) => words.downcast::<&str>().map_or_else(|_| String::new(), |words| (*words).to_owned()),
    }
}

/// What a scenario is besides a function.
pub(crate) trait Copyable: Clone + Send + Sync + 'static {}

impl<T: Clone + Send + Sync + 'static> Copyable for T {}

fn run(scheduler: impl Scheduler + 'static, failures: FailurePersistence, scenario: impl Fn() + Copyable) {
    let mut config = Config::new();
    config.stack_size = STACK_BYTES;
    config.failure_persistence = failures;
    Runner::new(scheduler, config).run(scenario);
}

fn orders() -> usize {
    #[expect(clippy::disallowed_methods, reason = "how thorough a test is, is for the person who starts it")]
    let asked = std::env::var(ORDERS_VARIABLE).ok();
    asked.map_or(ORDERS, |number| number.parse().unwrap())
}
