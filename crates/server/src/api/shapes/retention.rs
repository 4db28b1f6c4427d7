//! Holds and erasures.

use super::words::{
    DuePlace, ErasureFate, ErasureId, ErasureObject, ErasureState, Hex32, HoldId, HoldKind, HoldState,
    Instant, OrderId, PartyId, Silence, StaffId,
};
use utoipa::ToSchema;

/// A hold as entered.
#[derive(ToSchema)]
pub struct NewHold {
    /// Why.
    pub kind: HoldKind,
    /// Whether the person concerned may learn of it.
    pub silence: Silence,
    /// Who asks for it: an office, not a person; one line of 1 to 200 characters.
    pub authority: String,
    /// Their reference; one line of 1 to 200 characters.
    pub reference: String,
    /// What it is about, in words, at most 20,000 characters. Sealed.
    pub matter: Option<String>,
    /// Accounts, each by identifier or by your own reference. With `parties` at most 500.
    pub accounts: Option<Vec<String>>,
    /// Parties.
    pub parties: Option<Vec<PartyId>>,
    /// Only records from this instant on.
    pub records_from: Option<Instant>,
    /// Only records before this instant.
    pub records_until: Option<Instant>,
    /// Only records of these types, by the numbers their leaves carry; absent or empty means all.
    pub record_types: Option<Vec<u16>>,
    /// Who answers for it; the one who places it unless said otherwise.
    pub owner: Option<StaffId>,
    /// When somebody must look whether it is still needed: at most a year ahead.
    pub review_at: Option<Instant>,
}

/// A hold.
#[derive(ToSchema)]
pub struct HoldView {
    /// Identifier.
    pub id: HoldId,
    /// Why.
    pub kind: HoldKind,
    /// Where it stands.
    pub state: HoldState,
    /// Whether the person concerned may learn of it.
    pub silence: Silence,
    /// Who asked for it.
    pub authority: String,
    /// Their reference.
    pub reference: String,
    /// Who answers for it.
    pub owner: String,
    /// The order it carries out.
    #[schema(required)]
    pub order: Option<OrderId>,
    /// What it names.
    pub objects: Vec<Object>,
    /// Only records from this instant on.
    #[schema(required)]
    pub records_from: Option<Instant>,
    /// Only records before this instant.
    #[schema(required)]
    pub records_until: Option<Instant>,
    /// Only records of these types; empty means all.
    pub record_types: Vec<u16>,
    /// How many keys it keeps.
    pub keys: i64,
    /// When it was placed.
    pub placed_at: Instant,
    /// When it ends by itself; null when it lasts until it is released.
    #[schema(required)]
    pub expires_at: Option<Instant>,
    /// When it was renewed.
    #[schema(required)]
    pub renewed_at: Option<Instant>,
    /// When somebody must look whether it is still needed.
    pub review_at: Instant,
    /// When it ended.
    #[schema(required)]
    pub ended_at: Option<Instant>,
    /// The leaf that says what it covered when it was placed.
    pub leaf: i64,
    /// Grows with every change.
    pub version: i64,
}

/// What a key protects records about: an account, a party, or something with a pseudonym of its own.
#[derive(ToSchema)]
pub struct Object {
    /// Which kind.
    pub kind: ErasureObject,
    /// Its identifier.
    pub id: String,
}

/// A batch of what is to be erased.
#[derive(ToSchema)]
pub struct ErasureView {
    /// Identifier.
    pub id: ErasureId,
    /// Where it stands.
    pub state: ErasureState,
    /// When it was scheduled.
    pub scheduled_at: Instant,
    /// From when on it may be carried out.
    pub erase_from: Instant,
    /// Digest of exactly what it destroys: what the second person approves.
    pub content_hash: Hex32,
    /// The keys it lists.
    pub items: Vec<ErasureItemView>,
    /// The leaf that scheduled it.
    pub scheduled_leaf: i64,
    /// The leaf of its approval.
    #[schema(required)]
    pub approval_leaf: Option<i64>,
    /// The leaf that says what is about to be destroyed.
    #[schema(required)]
    pub intent_leaf: Option<i64>,
    /// The leaf that says what was.
    #[schema(required)]
    pub done_leaf: Option<i64>,
    /// When it was done.
    #[schema(required)]
    pub done_at: Option<Instant>,
}

/// One key of a batch.
#[derive(ToSchema)]
pub struct ErasureItemView {
    /// What it protects records about.
    pub kind: ErasureObject,
    /// Identifier of that.
    pub id: String,
    /// Retention class: 1 personal data, 2 decision evidence.
    pub class: u8,
    /// The retention class of the pack that is over.
    pub basis: String,
    /// When the clock started.
    pub anchor_at: Instant,
    /// When it ran out.
    pub due_at: Instant,
    /// What became of it.
    pub fate: ErasureFate,
    /// The leaf that says that it was destroyed.
    #[schema(required)]
    pub leaf: Option<i64>,
}

/// A key whose time is over.
#[derive(ToSchema)]
pub struct DueView {
    /// What it protects records about.
    pub kind: ErasureObject,
    /// Identifier of that.
    pub id: String,
    /// Retention class: 1 personal data, 2 decision evidence.
    pub class: u8,
    /// The retention class of the pack that is over.
    pub basis: String,
    /// When the clock started.
    pub anchor_at: Instant,
    /// When it ran out.
    pub due_at: Instant,
    /// The holds that keep it.
    pub holds: Vec<HoldId>,
    /// Where it stands.
    pub place: DuePlace,
}
