//! Putting off the end of a measure. The rule ends each after 365 days unless the authority extends it by a notice that is published
//! before (SPM-04); two people read the same notice.

use super::content_hash;
use super::new::{CITATION_LENGTH_MAX, text};
use crate::access::Action;
use crate::approvals::{ContentHash, Pending};
use crate::call::Call;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError, keys, world};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenantry_model::event::EventType;
use tenantry_model::id::{ApprovalId, MeasureId};
use tenantry_model::measure::{Extension, LIFE_DAYS_MAX, Measure, MeasureState};
use tenantry_model::time::{Date, Timestamp};
use tenantry_store::repo::measure;

/// The end of a measure as the authority put it off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewExtension {
    /// When the measure is to end: after its present end, and at most 365 days after that.
    pub until: Timestamp,
    /// Citation of the notice.
    pub notice: String,
    /// Date of the notice, on which the measure had been determined and had not ended.
    pub noticed_on: Date,
}

impl Register {
    /// Asks for the end of a measure to be put off; a second person does it, before the measure ends. The call says why.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] names the field; [`RegisterError::State`] for a measure that is not approved or has ended: it is
    /// determined anew.
    pub fn extend_measure(
        &self,
        call: &Call,
        id: MeasureId,
        new: NewExtension,
    ) -> Result<ApprovalId, RegisterError> {
        self.core.change(call, Action::ExtendMeasure, &("extend", id, new.clone()), move |unit| {
            let hint = "only an approved measure that has not ended can be extended; propose it anew";
            let row = unit.measure_in(id, MeasureState::Approved, hint)?;
            if row.expires_at <= unit.now {
                return Err(RegisterError::State { what: "measure", state: "expired".to_owned(), hint });
            }
            let vault = Arc::clone(&unit.core.vault);
            let measure: Measure = keys::open_json(unit.tx, &vault, &row.subject, &id.bytes(), &row.sealed)?;
            let pending = new.clone().parse(&measure, unit.now, ContentHash::from_bytes(row.content_hash))?;
            unit.ask_for(&pending, row.subject)
        })
    }
}

impl NewExtension {
    fn parse(
        self,
        measure: &Measure,
        now: Timestamp,
        content: ContentHash,
    ) -> Result<Pending, RegisterError> {
        text("/notice", &self.notice, CITATION_LENGTH_MAX)?;
        if self.noticed_on > now.date() {
            return Err(RegisterError::invalid("/noticed_on", "lies in the future"));
        }
        if self.noticed_on < measure.determined_on {
            return Err(RegisterError::invalid("/noticed_on", "lies before the determination"));
        }
        if self.until <= measure.expires_at {
            return Err(RegisterError::invalid("/until", "is not after the end that stands"));
        }
        if self.until > measure.expires_at.plus_days(LIFE_DAYS_MAX) {
            let detail = format!("a measure is extended by at most {LIFE_DAYS_MAX} days at a time (SPM-04)");
            return Err(RegisterError::invalid("/until", detail));
        }
        Ok(Pending::ExtendMeasure {
            measure: measure.id,
            content,
            until: self.until,
            notice: self.notice.trim().to_owned(),
            noticed_on: self.noticed_on,
        })
    }
}

impl Unit<'_> {
    /// Puts off the end of an approved measure: from now on every assessment sees the new one.
    pub(crate) fn put_off_end(
        &mut self,
        id: MeasureId,
        until: Timestamp,
        notice: &str,
        noticed_on: Date,
    ) -> Result<(), RegisterError> {
        let mut row = measure::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "measure" })?;
        let vault = Arc::clone(&self.core.vault);
        let mut measure: Measure = keys::open_json(self.tx, &vault, &row.subject, &id.bytes(), &row.sealed)?;
        let extension = Extension {
            instead_of: measure.expires_at,
            until,
            notice: notice.to_owned(),
            noticed_on,
            approved_at: self.now,
        };
        measure.expires_at = until;
        measure.extensions.push(extension);
        let content = content_hash(&vault, &measure);
        row.sealed = self.seal(&row.subject, &id.bytes(), &measure)?;
        row.content_hash = content.bytes();
        row.expires_at = until;
        if !measure::extend(self.tx, &row)? {
            return Err(RegisterError::Changed { what: "measure" });
        }
        let record = Record::new(RecordType::MeasureChanged, row.subject, Retention::DecisionEvidence)
            .text("measure", id)
            .text("state", "extended")
            .text("content_hash", content)
            .text("effective_at", row.effective_at)
            .text("expires_at", until)
            .text("notice", notice)
            .text("noticed_on", noticed_on);
        self.record(record)?;
        let told = serde_json::json!({ "measure": id, "state": row.state, "expires_at": until });
        self.emit(EventType::MeasureExtended, id, &told)?;
        world::raise_generation(self.tx)
    }
}
