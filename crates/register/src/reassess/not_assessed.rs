//! An account that cannot be assessed keeps nobody behind it waiting: the accounts of its chunk are assessed one by one, its own gate is
//! closed until it can be assessed, and it is tried again at every pass and whenever the clocks are minded.

use super::{ASSESSMENTS_MAX, ChunkOf, Pass, Reassessed};
use crate::access::{Action, authorise};
use crate::apply::GateNews;
use crate::call::Call;
use crate::core::Core;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError, gate};
use serde::Serialize;
use std::sync::Arc;
use tenantry_model::account::AccountState;
use tenantry_model::id::AccountId;
use tenantry_model::staff::{Actor, Job};
use tenantry_store::repo::account::{self, AccountRow};
use tenantry_store::{StoreError, StoreExt};

/// Most accounts that are named to whoever asks which could not be assessed.
const NAMED_MAX: u32 = 50;

/// Accounts that could not be assessed when it was last tried. Their gates are closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotAssessed {
    /// How many there are.
    pub count: i64,
    /// The first of them, at most 50, longest closed first.
    pub accounts: Vec<AccountId>,
}

impl Register {
    /// Which accounts could not be assessed when it was last tried.
    pub fn not_assessed(&self, call: &Call) -> Result<NotAssessed, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let now = self.core.clock.now();
        self.core.store.read(move |tx| {
            let count = account::count_closed_by(tx, now, gate::NOT_ASSESSED)?;
            let accounts = account::closed_by(tx, now, gate::NOT_ASSESSED, NAMED_MAX)?;
            Ok(NotAssessed { count, accounts })
        })
    }
}

impl Core {
    /// Assesses the accounts of a chunk each for itself, after one of them failed the chunk.
    pub(super) fn reassess_one_by_one(
        self: &Arc<Self>,
        chunk: &ChunkOf<'_>,
        ids: &[AccountId],
        pass: &mut Pass,
    ) -> Result<Vec<Reassessed>, RegisterError> {
        let mut all = Vec::new();
        for id in ids {
            match self.reassess_together(chunk, std::slice::from_ref(id), pass) {
                Ok(done) => all.extend(done),
                Err(error) if is_of_one_account(&error) => {
                    self.close_gate(*id, &error)?;
                    pass.not_assessed += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    /// Closes the gate of an account that cannot be assessed, unless it is closed for that already.
    fn close_gate(self: &Arc<Self>, id: AccountId, error: &RegisterError) -> Result<(), RegisterError> {
        let (call, code) = (Call::by(Actor::System { job: Job::Rescreening }), error.code());
        for _ in 0..ASSESSMENTS_MAX {
            let row = self.store.read(move |tx| account::find(tx, id))?;
            let row = row.ok_or(RegisterError::NotFound { what: "account" })?;
            if row.state == AccountState::Closed || gate::is_not_assessed(&row.gate) {
                return Ok(());
            }
            let close = |chain: [u8; 16]| {
                let row = row.clone();
                self.change(&call, Action::Reassess, &("not_assessed", id, row.version), move |unit| {
                    unit.close_gate(row.clone(), chain, code)
                })
            };
            let closed = match close(row.subject) {
                // What is damaged may be the key that its own records are sealed with.
                Err(error) if is_of_one_account(&error) => close(self.deployment),
                closed => closed,
            };
            match closed {
                Err(RegisterError::Contention) => {}
                Err(error) => return Err(error),
                Ok(news) => {
                    tracing::error!(account = %id, code, "an account cannot be assessed: its gate is closed until it can");
                    self.gate.put(&news.row());
                    return Ok(());
                }
            }
        }
        Err(RegisterError::Contention)
    }
}

impl Unit<'_> {
    fn close_gate(
        &mut self,
        mut row: AccountRow,
        chain: [u8; 16],
        code: &'static str,
    ) -> Result<GateNews, RegisterError> {
        row.gate = gate::not_assessed();
        row.changed_at = self.now.max(row.changed_at.plus_micros(1));
        row.look_again_at = Some(self.now);
        if !account::change(self.tx, &row)? {
            return Err(RegisterError::Contention);
        }
        let record = Record::new(RecordType::AccountChanged, chain, Retention::DecisionEvidence)
            .text("account", row.id)
            .text("before", row.state)
            .text("state", row.state)
            .text("gate", "closed")
            .text("because", format!("it could not be assessed: {code}"));
        self.record(record)?;
        Ok(GateNews::of(&row))
    }
}

/// Whether an error is about what is stored of an account and not about the deployment: then others can be assessed all the same.
pub(crate) const fn is_of_one_account(error: &RegisterError) -> bool {
    use RegisterError as E;
    matches!(
        error,
        E::Vault { .. }
            | E::Erased
            | E::NotFound { .. }
            | E::Invalid { .. }
            | E::Evaluation { .. }
            | E::Ledger { .. }
            | E::Store(
                StoreError::Column { .. }
                    | StoreError::TooManyRows { .. }
                    | StoreError::Conflict { .. }
                    | StoreError::Constraint { .. }
            )
    )
}
