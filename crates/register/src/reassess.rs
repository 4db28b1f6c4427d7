//! Assessing again: after new facts, a new list or measure, a reviewer's finding, or the passing of time.
//!
//! Work is done in two steps. [`Core::prepare`] opens the dossier and assesses it outside any unit, because screening takes
//! time and a unit must not. [`Unit::write_prepared`] writes the result inside a unit, and refuses it with
//! [`RegisterError::Contention`] when the account, the world or the links changed in between; [`Core::with_prepared`] then
//! starts over. An assessment that comes out as before leaves no new decision, only the stamps that it took place.

mod below;
pub(crate) mod clocks;
pub mod delta;
mod first_look;
mod not_assessed;
mod settle;

pub use clocks::Minded;
pub use not_assessed::NotAssessed;

use crate::access::{Action, authorise};
use crate::apply::GateNews;
use crate::assess::{Assessment, Before, Inputs, Lists};
use crate::call::Call;
use crate::core::Core;
use crate::decisions::{Recorded, in_force};
use crate::dossier::{self, Dossier};
use crate::gate;
use crate::outcome::{About, Cause};
use crate::unit::Unit;
use crate::world::World;
use crate::{Register, RegisterError};
pub(crate) use not_assessed::is_of_one_account;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenantry_model::account::AccountState;
use tenantry_model::case::{CaseState, Verdict};
use tenantry_model::id::{AccountId, CaseId, DecisionId, PartyId};
use tenantry_model::staff::{Actor, Job};
use tenantry_model::time::Timestamp;
use tenantry_policy::decision::Decision;
use tenantry_store::StoreExt;
use tenantry_store::repo::list::FindingRow;
use tenantry_store::repo::{account, case, party};

/// How often an account is assessed again when what it rests on changed meanwhile.
const ASSESSMENTS_MAX: usize = 5;
/// Most linked accounts looked at after a confirmation.
const LINKED_MAX: usize = 100;
/// Most accounts written in one unit.
const CHUNK_MAX: u32 = 500;
/// Before every account.
const FIRST: AccountId = AccountId::from_bytes([0; 16]);

/// What became of an account that was assessed again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reassessed {
    /// The account.
    pub account: AccountId,
    /// Where it stands now.
    pub state: AccountState,
    /// The new decision; `None` when everything came out as before.
    pub decision: Option<DecisionId>,
    /// Cases opened.
    pub cases: Vec<CaseId>,
}

/// What a pass does with each chunk of accounts.
type ChunkWork<'a> = dyn Fn(&[AccountId], &mut Pass) -> Result<Vec<Reassessed>, RegisterError> + 'a;

/// How far a pass over all accounts has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Accounts looked at.
    pub accounts: u64,
    /// Accounts with a new decision.
    pub changed: u64,
    /// Cases opened.
    pub cases: u64,
    /// Accounts whose parties met every entry of every list.
    #[serde(default)]
    pub met_everything: u64,
    /// Accounts whose parties met only what had changed in the lists, because everything else they had met before.
    #[serde(default)]
    pub met_changes: u64,
    /// Entries that had changed.
    #[serde(default)]
    pub changed_entries: u64,
    /// Accounts that could not be assessed. Their gates are closed; see [`Register::not_assessed`].
    #[serde(default)]
    pub not_assessed: u64,
}

/// What a chunk of accounts is assessed again for.
struct ChunkOf<'a> {
    call: &'a Call,
    wanted: &'a (dyn Fn(&Opened) -> bool + Sync),
    cause: Cause,
}

/// What a reviewer has just found and the store does not hold yet.
#[derive(Default)]
pub(crate) struct NewFindings {
    /// What was found of hits.
    pub(crate) of_hits: Vec<(PartyId, FindingRow)>,
    /// Digest of the concern that was dismissed.
    pub(crate) dismissed: Option<[u8; 32]>,
}

