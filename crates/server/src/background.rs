//! Work that nobody asked for by a request: following the gate, signing checkpoints, minding dates, screening again,
//! delivering, forgetting what is over, asking whether the store still takes changes. Each task calls the register as a person would, in its own name; none of them
//! decides anything here.
//!
//! A task that meets trouble says so once, goes on, and says once when it is over. It stops when told to.

use crate::deliveries::Deliveries;
use crate::http::metrics::{Contest, Metrics, Standing};
use crate::key_memory::KeyMemory;
use crate::state::{AppState, Stamping};
use crate::webhooks::sender::Sender;
use crate::webhooks::worker::Worker;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tenantry_model::staff::{Actor, Job};
use tenantry_register::{Call, Register, RegisterError};
use tenantry_store::StoreError;
use tenantry_witness::StampClient;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// How often the gate's memory follows the store.
const GATE_EVERY: Duration = Duration::from_millis(250);
/// How often API keys are read again.
const KEYS_EVERY: Duration = Duration::from_secs(1);
/// How often a checkpoint is signed when the ledger has grown.
const CHECKPOINTS_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether the chains of all subjects are due to be indexed.
const INDEX_LOOK_EVERY: Duration = Duration::from_mins(1);
/// How often it is looked whether a time-stamp is due. One that was refused is asked for again after as long.
const STAMPS_LOOK_EVERY: Duration = Duration::from_mins(10);
/// How often dates are looked at: measures that begin or end, requests that lapse.
const CLOCKS_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether everybody was screened against the lists in force.
const RESCREENING_EVERY: Duration = Duration::from_secs(5);
/// How often answers and sessions that have served their time are forgotten.
const UPKEEP_EVERY: Duration = Duration::from_hours(1);
/// How often the store is asked whether it takes changes.
const STORE_EVERY: Duration = Duration::from_secs(1);
/// How often what is due for erasure is put into batches.
const SCHEDULING_EVERY: Duration = Duration::from_hours(24);
/// How often approved erasures are carried out and holds end on their last day.
const RETENTION_EVERY: Duration = Duration::from_hours(1);
/// How often the scrubber works, and for about how long: it takes as many steps as fit, and lets others work meanwhile.
const SCRUB_EVERY: Duration = Duration::from_secs(1);
const SCRUB_FOR: Duration = Duration::from_millis(50);
/// Most steps of the scrubber at a time, each over some hundred records: its lock is asked for by the console.
const SCRUB_STEPS_MAX: u32 = 64;
/// Accounts assessed again in one unit: few, so that applications in between do not wait long.
const RESCREENING_CHUNK: u32 = 50;

/// The tasks under way.
pub struct Background {
    stop: watch::Sender<Stage>,
    store_stopped: watch::Sender<Option<String>>,
    tasks: JoinSet<()>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    Running,
    Stopping,
}

