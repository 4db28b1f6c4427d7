//! The real writer: applications to the register on its embedded store, by several callers at once, while its checkpoints are
//! signed.

use super::deployment::{check_tree, first_free, job, open, open_store, references, set_up};
use super::{Recovered, Writer};
use crate::acks::Teller;
use crate::process::pause;
use anyhow::{Context as _, Result, bail};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tenantry::system::SystemClock;
use tenantry_model::clock::Clock as _;
use tenantry_model::staff::Job;
use tenantry_model::time::DAY_US;
use tenantry_store::{MIGRATIONS, StoreExt as _};
use tenantry_testkit::applicant;

const CALLERS: u32 = 8;
/// Time between two checkpoints.
const SIGNING_PAUSE: Duration = Duration::from_millis(20);

pub(super) struct RegisterWriter;

impl Writer for RegisterWriter {
    fn prepare(&self, folder: &Path) -> Result<()> {
        set_up(folder)
    }

    fn work(&self, folder: &Path, acks: &Teller) -> Result<()> {
        let register = open(folder, Arc::new(SystemClock))?;
        let checked_at = SystemClock.now().plus_micros(-DAY_US).to_string();
        let numbers = AtomicU32::new(first_free(&open_store(folder)?)?);
        let going = AtomicBool::new(true);
        std::thread::scope(|scope| {
            let caller = || {
                while going.load(Ordering::Relaxed) {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    let application = serde_json::from_value(applicant(number, &checked_at))?;
                    let outcome = register.apply(&job(Job::SetUp), application);
                    if outcome.is_err() || !acks.tell(number)? {
                        going.store(false, Ordering::Relaxed);
                    }
                    outcome?;
                }
                anyhow::Ok(())
            };
            let signer = || {
                while going.load(Ordering::Relaxed) {
                    let signed = register.checkpoint(&job(Job::Checkpoints));
                    if signed.is_err() {
                        going.store(false, Ordering::Relaxed);
                    }
                    signed?;
                    pause(SIGNING_PAUSE);
                }
                anyhow::Ok(())
            };
            let mut threads: Vec<_> = (0..CALLERS).map(|_| scope.spawn(caller)).collect();
            threads.push(scope.spawn(signer));
            for one in threads {
                one.join().unwrap_or_else(|_| bail!("a thread panicked"))?;
            }
            Ok(())
        })
    }

    fn recover(&self, folder: &Path, acknowledged: &[u32]) -> Result<Recovered> {
        let store = open_store(folder)?;
        store.check_schema(MIGRATIONS)?;
        check_tree(&store)?;
        let (present, free) = (references(&store)?, first_free(&store)?);
        drop(store);
        // What is left serves again: its signer knows no more than it, it takes the next application, and signs it.
        let register = open(folder, Arc::new(SystemClock))?;
        let checked_at = SystemClock.now().plus_micros(-DAY_US).to_string();
        let next = serde_json::from_value(applicant(free, &checked_at))?;
        register.apply(&job(Job::SetUp), next).context("it takes nothing new")?;
        register.checkpoint(&job(Job::Checkpoints)).context("it signs nothing new")?;
        let lost = acknowledged.iter().filter(|number| !present.contains(&format!("ref-{number}"))).count();
        Ok(Recovered { lost })
    }
}
