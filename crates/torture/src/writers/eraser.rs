//! The real register at its most delicate: accounts are opened, closed, and years later erased by two people, again and again,
//! while checkpoints are signed. What is promised here is that something is gone: the account, and every byte of its keys.

use super::deployment::{check_tree, job, open, open_on, open_store, references, set_up};
use super::secrets::{Remembering, UncutLog, wrapped_keys};
use super::{Recovered, Writer};
use crate::acks::Teller;
use crate::process::pause;
use anyhow::{Context as _, Result, bail, ensure};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use tenantry::commands::FileJournal;
use tenantry::system::SystemClock;
use tenantry_model::account::Ending;
use tenantry_model::clock::Clock;
use tenantry_model::id::{PartyId, StaffId};
use tenantry_model::staff::{Actor, Job, Role};
use tenantry_model::time::{DAY_US, Timestamp};
use tenantry_register::erasure::{ErasureJournal, GRACE_DAYS};
use tenantry_register::fsck::Step;
use tenantry_register::{Call, Reason, Register, RegisterError};
use tenantry_store::repo::{key, ledger, party};
use tenantry_store::{Store, StoreExt as _};
use tenantry_testkit::applicant;
use tenantry_vault::read_journal;

/// Days after closing when personal data is over: two years and one day.
const KEPT_DAYS: i64 = 2 * 366 + 1;
/// The class of personal data.
const PERSONAL_DATA: u8 = 1;
const PARTIES_MAX: u32 = 10_000;
const SIGNING_PAUSE: Duration = Duration::from_millis(10);
/// Records are dated in nanoseconds since 1970, in 64 bits: until 2554.
const END_OF_TIME: Timestamp = Timestamp::from_micros((u64::MAX / 1_000).cast_signed());
/// Accounts that are erased together: every time takes two years.
const TOGETHER: usize = 8;

pub(super) struct EraserWriter {
    pub(super) log: Log,
}

/// What becomes of the database's log when keys were destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Log {
    /// It is overwritten and cut.
    Cut,
    /// Control: nothing is done to it, and the register is told that it was.
    Left,
}

/// The system's clock, some years ahead.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Ahead {
    /// Not behind what a store has recorded.
    fn of(store: &Arc<dyn Store>) -> Result<Self> {
        let recorded = store.read(ledger::head)?.map_or(0, |head| head.recorded_at.as_micros());
        Ok(Self(AtomicI64::new((recorded - SystemClock.now().as_micros()).max(0))))
    }

    fn advance_days(&self, days: i64) {
        self.0.fetch_add(days * DAY_US, Ordering::Relaxed);
    }
}

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_micros(self.0.load(Ordering::Relaxed))
    }
}

impl Writer for EraserWriter {
    fn prepare(&self, folder: &Path) -> Result<()> {
        set_up(folder)
    }

    fn work(&self, folder: &Path, acks: &Teller) -> Result<()> {
        let store = open_store(folder)?;
        let clock = Arc::new(Ahead::of(&store)?);
        // Every account keeps a reference, an erased one a new one, so that this number was never given.
        let first = u32::try_from(references(&store)?.len())?;
        let entropy = Arc::new(Remembering::default());
        let on: Arc<dyn Store> = match self.log {
            Log::Cut => Arc::clone(&store),
            Log::Left => Arc::new(UncutLog(Arc::clone(&store))),
        };
        let register = open_on(on, folder, Arc::clone(&clock) as Arc<dyn Clock>, Arc::clone(&entropy) as _)?;
        let journal = FileJournal::at(journal_of(folder));
        let going = AtomicBool::new(true);
        std::thread::scope(|scope| {
            let signer = scope.spawn(|| {
                while going.load(Ordering::Relaxed) {
                    register.checkpoint(&job(Job::Checkpoints))?;
                    pause(SIGNING_PAUSE);
                }
                anyhow::Ok(())
            });
            let desk = Desk { register: &register, store: &store, clock: &clock, entropy: &entropy, acks };
            let erased = desk.erase_on(&journal, first);
            going.store(false, Ordering::Relaxed);
            signer.join().unwrap_or_else(|_| bail!("the signer panicked"))?;
            erased
        })
    }