impl Background {
    /// Starts all tasks. Call it inside the runtime.
    pub fn start(state: &AppState) -> Self {
        let mut background = Self {
            stop: watch::Sender::new(Stage::Running),
            store_stopped: watch::Sender::new(None),
            tasks: JoinSet::new(),
        };
        let register = || state.register.clone();
        let follower = register();
        background.every("gate", GATE_EVERY, None, move || follower.follow_gate().map(drop));
        let keys: Arc<KeyMemory> = state.keys.clone();
        background.every("api keys", KEYS_EVERY, None, move || keys.refresh());
        let signer = register();
        background.every("checkpoints", CHECKPOINTS_EVERY, None, move || {
            signer.checkpoint(&by(Job::Checkpoints)).map(drop)
        });
        let (collector, metrics) = (register(), state.metrics.clone());
        background.every("witnesses", CHECKPOINTS_EVERY, None, move || {
            let collected = collector.collect_cosignatures(&by(Job::Checkpoints));
            let contested = collector.contested().is_some();
            metrics.contested(if contested { Contest::Contested } else { Contest::Uncontested });
            let missed = matches!(collected, Err(RegisterError::Unwitnessed { .. }));
            metrics.quorum(if missed { Standing::Unwitnessed } else { Standing::Witnessed });
            collected.map(drop)
        });
        let indexer = register();
        background.every("index of chains", INDEX_LOOK_EVERY, None, move || {
            indexer.index_chains(&by(Job::Checkpoints)).map(drop)
        });
        if let Some(stamping) = state.stamping.clone() {
            let (stamper, client) = (register(), StampClient::default());
            background
                .every("time-stamps", STAMPS_LOOK_EVERY, None, move || stamp(&stamper, &client, &stamping));
        }
        let (clocks, metrics) = (register(), state.metrics.clone());
        background.every("clocks", CLOCKS_EVERY, None, move || {
            let call = by(Job::Clocks);
            clocks.mind_clocks(&call)?;
            metrics.queue_depth("not_assessed", clocks.not_assessed(&call)?.count);
            Ok(())
        });
        let tidier = register();
        background.every("upkeep", UPKEEP_EVERY, None, move || {
            tidier.forget_what_is_over(&by(Job::Clocks)).map(drop)
        });
        let scheduler = register();
        background.every("scheduling of erasures", SCHEDULING_EVERY, None, move || {
            scheduler.schedule_erasures(&by(Job::Retention)).map(drop)
        });
        let keeper = register();
        background.every("retention", RETENTION_EVERY, None, move || retain(&keeper));
        let (scrubber, metrics, pace) = (register(), state.metrics.clone(), AtomicU32::new(1));
        background.every("scrubber", SCRUB_EVERY, None, move || {
            let steps = pace.load(Ordering::Relaxed);
            let (done, took) = timed(|| scrubber.scrub(&by(Job::Checkpoints), steps));
            pace.store(steps_next(steps, took), Ordering::Relaxed);
            done?;
            let scrubbed = scrubber.scrub_state();
            metrics.scrubbed(scrubbed.checked.leaves, scrubbed.findings.len());
            Ok(())
        });
        let screener = register();
        let bell = state.world_bell.clone();
        let metrics = state.metrics.clone();
        background.every("rescreening", RESCREENING_EVERY, Some(bell), move || rescreen(&screener, &metrics));
        background.watch_store(state.register.clone());
        background.deliver(state);
        background
    }

    /// Completes when the store has stopped for good, with the reason: nothing can be recorded until it is opened again.
    pub async fn store_stopped(&self) -> String {
        let mut stopped = self.store_stopped.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        stopped.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone()).unwrap_or_default()
    }

    fn watch_store(&mut self, register: Register) {
        let told = self.store_stopped.clone();
        self.every("store", STORE_EVERY, None, move || {
            let taken = register.takes_changes();
            if let Err(StoreError::Stopped { reason }) = &taken {
                told.send_replace(Some(reason.clone()));
            }
            taken.map_err(RegisterError::from)
        });
    }

    /// Delivers webhooks until told to stop.
    fn deliver(&mut self, state: &AppState) {
        let store = match Deliveries::new(state.register.clone(), &state.public_url, state.webhook_targets) {
            Ok(store) => store,
            Err(error) => {
                tracing::error!(%error, "webhooks are not delivered: the public URL cannot name their source");
                return;
            }
        };
        let worker = Worker {
            store: Arc::new(store),
            sender: Arc::new(Sender::new(state.webhook_targets)),
            clock: state.clock.clone(),
            entropy: state.entropy.clone(),
            metrics: state.metrics.clone(),
            bell: state.deliveries_bell.clone(),
        };
        let mut stop = self.stop.subscribe();
        self.tasks.spawn(worker.run(async move {
            let _ = stop.wait_for(|stage| *stage == Stage::Stopping).await;
        }));
    }

    /// Tells all tasks to stop and waits until what they are at is done.
    pub async fn stop(mut self) {
        self.stop.send_replace(Stage::Stopping);
        while self.tasks.join_next().await.is_some() {}
    }

    /// Runs `work` off the connection threads, every `period` and whenever the bell rings.
    fn every(
        &mut self,
        name: &'static str,
        period: Duration,
        bell: Option<Arc<Notify>>,
        work: impl Fn() -> Result<(), RegisterError> + Send + Sync + 'static,
    ) {
        let (work, mut stop) = (Arc::new(work), self.stop.subscribe());
        let bell = bell.unwrap_or_default();
        self.tasks.spawn(async move {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut health = Health { name, in_trouble: None };
            loop {
                tokio::select! {
                    biased;
                    _ = stop.wait_for(|stage| *stage == Stage::Stopping) => return,
                    _ = ticks.tick() => {}
                    () = bell.notified() => {}
                }
                let work = work.clone();
                match tokio::task::spawn_blocking(move || work()).await {
                    Ok(Ok(())) => health.well(),
                    Ok(Err(error)) => health.trouble(&error.to_string()),
                    Err(_) => health.trouble("it panicked"),
                }
            }
        });
    }
}