/// An account as it was opened for an assessment.
pub(crate) struct Opened {
    pub(crate) row: account::AccountRow,
    pub(crate) dossier: Dossier,
    pub(crate) previous: Option<(Decision, Inputs)>,
    /// Digests of the concerns that reviewers dismissed.
    pub(crate) dismissed: Vec<[u8; 32]>,
}

/// When to look again at an account of this version, where that changed.
struct LookAgain {
    account: AccountId,
    version: i64,
    next: Option<Timestamp>,
}

/// That parties were screened.
struct Stamp {
    look_again: Option<LookAgain>,
    parties: Vec<PartyId>,
    with: [u8; 32],
    at: Timestamp,
}

/// An assessment made outside a unit, with what is needed to write it inside one.
pub(crate) struct Prepared {
    pub(crate) row: account::AccountRow,
    pub(crate) assessment: Assessment,
    subjects: BTreeMap<PartyId, [u8; 16]>,
    previous: Option<(Decision, Inputs)>,
}

impl Prepared {
    /// Whether nothing but instants differs from the decision in force, and the gate says what follows from it.
    fn changes_nothing(&self) -> bool {
        if gate::is_not_assessed(&self.row.gate) {
            return false;
        }
        let Some((decision, inputs)) = &self.previous else { return false };
        let new = &self.assessment;
        let mut as_before = new.decision.clone();
        as_before.decided_for = decision.decided_for;
        as_before.next_change_at = decision.next_change_at;
        as_before == *decision
            && new.inputs.parties == inputs.parties
            && new.inputs.interests == inputs.interests
            && new.inputs.links == inputs.links
            && new.inputs.signals == inputs.signals
    }

    fn stamp(&self) -> Stamp {
        let (assessment, row) = (&self.assessment, &self.row);
        let next = assessment.decision.next_change_at;
        let look_again = LookAgain { account: row.id, version: row.version, next };
        Stamp {
            look_again: (row.look_again_at != next).then_some(look_again),
            parties: self.subjects.keys().copied().collect(),
            with: assessment.screened_with,
            at: assessment.inputs.now,
        }
    }

    fn unchanged(&self) -> Reassessed {
        Reassessed { account: self.row.id, state: self.row.state, decision: None, cases: Vec::new() }
    }
}

/// The accounts that hold an identifying value in common with an account.
pub(crate) fn linked_to(assessment: &Assessment) -> BTreeSet<AccountId> {
    assessment.holders.values().flatten().copied().collect()
}

impl Core {
    /// Opens an account for an assessment.
    pub(crate) fn open_account(self: &Arc<Self>, id: AccountId) -> Result<Opened, RegisterError> {
        let vault = Arc::clone(&self.vault);
        self.store.read(move |tx| {
            let row = account::find(tx, id)?.ok_or(RegisterError::NotFound { what: "account" })?;
            let dossier = dossier::open(tx, &vault, id)?;
            let previous = in_force(tx, &vault, row.decision)?.as_ref().map(read_previous).transpose()?;
            let dismissed = case::dismissed(tx, id)?;
            Ok(Opened { row, dossier, previous, dismissed })
        })
    }

    /// Assesses an opened account in the current world, as if `findings` had been found already.
    pub(crate) fn prepare(
        self: &Arc<Self>,
        opened: Opened,
        world: &World,
        findings: &NewFindings,
    ) -> Result<Prepared, RegisterError> {
        let Opened { row, mut dossier, previous, mut dismissed } = opened;
        dismissed.extend(findings.dismissed);
        for party in &mut dossier.parties {
            for (_, finding) in findings.of_hits.iter().filter(|(found, _)| *found == party.id) {
                party.findings.retain(|f| f.list != finding.list || f.entity != finding.entity);
                party.findings.push(finding.clone());
            }
        }
        let decided = previous.as_ref().is_some_and(|(_, inputs)| inputs.were_complete_for(&dossier));
        let lists = if decided { Lists::WereInOrder } else { Lists::AsTheyAre };
        let before = Before::of(row.state, previous.as_ref(), &dossier);
        let assessment = self.assess(world, &dossier, lists, before, self.clock.now())?;
        let assessment = assessment.knowing(world, &dossier, &dismissed);
        let subjects = dossier.parties.iter().map(|p| (p.id, p.subject)).collect();
        Ok(Prepared { row, assessment, subjects, previous })
    }

