//! What the passing of time asks for: clocks that ran out over accounts, measures that began or ended to bite, and requests for a second
//! person that lapsed.

use super::{FIRST, Opened, Pass, Reassessed};
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::measures::account_view;
use crate::outcome::Cause;
use crate::record::{Record, RecordType, Retention};
use crate::{Register, RegisterError, keys};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use tenantry_identity::status::ResellerChecks;
use tenantry_model::event::EventType;
use tenantry_model::id::{AccountId, ApprovalId, MeasureId};
use tenantry_model::measure::{Measure, MeasureState, Target};
use tenantry_model::time::Timestamp;
use tenantry_policy::measures::reach;
use tenantry_store::repo::measure::{self, MeasureRow};
use tenantry_store::repo::{account, setting};
use tenantry_store::{StoreExt, Tx};

/// Accounts written in one unit.
const CHUNK: u32 = 100;
/// Accounts after which it is written down how far the pass has come.
const STAGE: u64 = 500;
/// Setting that holds how far the pass has come.
const UNDER_WAY: &str = "pass_under_way";

/// What the clocks asked for and was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minded {
    /// Measures that began to bite.
    pub began: Vec<MeasureId>,
    /// Measures that expired or were lifted.
    pub ended: Vec<MeasureId>,
    /// Accounts assessed again because of them.
    pub pass: Pass,
    /// Accounts assessed again because a clock of their own ran out.
    pub ran_out: Pass,
    /// Requests for a second person that lapsed.
    pub lapsed: Vec<ApprovalId>,
}

/// A measure whose beginning or end has not been carried out yet.
#[derive(Clone)]
struct Due {
    row: MeasureRow,
    measure: Measure,
    turn: Turn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Turn {
    Began,
    Ended,
}

/// How far a pass has come. Every account up to there was assessed under its measures: the gate need not doubt them any more, and
/// a pass that was interrupted goes on from there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UnderWay {
    turns: BTreeSet<(MeasureId, Turn)>,
    up_to: AccountId,
    pass: Pass,
}

