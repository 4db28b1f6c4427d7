//! Holds and erasures: what is due, what is scheduled, what is kept and why, what was erased.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Choice, Count, Digest, Link, Pager, When};
use super::shell::Shell;

/// `GET /console/retention`. Placing posts to `/console/holds`.
#[derive(Clone, Template)]
#[template(path = "console/retention.html")]
pub struct RetentionPage {
    /// Frame.
    pub shell: Shell,
    /// In force, due, scheduled.
    pub counts: Vec<Count>,
    /// Holds, newest first.
    pub holds: Vec<HoldRow>,
    /// Where the other holds are.
    pub hold_pages: Pager,
    /// The form for a new hold; `None` for who may not place one.
    pub place: Option<PlaceHold>,
    /// Batches, newest first.
    pub batches: Vec<BatchRow>,
    /// Where the other batches are.
    pub batch_pages: Pager,
    /// What is due and kept, or comes up in the next round.
    pub due: Vec<DueRow>,
}

/// One hold.
#[derive(Clone)]
pub struct HoldRow {
    /// Hold id.
    pub id: String,
    /// Why, in words.
    pub kind: String,
    /// In force, released, lapsed.
    pub state: Badge,
    /// `silent` or `open`, in words.
    pub silence: String,
    /// Who asked for it, with their reference.
    pub authority: String,
    /// What it names.
    pub objects: Vec<Link>,
    /// Keys it keeps.
    pub keys: String,
    /// When it ends by itself; `None` when it lasts until it is released.
    pub until: Option<When>,
    /// When somebody must look.
    pub review: When,
    /// What the viewer may do with it.
    pub act: HoldAct,
}

/// What the viewer may do with a hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum HoldAct {
    /// Read only.
    Nothing,
    /// Ask for its release.
    Release,
    /// Ask for its release, or renew it.
    RenewOrRelease,
}

/// What the form for a new hold offers.
#[derive(Clone)]
pub struct PlaceHold {
    /// Kinds.
    pub kinds: Vec<Choice>,
    /// `silent` or `open`.
    pub silences: Vec<Choice>,
}

/// One batch.
#[derive(Clone)]
pub struct BatchRow {
    /// Batch id.
    pub id: String,
    /// Where it stands.
    pub state: Badge,
    /// How many keys, and what became of them.
    pub keys: String,
    /// What it is about, the first of them.
    pub objects: Vec<Link>,
    /// How many more.
    pub more: usize,
    /// When it may be carried out.
    pub from: When,
    /// Digest of exactly what it destroys.
    pub content: Digest,
    /// Whether the viewer may ask for it.
    pub act: BatchAct,
}

/// What the viewer may do with a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BatchAct {
    /// Read only.
    Nothing,
    /// Ask for it to be carried out.
    Ask,
}

/// Something whose time is over.
#[derive(Clone)]
pub struct DueRow {
    /// What it is about.
    pub object: Link,
    /// Personal data or decision evidence.
    pub class: String,
    /// The retention class of the pack.
    pub basis: String,
    /// Since when.
    pub since: When,
    /// Held, scheduled, next round.
    pub place: Badge,
}

opaque_debug!(RetentionPage, HoldRow, PlaceHold, BatchRow, DueRow, HoldAct, BatchAct);
