//! Special measures (SPM-01): proposed with a reason, previewed, approved or lifted by a second person, carried out over every
//! account from their effective instant to their end.
//!
//! A measure's text is sealed under a pseudonym of its own and bound by a keyed digest: what was proposed is what is approved.
//! Approval raises the generation of the world, so that every application decided afterwards sees the measure; existing accounts
//! are assessed by [`Register::mind_clocks`] when it starts or ends. Whom a measure would hit is told by the same function that
//! later hits (`policy::measures::reach`).

mod at_once;
mod extension;
mod new;
mod preview;
mod view;

pub use extension::NewExtension;
pub use new::{Effective, NewMeasure};
pub use preview::{
    CANDIDATES_MAX, EXAMPLES_MAX, Moment, NamedCandidate, Preview, ReachedAccount, ResellerCount,
};
pub use view::{MeasureView, Phase, TargetView};

pub(crate) use preview::account_view;

use crate::access::{Action, authorise};
use crate::approvals::{ContentHash, Pending};
use crate::call::{Call, Reason};
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError, keys, world};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenantry_model::event::EventType;
use tenantry_model::id::{ApprovalId, MeasureId};
use tenantry_model::measure::{Measure, MeasureState, NamedPerson, Target};
use tenantry_model::random::draw;
use tenantry_model::staff::Actor;
use tenantry_store::repo::measure::{self, MeasureRow};
use tenantry_store::repo::{approval, party};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// Most measures listed, and most requests looked through for those about them.
const ROWS_MAX: u32 = 1_000;

/// A measure that was proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The measure.
    pub measure: MeasureId,
    /// The request for a second person.
    pub approval: ApprovalId,
}

impl Register {
    /// Proposes a measure; a second person puts it into force. The call says why.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] names the field.
    pub fn propose_measure(&self, call: &Call, new: NewMeasure) -> Result<Proposed, RegisterError> {
        authorise(&call.actor, Action::ProposeMeasure)?;
        let pack = Arc::clone(&self.core.world().pack);
        let core = Arc::clone(&self.core);
        let subject = draw(&*self.core.entropy);
        self.core.change(call, Action::ProposeMeasure, &new.clone(), move |unit| {
            let Actor::Staff { id: proposed_by, .. } = unit.call.actor else {
                return Err(RegisterError::SecondPerson);
            };
            let id = MeasureId::new(unit.now, &*core.entropy);
            let measure = new.clone().parse(id, unit.now, &pack)?;
            confirmed_exist(unit.tx, &measure)?;
            let content = content_hash(&core.vault, &measure);
            let sealed = unit.seal(&subject, &id.bytes(), &measure)?;
            let record = Record::new(RecordType::MeasureProposed, subject, Retention::PersonalData)
                .text("measure", id)
                .json("content", &measure)
                .text("content_hash", content)
                .text("reason", unit.call.reason.as_ref().map(Reason::expose).unwrap_or_default());
            unit.record(record)?;
            let row = MeasureRow {
                id,
                state: MeasureState::Proposed,
                subject,
                sealed,
                content_hash: content.bytes(),
                proposed_by,
                proposed_at: unit.now,
                effective_at: measure.effective_at,
                expires_at: measure.expires_at,
                applied_at: None,
                ended_at: None,
                version: 1,
            };
            measure::add(unit.tx, &row)?;
            let approval = unit.ask_for(&Pending::ApproveMeasure { measure: id, content }, subject)?;
            Ok(Proposed { measure: id, approval })
        })
    }

    /// Asks for a measure to be lifted before its end; a second person does it. The call says why.
    pub fn lift_measure(&self, call: &Call, id: MeasureId) -> Result<ApprovalId, RegisterError> {
        self.core.change(call, Action::LiftMeasure, &("lift", id), move |unit| {
            let row =
                unit.measure_in(id, MeasureState::Approved, "only an approved measure can be lifted")?;
            let content = ContentHash::from_bytes(row.content_hash);
            unit.ask_for(&Pending::LiftMeasure { measure: id, content }, row.subject)
        })
    }

    /// All measures, newest first, without the names of persons.
    pub fn measures(&self, call: &Call) -> Result<Vec<MeasureView>, RegisterError> {
        may_see_measures(call)?;
        let (vault, now) = (Arc::clone(&self.core.vault), self.core.clock.now());
        self.core.store.read(move |tx| {
            let (rows, waiting) = (measure::page(tx, ROWS_MAX)?, approval::waiting(tx, ROWS_MAX)?);
            let views = rows.into_iter().map(|row| MeasureView::open(tx, &vault, row, &waiting, now));
            // One that was erased is not shown any more; its records say that it was there.
            views.filter(|view| !matches!(view, Err(RegisterError::Erased))).collect()
        })
    }

    /// A measure, without the names of persons.
    pub fn measure(&self, call: &Call, id: MeasureId) -> Result<MeasureView, RegisterError> {
        may_see_measures(call)?;
        let (vault, now) = (Arc::clone(&self.core.vault), self.core.clock.now());
        self.core.store.read(move |tx| {
            let row = measure::find(tx, id)?.ok_or(RegisterError::NotFound { what: "measure" })?;
            let waiting = approval::waiting(tx, ROWS_MAX)?;
            MeasureView::open(tx, &vault, row, &waiting, now)
        })
    }