    /// Prepares and lets `write` write, again and again while what was prepared is overtaken.
    pub(crate) fn with_prepared<T>(
        self: &Arc<Self>,
        account: AccountId,
        findings: &NewFindings,
        write: impl Fn(Arc<Prepared>) -> Result<T, RegisterError>,
    ) -> Result<T, RegisterError> {
        let mut world = self.world();
        for _ in 0..ASSESSMENTS_MAX {
            let prepared = self.prepare(self.open_account(account)?, &world, findings)?;
            match write(Arc::new(prepared)) {
                Err(RegisterError::Contention) => world = self.reload_world()?,
                done => return done,
            }
        }
        Err(RegisterError::Contention)
    }

    /// Assesses an account again in the register's own name.
    pub(crate) fn reassess(
        self: &Arc<Self>,
        account: AccountId,
        cause: Cause,
    ) -> Result<Reassessed, RegisterError> {
        let call = Call::by(Actor::System { job: Job::Rescreening });
        self.with_prepared(account, &NewFindings::default(), |prepared| {
            if prepared.row.state == AccountState::Closed {
                return Ok(prepared.unchanged());
            }
            if prepared.changes_nothing() {
                self.stamp(vec![prepared.stamp()])?;
                return Ok(prepared.unchanged());
            }
            let (reassessed, news) =
                self.change(&call, Action::Reassess, &(account, cause), move |unit| {
                    let mut row = unit.reopen(&prepared)?;
                    unit.write_prepared(&prepared, &mut row, cause)
                })?;
            self.gate.put(&news.row());
            Ok(reassessed)
        })
    }

    /// Assesses the accounts again that hold an identifying value in common with one that was just confirmed against: somebody
    /// removed may be behind them too (CRT-16). What fails here is made up for by the next pass over all accounts.
    pub(crate) fn look_at_linked(self: &Arc<Self>, confirmed: &Prepared, verdict: Verdict) {
        if verdict != Verdict::Confirm {
            return;
        }
        self.assess_linked(&linked_to(&confirmed.assessment));
    }

    /// Assesses accounts again that are linked to one that was just turned away.
    pub(crate) fn assess_linked(self: &Arc<Self>, linked: &BTreeSet<AccountId>) {
        for account in linked.iter().copied().take(LINKED_MAX) {
            if let Err(error) = self.reassess(account, Cause::World) {
                tracing::warn!(%account, code = error.code(), "a linked account could not be assessed again");
            }
        }
    }

    /// Records that parties were screened and nothing else changed: stamps, no leaf.
    fn stamp(self: &Arc<Self>, stamps: Vec<Stamp>) -> Result<(), RegisterError> {
        if stamps.is_empty() {
            return Ok(());
        }
        self.store.write(move |tx| {
            for stamp in &stamps {
                if let Some(LookAgain { account, version, next }) = stamp.look_again {
                    account::look_again(tx, account, version, next)?;
                }
                for party in &stamp.parties {
                    party::screened(tx, *party, &stamp.with, stamp.at)?;
                }
            }
            Ok(())
        })
    }

    /// Goes over every account that is not closed, a chunk at a time, and does `work` with each chunk.
    pub(crate) fn go_over(
        self: &Arc<Self>,
        chunk: u32,
        progress: &mut dyn FnMut(&Pass),
        work: &ChunkWork<'_>,
    ) -> Result<Pass, RegisterError> {
        let mut reached = |pass: &Pass, _| {
            progress(pass);
            Ok(())
        };
        self.go_on(FIRST, Pass::default(), chunk, &mut reached, work)
    }

