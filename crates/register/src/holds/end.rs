//! How a hold ends: released by two people, or by itself on its last day. What it covered is then due like anything else, is
//! scheduled like anything else, and so stays for at least the days of grace.

use super::Object;
use crate::access::Action;
use crate::approvals::{ContentHash, Pending};
use crate::call::Call;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError};
use tenantry_model::hold::HoldState;
use tenantry_model::id::{ApprovalId, HoldId};
use tenantry_store::StoreExt;
use tenantry_store::repo::hold::{self, HoldRow};

/// Holds ended in one round.
const LAPSED_MAX: u32 = 500;

impl Register {
    /// Asks for the release of a hold; a second person approves exactly this hold as it stands.
    ///
    /// # Errors
    /// [`RegisterError::State`] when it is over; [`RegisterError::SecondPerson`] when the caller is not a person.
    pub fn request_hold_release(&self, call: &Call, id: HoldId) -> Result<ApprovalId, RegisterError> {
        self.core.change(call, Action::ReleaseHold, &("release_hold", id), move |unit| {
            let row = unit.hold_in_force(id)?;
            let content = unit.hold_digest(&row)?;
            let reason = unit.call.reason.as_ref().map(|r| r.expose().to_owned()).unwrap_or_default();
            unit.request_approval(&Pending::ReleaseHold { hold: id, content }, row.subject, &reason)
        })
    }

    /// Ends the holds whose last day has passed. Answers which.
    pub fn lapse_holds(&self, call: &Call) -> Result<Vec<HoldId>, RegisterError> {
        crate::access::authorise(&call.actor, Action::Erase)?;
        let now = self.core.clock.now();
        let rows =
            self.core.store.read(move |tx| hold::lapsed(tx, now, LAPSED_MAX).map_err(RegisterError::from))?;
        let mut lapsed = Vec::with_capacity(rows.len());
        for HoldRow { id, .. } in rows {
            let ended = self.core.change(call, Action::Erase, &("lapse_hold", id), move |unit| {
                let row = unit.hold_in_force(id)?;
                // Somebody may have renewed it meanwhile.
                if row.expires_at.is_none_or(|at| at > unit.not_before()) {
                    return Err(RegisterError::Changed { what: "hold" });
                }
                unit.end_hold(&row, HoldState::Lapsed)
            });
            match ended {
                Ok(()) => lapsed.push(id),
                Err(RegisterError::Changed { .. } | RegisterError::State { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(lapsed)
    }
}

impl Unit<'_> {
    /// Whether a hold is still exactly what the release was asked for.
    pub(crate) fn is_hold_as_requested(
        &mut self,
        id: HoldId,
        content: ContentHash,
    ) -> Result<bool, RegisterError> {
        match self.hold_in_force(id) {
            Ok(row) => Ok(self.hold_digest(&row)? == content),
            Err(RegisterError::State { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Releases a hold.
    pub(crate) fn release_hold(&mut self, id: HoldId) -> Result<(), RegisterError> {
        let row = self.hold_in_force(id)?;
        self.end_hold(&row, HoldState::Released)
    }

    /// Ends a hold of a restored copy: what it kept was erased after the copy was made, so it was over by then.
    pub(crate) fn end_hold_of_copy(&mut self, id: HoldId) -> Result<(), RegisterError> {
        let row = self.hold_in_force(id)?;
        let record = hold_over(&row, HoldState::Released)
            .text("because", "what it kept was erased after this copy of the database was made");
        self.store_end(&row, HoldState::Released, record)
    }

    fn end_hold(&mut self, row: &HoldRow, state: HoldState) -> Result<(), RegisterError> {
        self.store_end(row, state, hold_over(row, state))
    }

    fn store_end(&mut self, row: &HoldRow, state: HoldState, record: Record) -> Result<(), RegisterError> {
        self.record(record)?;
        if hold::end(self.tx, row.id, state, self.now)? {
            return Ok(());
        }
        Err(RegisterError::Changed { what: "hold" })
    }

    fn hold_in_force(&mut self, id: HoldId) -> Result<HoldRow, RegisterError> {
        let row = hold::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "hold" })?;
        if row.state == HoldState::InForce {
            return Ok(row);
        }
        let hint = "a hold that is over stays over; place a new one";
        Err(RegisterError::State { what: "hold", state: row.state.to_string(), hint })
    }

    /// What is approved: the hold, what it names, and until when it lasts.
    fn hold_digest(&mut self, row: &HoldRow) -> Result<ContentHash, RegisterError> {
        let objects: Vec<Object> = hold::objects(self.tx, row.id)?
            .into_iter()
            .map(|(kind, id)| Object::from_parts(kind, id))
            .collect();
        let types = hold::record_types(self.tx, row.id)?;
        let content =
            (row.id, row.version, row.kind, &row.authority, &row.reference, objects, row.expires_at, types);
        Ok(ContentHash::of(&serde_json::to_vec(&content).unwrap_or_default()))
    }
}

fn hold_over(row: &HoldRow, state: HoldState) -> Record {
    Record::new(RecordType::HoldChanged, row.subject, Retention::DecisionEvidence)
        .text("hold", row.id)
        .text("change", state)
        .caused_by(u64::try_from(row.leaf).unwrap_or_default())
}