impl UnderWay {
    /// The pass that was last under way. One that cannot be read is none: then it begins anew.
    pub(crate) fn find(tx: &mut dyn Tx) -> Result<Option<Self>, RegisterError> {
        Ok(setting::find(tx, UNDER_WAY)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The last account in order of identifier that was assessed under a measure which began to bite.
    pub(crate) fn up_to(&self, measure: MeasureId) -> Option<AccountId> {
        self.turns.contains(&(measure, Turn::Began)).then_some(self.up_to)
    }

    fn put(&self, tx: &mut dyn Tx) -> Result<(), RegisterError> {
        Ok(setting::put(tx, UNDER_WAY, &serde_json::to_vec(self).unwrap_or_default())?)
    }
}

impl Turn {
    fn of(row: &MeasureRow, now: Timestamp) -> Option<Self> {
        let over = row.state == MeasureState::Lifted || row.expires_at <= now;
        match row.state {
            MeasureState::Proposed | MeasureState::Rejected => None,
            _ if over => row.ended_at.is_none().then_some(Self::Ended),
            _ => (row.effective_at <= now && row.applied_at.is_none()).then_some(Self::Began),
        }
    }
}

impl Register {
    /// Does what time asks for: assesses accounts over which a clock ran out and those under measures that began or ended since the
    /// last call, and lets requests for a second person lapse. Call it once a minute and after a measure was approved or lifted; it is idempotent.
    pub fn mind_clocks(&self, call: &Call) -> Result<Minded, RegisterError> {
        authorise(&call.actor, Action::Reassess)?;
        let lapsed = self.lapse_approvals(call)?;
        self.core.reload_world()?;
        let mut minded = Minded { lapsed, ..Minded::default() };
        let due = self.measures_due()?;
        if !due.is_empty() {
            self.turn(call, due, &mut minded)?;
        }
        minded.ran_out = self.look_where_clocks_ran_out(call)?;
        Ok(minded)
    }

    /// Assesses the accounts under measures that begin or end now, and records that they did.
    fn turn(&self, call: &Call, due: Vec<Due>, minded: &mut Minded) -> Result<(), RegisterError> {
        let now = self.core.clock.now();
        let touched = |opened: &Opened| due.iter().any(|due| due.touches(opened, now));
        let work = |ids: &[AccountId], pass: &mut Pass| {
            self.core.reassess_chunk(call, ids, &touched, Cause::World, pass)
        };
        let turns: BTreeSet<_> = due.iter().map(|due| (due.row.id, due.turn)).collect();
        let before = self.core.store.read(UnderWay::find)?.filter(|before| before.turns == turns);
        let begun = before.unwrap_or(UnderWay { turns, up_to: FIRST, pass: Pass::default() });
        let mut written = begun.pass.accounts;
        let mut reached = |pass: &Pass, up_to| {
            if pass.accounts.saturating_sub(written) < STAGE {
                return Ok(());
            }
            written = pass.accounts;
            let under_way = UnderWay { turns: begun.turns.clone(), up_to, pass: *pass };
            self.core.store.write(move |tx| under_way.put(tx))
        };
        minded.pass = self.core.go_on(begun.up_to, begun.pass, CHUNK, &mut reached, &work)?;
        for due in &due {
            match due.turn {
                Turn::Began => minded.began.push(due.row.id),
                Turn::Ended => minded.ended.push(due.row.id),
            }
        }
        self.measures_turned(call, due, minded.pass)?;
        self.core.follow_gate().map(|_| ())
    }

    /// Assesses the accounts again that are due for a look by now.
    fn look_where_clocks_ran_out(&self, call: &Call) -> Result<Pass, RegisterError> {
        let (now, mut pass, mut before) = (self.core.clock.now(), Pass::default(), Vec::new());
        loop {
            let due = self.core.store.read(move |tx| account::due_for_a_look(tx, now, CHUNK));
            let ids = due?;
            // Those that are due after they were looked at could not be assessed: they wait for the next call.
            if ids.is_empty() || ids == before {
                return Ok(pass);
            }
            let done = match self.core.reassess_chunk(call, &ids, &|_| true, Cause::Clock, &mut pass) {
                Ok(done) => done,
                Err(_) => self.look_one_by_one(&ids),
            };
            for done in done {
                pass.changed += u64::from(done.decision.is_some());
                pass.cases += done.cases.len() as u64;
                self.core.look_below(done.account);
            }
            pass.accounts += ids.len() as u64;
            before = ids;
        }
    }

    /// So that one account that cannot be assessed does not keep the others waiting.
    fn look_one_by_one(&self, ids: &[AccountId]) -> Vec<Reassessed> {
        let mut all = Vec::with_capacity(ids.len());
        for account in ids {
            match self.core.reassess(*account, Cause::Clock) {
                Ok(done) => all.push(done),
                Err(error) => {
                    tracing::error!(%account, code = error.code(), "a clock ran out over an account that cannot be assessed");
                }
            }
        }
        all
    }

    fn measures_due(&self) -> Result<Vec<Due>, RegisterError> {
        let (vault, now) = (Arc::clone(&self.core.vault), self.core.clock.now());
        self.core.store.read(move |tx| {
            let mut due = Vec::new();
            for row in measure::in_course(tx)? {
                if let Some(turn) = Turn::of(&row, now) {
                    let measure = keys::open_json(tx, &vault, &row.subject, &row.id.bytes(), &row.sealed)?;
                    due.push(Due { row, measure, turn });
                }
            }
            Ok(due)
        })
    }

    fn measures_turned(&self, call: &Call, due: Vec<Due>, pass: Pass) -> Result<(), RegisterError> {
        let ids: BTreeSet<MeasureId> = due.iter().map(|d| d.row.id).collect();
        self.core.change(call, Action::Reassess, &ids, move |unit| {
            for Due { row, turn, .. } in &due {
                let (first, word, event) = match turn {
                    Turn::Began => {
                        (measure::applied(unit.tx, row.id, unit.now)?, "applied", EventType::MeasureApplied)
                    }
                    Turn::Ended => {
                        (measure::ended(unit.tx, row.id, unit.now)?, "ended", EventType::MeasureEnded)
                    }
                };
                if !first {
                    continue;
                }
                let record =
                    Record::new(RecordType::MeasureChanged, row.subject, Retention::DecisionEvidence)
                        .text("measure", row.id)
                        .text("state", word)
                        .json("pass", &pass);
                unit.record(record)?;
                unit.emit(
                    event,
                    row.id,
                    &serde_json::json!({ "measure": row.id, "accounts": pass.changed }),
                )?;
            }
            Ok(())
        })
    }
}

impl Due {
    /// Whether the account may come out otherwise because of this measure; with nobody a US person on a reseller's word, it never misses. Persons are found by screening, so everybody may.
    fn touches(&self, opened: &Opened, now: Timestamp) -> bool {
        let id = self.row.id;
        let knew = opened.previous.as_ref().is_some_and(|(d, _)| d.reaches.iter().any(|r| r.measure == id));
        knew || matches!(self.measure.target, Target::Person { .. })
            || reach(&self.measure, &account_view(&opened.dossier, ResellerChecks::default(), now), now)
                .is_some()
    }
}