    /// Goes over every account after `after`, as [`Core::go_over`] does; `pass` is what was done up to there. `reached` is told of
    /// the account with which each chunk ends.
    pub(crate) fn go_on(
        self: &Arc<Self>,
        mut after: AccountId,
        mut pass: Pass,
        chunk: u32,
        reached: &mut dyn FnMut(&Pass, AccountId) -> Result<(), RegisterError>,
        work: &ChunkWork<'_>,
    ) -> Result<Pass, RegisterError> {
        let chunk = chunk.clamp(1, CHUNK_MAX);
        loop {
            let rows =
                self.store.read(move |tx| account::page(tx, after, chunk).map_err(RegisterError::from))?;
            let Some(last) = rows.last() else { return Ok(pass) };
            after = last.id;
            let ids: Vec<AccountId> =
                rows.iter().filter(|r| r.state != AccountState::Closed).map(|r| r.id).collect();
            for done in work(&ids, &mut pass)? {
                pass.changed += u64::from(done.decision.is_some());
                pass.cases += done.cases.len() as u64;
            }
            pass.accounts += ids.len() as u64;
            reached(&pass, after)?;
        }
    }

    /// Assesses those of the accounts that are `wanted`. The gate of one that cannot be assessed is closed, and the others go on.
    pub(crate) fn reassess_chunk(
        self: &Arc<Self>,
        call: &Call,
        ids: &[AccountId],
        wanted: &(dyn Fn(&Opened) -> bool + Sync),
        cause: Cause,
        pass: &mut Pass,
    ) -> Result<Vec<Reassessed>, RegisterError> {
        let chunk = ChunkOf { call, wanted, cause };
        match self.reassess_together(&chunk, ids, pass) {
            Err(error) if is_of_one_account(&error) => self.reassess_one_by_one(&chunk, ids, pass),
            done => done,
        }
    }

    /// Assesses those of the accounts that are wanted, in one unit.
    fn reassess_together(
        self: &Arc<Self>,
        chunk: &ChunkOf<'_>,
        ids: &[AccountId],
        pass: &mut Pass,
    ) -> Result<Vec<Reassessed>, RegisterError> {
        let ChunkOf { call, wanted, cause } = *chunk;
        let world = self.world();
        let prepared = in_parallel(ids, |ids| {
            let mut prepared = Vec::with_capacity(ids.len());
            for id in ids {
                let opened = self.open_account(*id)?;
                if wanted(&opened) {
                    prepared.push(Arc::new(self.prepare(opened, &world, &NewFindings::default())?));
                }
            }
            Ok(prepared)
        })?;
        let met = prepared.len() as u64;
        let (same, different): (Vec<_>, Vec<_>) = prepared.into_iter().partition(|p| p.changes_nothing());
        self.stamp(same.iter().map(|p| p.stamp()).collect())?;
        if different.is_empty() {
            pass.met_everything += met;
            return Ok(Vec::new());
        }
        let ids: Vec<AccountId> = different.iter().map(|p| p.row.id).collect();
        let written = self.change(call, Action::Reassess, &ids, move |unit| {
            let mut done = Vec::with_capacity(different.len());
            for prepared in &different {
                let mut row = unit.reopen(prepared)?;
                done.push(unit.write_prepared(prepared, &mut row, cause)?);
            }
            Ok(done)
        });
        let done = match written {
            Ok(done) => done
                .into_iter()
                .map(|(reassessed, news)| {
                    self.gate.put(&news.row());
                    reassessed
                })
                .collect(),
            // One of them was overtaken, so none was written: each gets its own unit.
            Err(RegisterError::Contention) => {
                self.reload_world()?;
                ids.into_iter().map(|id| self.reassess(id, cause)).collect::<Result<_, _>>()?
            }
            Err(other) => return Err(other),
        };
        pass.met_everything += met;
        Ok(done)
    }
}