    fn recover(&self, folder: &Path, acknowledged: &[u32]) -> Result<Recovered> {
        let store = open_store(folder)?;
        check_tree(&store)?;
        let clock = Arc::new(Ahead::of(&store)?);
        let register = open(folder, clock)?;
        let journal = FileJournal::at(journal_of(folder));
        // What was begun is finished before anything else; afterwards nothing may contradict itself anywhere.
        register
            .carry_out_erasures(&job(Job::Retention), &journal)
            .context("an erasure cannot be finished")?;
        let noted: BTreeSet<_> = read_journal(&journal_of(folder))?.iter().map(|entry| entry.key).collect();
        let destroyed = register.erased_here(&job(Job::Retention))?;
        let missing = destroyed.iter().filter(|key| !noted.contains(&key.key)).count();
        ensure!(missing == 0, "the journal lacks {missing} of {} erasures", destroyed.len());
        let mut check = register.check(&job(Job::CommandLine))?;
        while check.step()? == Step::More {}
        let report = check.into_report();
        ensure!(report.is_sound(), "the check finds: {:?}", report.findings);
        let present = references(&store)?;
        let there = present.iter().filter(|reference| reference.starts_with("ref-")).count();
        let keys = store.read(|tx| {
            let mut keys = 0;
            for row in party::page(tx, PartyId::from_bytes([0; 16]), PARTIES_MAX)? {
                keys += usize::from(key::find_subject(tx, &row.subject, PERSONAL_DATA)?.is_some());
            }
            Ok::<_, tenantry_store::StoreError>(keys)
        })?;
        ensure!(keys <= there, "{keys} parties have a key and {there} accounts a reference");
        let lost = acknowledged.iter().filter(|number| present.contains(&format!("ref-{number}"))).count();
        Ok(Recovered { lost })
    }
}

fn journal_of(folder: &Path) -> PathBuf {
    folder.join("erased.journal")
}

/// Where accounts are erased.
struct Desk<'a> {
    register: &'a Register,
    store: &'a Arc<dyn Store>,
    clock: &'a Ahead,
    entropy: &'a Remembering,
    acks: &'a Teller,
}

impl Desk<'_> {
    /// A few accounts at a time, each told when it is gone, after the bytes that must be gone with it. Ends when time does.
    fn erase_on(&self, journal: &dyn ErasureJournal, first: u32) -> Result<()> {
        for few in (first..).step_by(TOGETHER) {
            if self.clock.now().plus_micros((KEPT_DAYS + i64::from(GRACE_DAYS) + 1) * DAY_US) >= END_OF_TIME {
                return Ok(());
            }
            let numbers = few..few.saturating_add(TOGETHER as u32);
            let drawn = self.entropy.drawn_while(|| self.open_and_close(numbers.clone()))?;
            self.clock.advance_days(KEPT_DAYS);
            for batch in self.register.schedule_erasures(&job(Job::Retention))? {
                self.register.request_erasure(&officer()?, batch)?;
            }
            for waiting in self.register.approvals(&counsel()?)? {
                match self.register.approve(&counsel()?, waiting.id, waiting.content_hash) {
                    // Asked for before an accident, and lapsed since.
                    Ok(_) | Err(RegisterError::ApprovalVoid) => {}
                    Err(other) => return Err(other.into()),
                }
            }
            self.clock.advance_days(i64::from(GRACE_DAYS));
            let before = wrapped_keys(self.store)?;
            self.register.carry_out_erasures(&job(Job::Retention), journal)?;
            let after = wrapped_keys(self.store)?;
            let gone: Vec<Vec<u8>> = before.difference(&after).cloned().collect();
            ensure!(!gone.is_empty(), "no key went with the accounts from {few} on");
            self.acks.destroyed(few, &gone)?;
            self.acks.destroyed(few, &drawn)?;
            for number in numbers {
                if !self.acks.tell(number)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn open_and_close(&self, numbers: Range<u32>) -> Result<()> {
        for number in numbers {
            let checked_at = self.clock.now().plus_micros(-DAY_US).to_string();
            let application = serde_json::from_value(applicant(number, &checked_at))?;
            let account = self.register.apply(&job(Job::SetUp), application)?.account;
            let version = self.register.account(&officer()?, account)?.summary.version;
            self.register.close_account(&officer()?, account, version, Ending::Ordinary)?;
        }
        Ok(())
    }
}

fn officer() -> Result<Call> {
    person(Role::ComplianceOfficer, 1)
}

fn counsel() -> Result<Call> {
    person(Role::Legal, 2)
}

fn person(role: Role, number: u8) -> Result<Call> {
    let reason = Reason::parse("what is over is erased")?;
    Ok(Call::by(Actor::Staff { id: StaffId::from_bytes([number; 16]), role }).because(reason))
}
