//! A measure that is enforced from its approval on does not wait for the pass over all accounts: those the facts say it reaches are
//! assessed in the same go. The pass does the rest; until it ended, the gate counts its own age from the approval.

use super::preview::{Found, Looker};
use crate::call::Call;
use crate::core::Core;
use crate::outcome::Cause;
use crate::reassess::Pass;
use crate::{RegisterError, keys};
use std::collections::BTreeSet;
use std::sync::Arc;
use tenantry_model::account::AccountState;
use tenantry_model::id::{AccountId, MeasureId};
use tenantry_model::measure::{Measure, Target};
use tenantry_model::staff::{Actor, Job};
use tenantry_store::StoreExt;
use tenantry_store::repo::{account, measure};

/// Accounts looked through before the second person is answered.
const ACCOUNTS_MAX: u64 = 5_000;
/// Accounts read at a time.
const READ_CHUNK: u32 = 250;
/// Accounts written in one unit.
const CHUNK: usize = 50;

impl Core {
    /// Assesses the accounts that a measure which has just been approved certainly reaches, if it is enforced already. What fails
    /// here is done by [`crate::Register::mind_clocks`].
    pub(crate) fn enforce_at_once(self: &Arc<Self>, id: MeasureId) {
        let enforced = self.follow_gate().and_then(|_| self.assess_certain(id));
        if let Err(error) = enforced {
            tracing::warn!(measure = %id, code = error.code(), "accounts wait for the pass under this measure");
        }
    }

    fn assess_certain(self: &Arc<Self>, id: MeasureId) -> Result<(), RegisterError> {
        let (vault, now) = (Arc::clone(&self.vault), self.clock.now());
        let measure: Option<Measure> = self.store.read(move |tx| {
            let row = measure::find(tx, id)?.filter(|row| row.effective_at <= now && now < row.expires_at);
            row.map(|row| keys::open_json(tx, &vault, &row.subject, &id.bytes(), &row.sealed)).transpose()
        })?;
        let Some(measure) = measure else { return Ok(()) };
        let ids = match &measure.target {
            Target::Person { persons } => {
                let parties: Vec<_> = persons.iter().flat_map(|person| person.confirmed.clone()).collect();
                self.store.read(move |tx| {
                    let mut accounts = BTreeSet::new();
                    for party in &parties {
                        accounts.extend(account::accounts_of(tx, *party)?.into_iter().map(|(id, _)| id));
                    }
                    Ok::<_, RegisterError>(accounts.into_iter().collect::<Vec<_>>())
                })?
            }
            Target::Jurisdiction { .. } => self.certainly_in(measure)?,
        };
        let call = Call::by(Actor::System { job: Job::Clocks });
        for ids in ids.chunks(CHUNK) {
            self.reassess_chunk(
                &call,
                ids,
                &|opened| opened.row.state != AccountState::Closed,
                Cause::World,
                &mut Pass::default(),
            )?;
        }
        for id in ids {
            self.look_below(id);
        }
        Ok(())
    }

    fn certainly_in(self: &Arc<Self>, measure: Measure) -> Result<Vec<AccountId>, RegisterError> {
        let looker = Arc::new(Looker::new(self, measure, self.clock.now()));
        let (mut reached, mut looked_at) = (Vec::new(), 0);
        let mut after = AccountId::from_bytes([0; 16]);
        while looked_at < ACCOUNTS_MAX {
            let mut rows = self
                .store
                .read(move |tx| account::page(tx, after, READ_CHUNK).map_err(RegisterError::from))?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            looked_at += rows.len() as u64;
            rows.retain(|row| row.state != AccountState::Closed);
            let looked = looker.look_in_parallel(self, rows)?;
            reached.extend(looked.found.iter().filter(|found| found.now_certain()).map(Found::account));
            // Assessing them fails as well, and closes their gates.
            reached.extend(looked.not_assessed);
        }
        Ok(reached)
    }
}
