//! Erasures as people see them.

use super::{Due, Object, Target, holds_on};
use crate::RegisterError;
use crate::approvals::ContentHash;
use serde::Serialize;
use std::collections::BTreeSet;
use tenantry_model::erasure::{ErasureFate, ErasureState};
use tenantry_model::id::{ErasureId, HoldId};
use tenantry_model::time::Timestamp;
use tenantry_store::Tx;
use tenantry_store::repo::erasure::{self, ErasureItemRow, ErasureRow};

/// Batches on one page.
pub(super) const ERASURES_PER_PAGE: u32 = 200;

/// A batch.
#[derive(Debug, Clone, Serialize)]
pub struct ErasureView {
    /// Identifier.
    pub id: ErasureId,
    /// Where it stands.
    pub state: ErasureState,
    /// When it was scheduled.
    pub scheduled_at: Timestamp,
    /// From when on it may be carried out.
    pub erase_from: Timestamp,
    /// Digest of exactly what it destroys: what the second person approves.
    pub content_hash: ContentHash,
    /// The keys it lists.
    pub items: Vec<ErasureItemView>,
    /// The leaf that scheduled it.
    pub scheduled_leaf: i64,
    /// The leaf of its approval.
    pub approval_leaf: Option<i64>,
    /// The leaf that says what is about to be destroyed.
    pub intent_leaf: Option<i64>,
    /// The leaf that says what was.
    pub done_leaf: Option<i64>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

/// One key of a batch.
#[derive(Debug, Clone, Serialize)]
pub struct ErasureItemView {
    /// What it protects records about.
    #[serde(flatten)]
    pub object: Object,
    /// Retention class: 1 personal data, 2 decision evidence.
    pub class: u8,
    /// The retention class of the pack that is over.
    pub basis: String,
    /// When the clock started.
    pub anchor_at: Timestamp,
    /// When it ran out.
    pub due_at: Timestamp,
    /// What became of it.
    pub fate: ErasureFate,
    /// The leaf that says that it was destroyed.
    pub leaf: Option<i64>,
}

/// A key whose time is over.
#[derive(Debug, Clone, Serialize)]
pub struct DueView {
    /// What it protects records about.
    #[serde(flatten)]
    pub object: Object,
    /// Retention class: 1 personal data, 2 decision evidence.
    pub class: u8,
    /// The retention class of the pack that is over.
    pub basis: String,
    /// When the clock started.
    pub anchor_at: Timestamp,
    /// When it ran out.
    pub due_at: Timestamp,
    /// The holds that keep it; none means that it is scheduled, or will be in the next round.
    pub holds: BTreeSet<HoldId>,
    /// Whether it is in a batch that is not done: `scheduled`, else `waiting`.
    pub place: DuePlace,
}

/// Where a key stands whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DuePlace {
    /// Kept by a hold.
    Held,
    /// In a batch that is not done.
    Scheduled,
    /// Comes up in the next round.
    Next,
}

pub(super) fn due_view(tx: &mut dyn Tx, target: &Target, due: &Due) -> Result<DueView, RegisterError> {
    let holds = holds_on(tx, target)?;
    let scheduled = erasure::waits(tx, &target.subject, target.class.number())?;
    let place = match (holds.is_empty(), scheduled) {
        (false, _) => DuePlace::Held,
        (true, true) => DuePlace::Scheduled,
        (true, false) => DuePlace::Next,
    };
    Ok(DueView {
        object: target.object,
        class: target.class.number(),
        basis: due.basis.clone(),
        anchor_at: due.anchor_at,
        due_at: due.over_at,
        holds,
        place,
    })
}

pub(super) fn view(tx: &mut dyn Tx, row: ErasureRow) -> Result<ErasureView, RegisterError> {
    let items = erasure::items(tx, row.id)?;
    Ok(ErasureView {
        id: row.id,
        state: row.state,
        scheduled_at: row.scheduled_at,
        erase_from: row.erase_from,
        content_hash: ContentHash::from_bytes(row.content_hash),
        items: items.into_iter().map(item_view).collect(),
        scheduled_leaf: row.scheduled_leaf,
        approval_leaf: row.approval_leaf,
        intent_leaf: row.intent_leaf,
        done_leaf: row.done_leaf,
        done_at: row.done_at,
    })
}

fn item_view(item: ErasureItemRow) -> ErasureItemView {
    ErasureItemView {
        object: Object::from_parts(item.kind, item.object),
        class: item.class,
        basis: item.basis,
        anchor_at: item.anchor_at,
        due_at: item.due_at,
        fate: item.fate,
        leaf: item.leaf,
    }
}