/// Does `work` with shares of the accounts on all processors; the answers keep the order of the accounts.
fn in_parallel<T: Send>(
    ids: &[AccountId],
    work: impl Fn(&[AccountId]) -> Result<Vec<T>, RegisterError> + Sync,
) -> Result<Vec<T>, RegisterError> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = ids.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = ids.chunks(share).map(|ids| scope.spawn(|| work(ids))).collect();
        let mut all = Vec::with_capacity(ids.len());
        for worker in workers {
            let failed =
                |_| RegisterError::Evaluation { what: "a thread of the pass ended early".to_owned() };
            all.extend(worker.join().map_err(failed)??);
        }
        Ok(all)
    })
}

impl Unit<'_> {
    /// The account of a prepared assessment as it is now; refuses when the assessment was overtaken.
    pub(crate) fn reopen(&mut self, prepared: &Prepared) -> Result<account::AccountRow, RegisterError> {
        let row = account::find(self.tx, prepared.row.id)?;
        let row = row.ok_or(RegisterError::NotFound { what: "account" })?;
        if row.version != prepared.row.version || !self.still_holds(&prepared.assessment, row.id)? {
            return Err(RegisterError::Contention);
        }
        Ok(row)
    }

    /// Writes a prepared assessment down and stores the account; the caller puts the gate's news after the commit.
    pub(crate) fn write_prepared(
        &mut self,
        prepared: &Prepared,
        row: &mut account::AccountRow,
        cause: Cause,
    ) -> Result<(Reassessed, GateNews), RegisterError> {
        let assessment = &prepared.assessment;
        if cause == Cause::Facts {
            self.customer_answered(row.id)?;
        }
        let mut about = About { account: &mut *row, subjects: &prepared.subjects, application: None, cause };
        let written = self.write_down(assessment, &mut about)?;
        self.settle(assessment, row)?;
        if !account::change(self.tx, row)? {
            return Err(RegisterError::Contention);
        }
        let reassessed = Reassessed {
            account: row.id,
            state: row.state,
            decision: Some(written.decision),
            cases: written.cases,
        };
        Ok((reassessed, GateNews::of(row)))
    }

    /// New facts give cases that waited for the customer back to the queue.
    fn customer_answered(&mut self, account: AccountId) -> Result<(), RegisterError> {
        for mut row in case::of_account(self.tx, account)? {
            if row.state == CaseState::AwaitingCustomer {
                row.state = CaseState::Open;
                case::change(self.tx, &row)?;
            }
        }
        Ok(())
    }
}

impl Register {
    /// Assesses one account again. For system jobs.
    pub fn reassess(&self, call: &Call, account: AccountId) -> Result<Reassessed, RegisterError> {
        authorise(&call.actor, Action::Reassess)?;
        self.core.reassess(account, Cause::World)
    }

    /// Screens all parties and assesses all accounts again, `chunk` accounts (1 to 500) to a unit, and records that it was
    /// done. Idempotent: run it again when it was interrupted. `progress` is called after every chunk.
    pub fn reassess_all(
        &self,
        call: &Call,
        chunk: u32,
        progress: &mut dyn FnMut(&Pass),
    ) -> Result<Pass, RegisterError> {
        authorise(&call.actor, Action::Reassess)?;
        let world = self.core.reload_world()?;
        let work = |ids: &[AccountId], pass: &mut Pass| {
            self.core.reassess_chunk(call, ids, &|_| true, Cause::World, pass)
        };
        let pass = self.core.go_over(chunk, progress, &work)?;
        self.core.record_pass(call, &world, &pass)?;
        Ok(pass)
    }
}

fn read_previous(recorded: &Recorded) -> Result<(Decision, Inputs), RegisterError> {
    Ok((recorded.decision()?, recorded.inputs()?))
}