    /// The persons a measure names, in plain. The call says why, and the record of it is durable before they are opened.
    pub fn reveal_measure(&self, call: &Call, id: MeasureId) -> Result<Vec<NamedPerson>, RegisterError> {
        let row = self.core.change(call, Action::Reveal, &("measure", id), move |unit| {
            let row = measure::find(unit.tx, id)?.ok_or(RegisterError::NotFound { what: "measure" })?;
            let record = Record::new(RecordType::Revealed, row.subject, Retention::PersonalData)
                .text("measure", id)
                .text("actor", unit.call.actor_text())
                .text("purpose", unit.call.reason.as_ref().map(Reason::expose).unwrap_or_default());
            unit.record(record)?;
            Ok((row.subject, row.sealed))
        })?;
        let vault = Arc::clone(&self.core.vault);
        let measure: Measure = self.core.store.read(move |tx| {
            let (subject, sealed) = &row;
            keys::open_json(tx, &vault, subject, &id.bytes(), sealed)
        })?;
        match measure.target {
            Target::Person { persons } => Ok(persons),
            Target::Jurisdiction { .. } => Ok(Vec::new()),
        }
    }
}

impl Unit<'_> {
    fn ask_for(&mut self, pending: &Pending, subject: [u8; 16]) -> Result<ApprovalId, RegisterError> {
        let reason = self.call.reason.as_ref().map(|r| r.expose().to_owned()).unwrap_or_default();
        self.request_approval(pending, subject, &reason)
    }

    fn measure_in(
        &mut self,
        id: MeasureId,
        state: MeasureState,
        hint: &'static str,
    ) -> Result<MeasureRow, RegisterError> {
        let row = measure::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "measure" })?;
        if row.state == state {
            return Ok(row);
        }
        Err(RegisterError::State { what: "measure", state: row.state.to_string(), hint })
    }

    /// Whether a measure is still the proposal with this content.
    pub(crate) fn is_proposed(&mut self, id: MeasureId, content: ContentHash) -> Result<bool, RegisterError> {
        self.is_measure(id, MeasureState::Proposed, content)
    }

    /// Whether a measure is approved with this content.
    pub(crate) fn is_approved(&mut self, id: MeasureId, content: ContentHash) -> Result<bool, RegisterError> {
        self.is_measure(id, MeasureState::Approved, content)
    }

    fn is_measure(
        &mut self,
        id: MeasureId,
        state: MeasureState,
        content: ContentHash,
    ) -> Result<bool, RegisterError> {
        let Some(row) = measure::find(self.tx, id)? else { return Ok(false) };
        let vault = Arc::clone(&self.core.vault);
        let stored: Measure = keys::open_json(self.tx, &vault, &row.subject, &id.bytes(), &row.sealed)?;
        let same = row.content_hash == content.bytes() && content_hash(&vault, &stored) == content;
        Ok(row.state == state && same && row.expires_at > self.now)
    }

    /// Puts an approved measure into force: from now on every assessment sees it.
    pub(crate) fn put_measure_into_force(&mut self, id: MeasureId) -> Result<(), RegisterError> {
        self.turn_measure(id, MeasureState::Approved, EventType::MeasureApproved)?;
        world::raise_generation(self.tx)
    }

    /// Lifts a measure: from now on no assessment sees it.
    pub(crate) fn end_measure(&mut self, id: MeasureId) -> Result<(), RegisterError> {
        self.turn_measure(id, MeasureState::Lifted, EventType::MeasureLifted)?;
        world::raise_generation(self.tx)
    }

    /// Ends a proposal that nobody approved.
    pub(crate) fn reject_measure(&mut self, id: MeasureId) -> Result<(), RegisterError> {
        self.turn_measure(id, MeasureState::Rejected, EventType::MeasureRejected)
    }

    fn turn_measure(
        &mut self,
        id: MeasureId,
        to: MeasureState,
        event: EventType,
    ) -> Result<(), RegisterError> {
        let row = measure::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "measure" })?;
        if !measure::set_state(self.tx, id, to, row.version)? {
            return Err(RegisterError::Changed { what: "measure" });
        }
        let record = Record::new(RecordType::MeasureChanged, row.subject, Retention::DecisionEvidence)
            .text("measure", id)
            .text("before", row.state)
            .text("state", to)
            .text("content_hash", ContentHash::from_bytes(row.content_hash))
            .text("effective_at", row.effective_at)
            .text("expires_at", row.expires_at);
        self.record(record)?;
        let told = serde_json::json!({ "measure": id, "state": to, "effective_at": row.effective_at });
        self.emit(event, id, &told)
    }
}

/// Measures are the provider's own work: an actor confined to a reseller does not see them.
fn may_see_measures(call: &Call) -> Result<(), RegisterError> {
    authorise(&call.actor, Action::Read)?;
    match call.actor.confined_to() {
        Some(_) => Err(RegisterError::Forbidden { action: Action::Read }),
        None => Ok(()),
    }
}

/// Keyed, because a measure names persons and a plain digest of it could be guessed.
pub(crate) fn content_hash(vault: &Vault, measure: &Measure) -> ContentHash {
    let bytes = zeroize::Zeroizing::new(serde_json::to_vec(measure).unwrap_or_default());
    ContentHash::from_bytes(vault.token("measure", &bytes))
}

fn confirmed_exist(tx: &mut dyn Tx, measure: &Measure) -> Result<(), RegisterError> {
    let Target::Person { persons } = &measure.target else { return Ok(()) };
    for (number, person) in persons.iter().enumerate() {
        for (position, id) in person.confirmed.iter().enumerate() {
            if party::find(tx, *id)?.is_none() {
                let pointer = format!("/target/persons/{number}/confirmed/{position}");
                return Err(RegisterError::invalid(pointer, "no such party"));
            }
        }
    }
    Ok(())
}
