//! Leases: each case has one owner at a time, for a quarter of an hour. Taking one is recorded as an access to personal data.

use super::{OpenCase, is_senior, open_case_file, person};
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::query::is_name;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenantry_model::case::CaseState;
use tenantry_model::id::{CaseId, FactId, StaffId};
use tenantry_model::staff::Role;
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::case::{self, CaseRow};
use tenantry_store::repo::party;

/// Minutes a lease lasts unless it is renewed.
pub const LEASE_MINUTES: i64 = 15;
const MINUTE_US: i64 = 60_000_000;

/// A lease on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The case.
    pub case: CaseId,
    /// Until when.
    pub until: Timestamp,
    /// Version of the case under the lease: what a decision names.
    pub version: i64,
}

/// Who holds a case at an instant; a lease that ran out holds nothing.
pub(super) fn holder(row: &CaseRow, now: Timestamp) -> Option<StaffId> {
    row.leased_by.filter(|_| row.leased_until.is_some_and(|until| now < until))
}

impl Register {
    /// Takes a case, and records the access to what it holds. Whoever holds it already renews the lease.
    ///
    /// # Errors
    /// [`RegisterError::Leased`] while somebody else holds it; [`RegisterError::Forbidden`] for an escalated case and a role that is
    /// not compliance officer or legal; [`RegisterError::SecondPerson`] for the one whose verdict waits for a second person.
    pub fn lease(&self, call: &Call, id: CaseId) -> Result<Lease, RegisterError> {
        authorise(&call.actor, Action::WorkCases)?;
        let (me, _) = person(&call.actor, Action::WorkCases)?;
        let now = self.core.clock.now();
        let row = self.core.store.read(move |tx| case::find(tx, id).map_err(RegisterError::from))?;
        let row = row.ok_or(RegisterError::NotFound { what: "case" })?;
        // Under a key the register answers a repetition with the lease it gave the first time.
        if call.key.is_none() && holder(&row, now) == Some(me) {
            return self.renew(call, id);
        }
        self.core.change(call, Action::WorkCases, &("lease", id), move |unit| unit.take_case(id))
    }

    /// Makes a lease last from now again, and records that what the case holds is looked at again.
    pub fn renew(&self, call: &Call, id: CaseId) -> Result<Lease, RegisterError> {
        authorise(&call.actor, Action::WorkCases)?;
        let (me, _) = person(&call.actor, Action::WorkCases)?;
        self.core.change(call, Action::WorkCases, &("renew", id), move |unit| {
            let row = case::find(unit.tx, id)?.ok_or(RegisterError::NotFound { what: "case" })?;
            if holder(&row, unit.now) != Some(me) {
                return Err(RegisterError::Leased);
            }
            unit.take_case(id)
        })
    }

    /// Gives a case back to the queue. Does nothing when nobody holds it. No leaf: nothing is shown by it.
    pub fn release(&self, call: &Call, id: CaseId) -> Result<(), RegisterError> {
        authorise(&call.actor, Action::WorkCases)?;
        let (me, _) = person(&call.actor, Action::WorkCases)?;
        let now = self.core.clock.now();
        self.core.store.write(move |tx| {
            let mut row = case::find(tx, id)?.ok_or(RegisterError::NotFound { what: "case" })?;
            match holder(&row, now) {
                Some(holder) if holder == me => {}
                None => return Ok(()),
                Some(_) => return Err(RegisterError::Leased),
            }
            (row.leased_by, row.leased_until) = (None, None);
            if case::change(tx, &row)? { Ok(()) } else { Err(RegisterError::Changed { what: "case" }) }
        })
    }
}

/// When a lease was taken or last renewed: what was recorded later is not shown under it.
pub(super) fn taken_at(row: &CaseRow) -> Option<Timestamp> {
    row.leased_until.map(|until| until.plus_micros(-LEASE_MINUTES * MINUTE_US))
}

impl Unit<'_> {
    fn take_case(&mut self, id: CaseId) -> Result<Lease, RegisterError> {
        let (me, role) = person(&self.call.actor, Action::WorkCases)?;
        let vault = Arc::clone(&self.core.vault);
        let mut open = open_case_file(self.tx, &vault, id)?;
        if holder(&open.row, self.now).is_some_and(|other| other != me) {
            return Err(RegisterError::Leased);
        }
        may_take(&open, me, role)?;
        let until = self.now.plus_micros(LEASE_MINUTES * MINUTE_US);
        open.row.leased_by = Some(me);
        open.row.leased_until = Some(until);
        let facts = match open.row.party {
            Some(party) => {
                let shown = |fact: &party::FactRow| fact.superseded_at.is_none() || is_name(fact.kind);
                party::facts(self.tx, party)?.into_iter().filter(shown).collect()
            }
            None => Vec::new(),
        };
        let facts: Vec<FactId> = facts.into_iter().map(|f: party::FactRow| f.id).collect();
        let mut record = Record::new(RecordType::Revealed, open.row.subject, Retention::PersonalData)
            .text("case", id)
            .text("actor", self.call.actor_text())
            .text("purpose", format!("review of a case of kind {}", open.row.kind))
            .text("until", until)
            .json("facts", &facts);
        if let Some(party) = open.row.party {
            record = record.text("party", party);
        }
        self.record(record)?;
        if !case::change(self.tx, &open.row)? {
            return Err(RegisterError::Changed { what: "case" });
        }
        Ok(Lease { case: id, until, version: open.row.version + 1 })
    }

    /// Refuses a decision on a case that is not in the caller's hands.
    pub(super) fn must_hold(
        &mut self,
        open: &OpenCase,
        me: StaffId,
        role: Role,
    ) -> Result<(), RegisterError> {
        if open.row.state == CaseState::AwaitingSecond {
            return Err(RegisterError::State {
                what: "case",
                state: open.row.state.to_string(),
                hint: "approve or reject the verdict that waits",
            });
        }
        may_take(open, me, role)?;
        if holder(&open.row, self.now) == Some(me) { Ok(()) } else { Err(RegisterError::Leased) }
    }
}

fn may_take(open: &OpenCase, me: StaffId, role: Role) -> Result<(), RegisterError> {
    match open.row.state {
        CaseState::Closed => {
            let hint = "a closed case is not worked on; a new concern opens a new one";
            return Err(RegisterError::State { what: "case", state: open.row.state.to_string(), hint });
        }
        CaseState::AwaitingSecond if open.row.decided_by == Some(me) => {
            return Err(RegisterError::SecondPerson);
        }
        CaseState::AwaitingSecond | CaseState::Open | CaseState::AwaitingCustomer => {}
    }
    if open.summary.escalated_at.is_some() && !is_senior(role) {
        return Err(RegisterError::Forbidden { action: Action::WorkCases });
    }
    Ok(())
}
