//! Measures as people see them: everything but the names of persons.

use crate::approvals::ContentHash;
use crate::{RegisterError, keys};
use serde::Serialize;
use tenantry_model::id::{ApprovalId, MeasureId, StaffId};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::measure::{Effect, Extension, Measure, MeasureState, ResellerReach, Target};
use tenantry_model::time::{Date, Timestamp};
use tenantry_store::Tx;
use tenantry_store::repo::approval::ApprovalRow;
use tenantry_store::repo::measure::MeasureRow;
use tenantry_vault::Vault;

/// A measure.
#[derive(Debug, Clone, Serialize)]
pub struct MeasureView {
    /// Identifier.
    pub id: MeasureId,
    /// Where it stands on its way through two persons.
    pub state: MeasureState,
    /// Where it stands in time.
    pub phase: Phase,
    /// Title.
    pub title: String,
    /// Whom it is about.
    pub target: TargetView,
    /// What it does.
    pub effect: Effect,
    /// Whether accounts below resellers are reached.
    pub reach: ResellerReach,
    /// Authority and citation.
    pub citation: String,
    /// Date of the determination.
    pub determined_on: Date,
    /// From when it is enforced.
    pub effective_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How its end was put off, oldest first.
    pub extensions: Vec<Extension>,
    /// Who proposed it.
    pub proposed_by: StaffId,
    /// When.
    pub proposed_at: Timestamp,
    /// When existing accounts were assessed under it.
    pub applied_at: Option<Timestamp>,
    /// When existing accounts were assessed after its end.
    pub ended_at: Option<Timestamp>,
    /// Keyed digest of its exact text.
    pub content_hash: ContentHash,
    /// The request for a second person that waits, if one does.
    pub approval: Option<ApprovalId>,
    /// Grows with every change.
    pub version: i64,
}

/// Where a measure stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Waits for a second person.
    Proposed,
    /// Approved, not yet enforced.
    Upcoming,
    /// Enforced.
    InForce,
    /// Over.
    Expired,
    /// Refused by the second person.
    Rejected,
    /// Lifted before its end.
    Lifted,
}

/// Whom a measure is about, without names of persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TargetView {
    /// Jurisdictions.
    Jurisdiction {
        /// Which.
        jurisdictions: Vec<Jurisdiction>,
    },
    /// Persons.
    Person {
        /// How many.
        persons: usize,
        /// How many parties of the register were confirmed to be one of them.
        confirmed: usize,
    },
}

impl MeasureView {
    pub(super) fn open(
        tx: &mut dyn Tx,
        vault: &Vault,
        row: MeasureRow,
        waiting: &[ApprovalRow],
        now: Timestamp,
    ) -> Result<Self, RegisterError> {
        let measure: Measure = keys::open_json(tx, vault, &row.subject, &row.id.bytes(), &row.sealed)?;
        let object = row.id.to_string();
        Ok(Self {
            id: row.id,
            state: row.state,
            phase: phase(&row, now),
            title: measure.title,
            target: target(measure.target),
            effect: measure.effect,
            reach: measure.reach,
            citation: measure.citation,
            determined_on: measure.determined_on,
            effective_at: row.effective_at,
            expires_at: row.expires_at,
            extensions: measure.extensions,
            proposed_by: row.proposed_by,
            proposed_at: row.proposed_at,
            applied_at: row.applied_at,
            ended_at: row.ended_at,
            content_hash: ContentHash::from_bytes(row.content_hash),
            approval: waiting.iter().find(|w| w.object == object).map(|w| w.id),
            version: row.version,
        })
    }
}

fn phase(row: &MeasureRow, now: Timestamp) -> Phase {
    match row.state {
        MeasureState::Proposed => Phase::Proposed,
        MeasureState::Rejected => Phase::Rejected,
        MeasureState::Lifted => Phase::Lifted,
        MeasureState::Approved if now < row.effective_at => Phase::Upcoming,
        MeasureState::Approved if now < row.expires_at => Phase::InForce,
        MeasureState::Approved => Phase::Expired,
    }
}

fn target(target: Target) -> TargetView {
    match target {
        Target::Jurisdiction { jurisdictions } => TargetView::Jurisdiction { jurisdictions },
        Target::Person { persons } => TargetView::Person {
            persons: persons.len(),
            confirmed: persons.iter().map(|person| person.confirmed.len()).sum(),
        },
    }
}