impl fmt::Debug for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Background").field("tasks", &self.tasks.len()).finish_non_exhaustive()
    }
}

/// Says what is wrong once, and once that it is over.
struct Health {
    name: &'static str,
    in_trouble: Option<String>,
}

impl Health {
    fn well(&mut self) {
        if self.in_trouble.take().is_some() {
            tracing::info!(task = self.name, "background work goes on");
        }
    }

    fn trouble(&mut self, error: &str) {
        if self.in_trouble.as_deref() != Some(error) {
            tracing::error!(task = self.name, error, "background work is in trouble and will be tried again");
            self.in_trouble = Some(error.to_owned());
        }
    }
}

/// How long something took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    #[expect(clippy::disallowed_methods, reason = "an edge measures how long it kept the machine busy")]
    let begun = std::time::Instant::now();
    let done = work();
    (done, begun.elapsed())
}

/// How many steps of the scrubber fit into its time, after so many took so long. It slows down at once and speeds up gently.
fn steps_next(steps: u32, took: Duration) -> u32 {
    let fitting = (SCRUB_FOR.as_micros() * u128::from(steps)) / took.as_micros().max(1);
    let fitting = u32::try_from(fitting).unwrap_or(u32::MAX);
    fitting.min(steps.saturating_mul(2)).clamp(1, SCRUB_STEPS_MAX)
}

/// Screens and decides on everybody again when somebody was last screened against other lists than those in force, or another pack was
/// adopted.
fn rescreen(register: &Register, metrics: &Metrics) -> Result<(), RegisterError> {
    let call = by(Job::Rescreening);
    register.finish_below(&call)?;
    let behind = register.parties_behind(&call)?;
    metrics.queue_depth("rescreening", behind);
    if !register.rescreening_waits(&call)? {
        return Ok(());
    }
    let pass = register.rescreen(&call, RESCREENING_CHUNK, &mut |_| {})?;
    metrics.queue_depth("rescreening", register.parties_behind(&call)?);
    tracing::info!(
        accounts = pass.accounts,
        met_everything = pass.met_everything,
        met_changes = pass.met_changes,
        changed_entries = pass.changed_entries,
        not_assessed = pass.not_assessed,
        "everybody was screened against the lists in force"
    );
    Ok(())
}

/// Asks every authority whose newest token is a day old. One that fails keeps the others from nothing.
fn stamp(register: &Register, client: &StampClient, stamping: &Stamping) -> Result<(), RegisterError> {
    let call = by(Job::Checkpoints);
    let mut failed = Ok(());
    for url in &stamping.urls {
        let Some(asked) = register.stamp_due(&call, url)? else { continue };
        let kept = match client.ask(url, &asked.query) {
            Ok(response) => register.keep_stamp(&call, url, &asked, &response, &stamping.trust).map(drop),
            Err(why) => Err(RegisterError::Evaluation { what: format!("{url} gave no time-stamp: {why}") }),
        };
        failed = failed.and(kept);
    }
    failed
}

/// Ends holds on their last day, then carries out what was approved.
fn retain(register: &Register) -> Result<(), RegisterError> {
    let call = by(Job::Retention);
    register.lapse_holds(&call)?;
    let carried = register.carry_out_approved(&call)?;
    if !carried.done.is_empty() {
        let (erased, held) = (carried.erased, carried.held);
        tracing::info!(erased, held, "what was approved for erasure is erased");
    }
    Ok(())
}

const fn by(job: Job) -> Call {
    Call::by(Actor::System { job })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scrubber_takes_the_steps_that_fit_into_its_time() {
        let rows = [
            (1, 10, 2),
            (1, 400, 1),
            (32, 50, 32),
            (32, 25, 64),
            (64, 1, SCRUB_STEPS_MAX),
            (64, 800, 4),
            (64, 100_000, 1),
            (4, 0, 8),
        ];
        for (steps, took_ms, next) in rows {
            assert_eq!(steps_next(steps, Duration::from_millis(took_ms)), next, "{steps} in {took_ms} ms");
        }
    }
}
