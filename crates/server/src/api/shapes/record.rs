//! The record and the messages about it: ledger, evidence, replay, webhooks, measures.

use super::words::{
    AccountId, CaseId, DecisionId, DeliveryId, DocumentType, EndpointId, EventId, EventType, Hex32, Instant,
    Keeping, MeasureId, MeasureState, OrderId, OrderKind, Phase, ResellerReach,
};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Where the ledger stands.
#[derive(ToSchema)]
pub struct LedgerState {
    /// Name of the ledger, the first line of its checkpoints.
    pub origin: String,
    /// Public key of its checkpoints, C2SP verifier key.
    pub verifier_key: String,
    /// What people compare to be sure of the key.
    pub fingerprint: String,
    /// Number of leaves written.
    pub size: u64,
    /// Newest signed checkpoint.
    #[schema(required)]
    pub checkpoint: Option<SignedCheckpoint>,
    /// Leaves not yet covered by it.
    pub unsigned: u64,
    /// What was found wrong; null when all is well.
    #[schema(required)]
    pub trouble: Option<String>,
    /// The other key that signs checkpoints, ML-DSA-44, C2SP verifier key.
    #[schema(required)]
    pub quantum_key: Option<String>,
    /// Where it stands with its witnesses; null when nobody is asked to witness.
    #[schema(required)]
    pub witnesses: Option<WitnessState>,
}

/// Where the ledger stands with its witnesses.
#[derive(ToSchema)]
pub struct WitnessState {
    /// Leaves of the checkpoint this is about.
    pub size: u64,
    /// Whether enough witnesses cosigned it.
    pub quorum: bool,
    /// When a checkpoint last had its quorum; null if none had since this process started.
    #[schema(required)]
    pub met_at: Option<Instant>,
    /// Whether the quorum has been missed for longer than the configured time.
    pub alarm: bool,
    /// What witnesses say against this ledger without proof, and too few of them to stop it; null when none does.
    #[schema(required)]
    pub contested: Option<String>,
    /// Each witness with how it stands.
    pub witnesses: Vec<WitnessLine>,
}

/// One witness.
#[derive(ToSchema)]
pub struct WitnessLine {
    /// Name in the policy.
    pub name: String,
    /// `cosigned`, or what stands in the way.
    pub standing: String,
}

/// What was signed.
#[derive(ToSchema)]
pub struct SignedCheckpoint {
    /// Number of leaves it covers.
    pub size: u64,
    /// Root hash over them.
    pub root: Hex32,
    /// When it was signed.
    pub signed_at: Instant,
    /// The signed note, C2SP `tlog-checkpoint`.
    pub note: String,
}

/// One line of the record.
#[derive(ToSchema)]
pub struct RecordLine {
    /// Index of the leaf.
    pub index: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Number of its type.
    pub kind: u16,
    /// What happened.
    pub title: String,
    /// Pseudonym of who acted.
    pub actor: String,
    /// Pseudonym of whom it is about.
    pub subject: String,
}

/// A leaf, decoded. Its body stays sealed.
#[derive(ToSchema)]
pub struct LeafView {
    /// Index of the leaf.
    pub index: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Number of its type.
    pub kind: u16,
    /// What happened.
    pub title: String,
    /// Pseudonym of who acted.
    pub actor: String,
    /// Pseudonym of whom it is about.
    pub subject: String,
    /// Leaf hash.
    pub hash: Hex32,
    /// Version of the field list.
    pub schema: u16,
    /// Which component produced it.
    pub producer: String,
    /// Position in the chain of its subject, from 1.
    pub subject_seq: u64,
    /// Hash of the subject's leaf before it.
    pub prev_subject_leaf: Hex32,
    /// Retention class.
    pub retention: u8,
    /// Hash of the policy pack in force.
    pub rule_version: Hex32,
    /// Leaves that approved it.
    pub approvals: Vec<u64>,
    /// Leaves that caused it.
    pub causes: Vec<u64>,
    /// Commitment to the body.
    pub commitment: Hex32,
}

/// Proof that a leaf is in a tree (RFC 6962, 2.1.1).
#[derive(ToSchema)]
pub struct InclusionProof {
    /// Index of the leaf.
    pub index: u64,
    /// Leaves in the tree.
    pub size: u64,
    /// Hash of the leaf.
    pub leaf: Hex32,
    /// Root of the tree.
    pub root: Hex32,
    /// Sibling hashes from the leaf upwards.
    pub path: Vec<Hex32>,
}

/// Proof that one tree is the beginning of another (RFC 6962, 2.1.2).
#[derive(ToSchema)]
pub struct ConsistencyProof {
    /// Leaves in the older tree.
    pub old: u64,
    /// Its root.
    pub old_root: Hex32,
    /// Leaves in the newer tree.
    pub new: u64,
    /// Its root.
    pub new_root: Hex32,
    /// The hashes of the proof.
    pub path: Vec<Hex32>,
}

/// Proof that a record is in the ledger, for whoever submitted it; checked by `tenantry verify`.
#[derive(ToSchema)]
pub struct RecordReceipt {
    /// `tenantry/record-receipt@v1`, or of a package `tenantry/receipt@v1`.
    pub format: String,
    /// The keys of the ledger and its witnesses, C2SP `tlog-policy`; not of a package, which has them itself.
    #[schema(required = false)]
    pub policy: Option<String>,
    /// The leaf, base64.
    pub leaf: String,
    /// Its inclusion proof under a signed checkpoint, C2SP `tlog-proof`.
    pub proof: String,
    /// Of a batch or package, what its record shows.
    #[schema(required = false, value_type = Object)]
    pub record: Option<()>,
    /// Of a batch or package, what proves that.
    #[schema(required = false)]
    pub opening: Option<String>,
    /// Of a batch, the event and its proof within the batch.
    #[schema(required = false)]
    pub events: Option<String>,
    /// Of a package, the proof that the ledger continues the tree its proofs lead to, base64.
    #[schema(required = false)]
    pub continues: Option<Vec<String>>,
}

/// What an evidence package is for.
#[derive(ToSchema)]
pub struct NewEvidence {
    /// Reference of the request, one line that names no person; part of the package and of its record.
    #[schema(min_length = 1, max_length = 200)]
    pub purpose: String,
    /// Public key of the recipient, `age1…`: the package is answered encrypted to it.
    #[schema(required = false, max_length = 200)]
    pub recipient: Option<String>,
}

/// What came of making a decision again.
#[derive(ToSchema)]
pub struct Replay {
    /// The decision.
    pub decision: DecisionId,
    /// Whether the same bytes came out.
    pub same: bool,
    /// SHA-256 of the recorded bytes.
    pub recorded_digest: Hex32,
    /// SHA-256 of the bytes that came out now.
    pub recomputed_digest: Hex32,
    /// Where the two differ, as JSON pointers into the decision.
    pub differences: Vec<String>,
}

/// An endpoint to deliver events to.
#[derive(ToSchema)]
pub struct NewEndpoint {
    /// Where to deliver: `https`, a public address.
    #[schema(max_length = 2048)]
    pub url: String,
    /// Types it wants; none means all.
    #[schema(required = false, max_items = 50)]
    pub types: Vec<String>,
}

/// An endpoint just made.
#[derive(ToSchema)]
pub struct EndpointMade {
    /// Identifier.
    pub id: EndpointId,
    /// The signing secret of Standard Webhooks 1.0; shown this once.
    pub secret: String,
}

/// An endpoint.
#[derive(ToSchema)]
pub struct EndpointView {
    /// Identifier.
    pub id: EndpointId,
    /// Where to deliver.
    pub url: String,
    /// Types it wants; empty means all.
    pub types: Vec<String>,
    /// When it was added.
    pub created_at: Instant,
    /// When it was switched off.
    #[schema(required)]
    pub disabled_at: Option<Instant>,
}

/// A delivery.
#[derive(ToSchema)]
pub struct DeliveryView {
    /// Identifier.
    pub id: DeliveryId,
    /// Where to.
    pub endpoint: EndpointId,
    /// What.
    pub event: EventId,
    /// What the event is about.
    pub subject: String,
    /// `pending`, `delivered` or `dead`.
    pub state: String,
    /// Attempts so far.
    pub attempts: u32,
    /// When the next attempt is due, while it is pending.
    pub next_at: Instant,
    /// HTTP status of the last attempt.
    #[schema(required)]
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    #[schema(required)]
    pub last_error: Option<String>,
    /// When it was delivered or given up.
    #[schema(required)]
    pub settled_at: Option<Instant>,
}

/// A measure, without the names of persons.
#[derive(ToSchema)]
pub struct MeasureView {
    /// Identifier.
    pub id: MeasureId,
    /// Where it stands on its way through two persons.
    pub state: MeasureState,
    /// Where it stands in time.
    pub phase: Phase,
    /// Title.
    pub title: String,
    /// Whom it is about: `kind` is `jurisdiction` with `jurisdictions`, or `person` with counts.
    #[schema(value_type = Object)]
    pub target: Value,
    /// What it does.
    #[schema(value_type = Object)]
    pub effect: Value,
    /// Whether accounts below resellers are reached.
    pub reach: ResellerReach,
    /// Authority and citation.
    pub citation: String,
    /// Date of the determination.
    pub determined_on: super::words::Day,
    /// From when it is enforced.
    pub effective_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
    /// How its end was put off, oldest first: `instead_of`, `until`, `notice`, `noticed_on`, `approved_at`.
    #[schema(value_type = Vec<Object>)]
    pub extensions: Vec<Value>,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Instant,
    /// When existing accounts were assessed under it.
    #[schema(required)]
    pub applied_at: Option<Instant>,
    /// When existing accounts were assessed after its end.
    #[schema(required)]
    pub ended_at: Option<Instant>,
    /// Keyed digest of its exact text.
    pub content_hash: Hex32,
    /// The request for a second person that waits, if one does.
    #[schema(required)]
    pub approval: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

/// One page of the feed.
#[derive(ToSchema)]
pub struct EventPage {
    /// The events, oldest first.
    pub items: Vec<Event>,
    /// The cursor from which to go on, now or later; `null` while nothing has happened yet.
    #[schema(required)]
    pub next: Option<String>,
    /// Whether there are more already.
    pub more: bool,
}

/// An event: CloudEvents 1.0. It names what happened and to what; the rest is read with one's own rights.
#[derive(ToSchema)]
pub struct Event {
    /// Always `1.0`.
    pub specversion: String,
    /// Identifier; the same in the feed and in every delivery.
    pub id: EventId,
    /// Which deployment says so.
    pub source: String,
    /// What happened.
    pub r#type: EventType,
    /// What it happened to.
    pub subject: String,
    /// When.
    pub time: Instant,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Identifiers and codes by name.
    pub data: BTreeMap<String, String>,
}

/// An order as entered.
#[derive(ToSchema)]
pub struct NewOrder {
    /// What kind of legal process.
    pub kind: OrderKind,
    /// Who issued it: an office, not a person. One line of at most 200 characters.
    #[schema(max_length = 200)]
    pub authority: String,
    /// The authority's own reference, one line.
    #[schema(max_length = 200)]
    pub reference: String,
    /// When it arrived; now when absent, at most a year back.
    pub received_at: Option<Instant>,
    /// When it must be answered; needed for kinds without a clock of their own.
    pub due_at: Option<Instant>,
    /// The accounts it names, each by identifier or by your reference; at most 500.
    #[schema(required = false, max_items = 500)]
    pub accounts: Vec<String>,
    /// What it demands, in words. Sealed.
    #[schema(required = false, max_length = 20_000)]
    pub words: String,
    /// The document as received.
    pub document: Option<NewDocument>,
}

/// The document an order arrived as: its `content`, or `sha256` and `size_bytes` of one that may not be kept.
#[derive(ToSchema)]
pub struct NewDocument {
    /// What it is; it is not guessed.
    pub media_type: DocumentType,
    /// The document in base64, at most 8 MiB before encoding. Sealed, and erased with the order.
    #[schema(content_encoding = "base64", max_length = 11_184_812)]
    pub content: Option<String>,
    /// SHA-256 of a document that may not be kept.
    pub sha256: Option<Hex32>,
    /// Size of a document that may not be kept, in bytes.
    #[schema(minimum = 1)]
    pub size_bytes: Option<u64>,
}

/// What the record of an order states of its document.
#[derive(ToSchema)]
pub struct DocumentView {
    /// What it is.
    pub media_type: DocumentType,
    /// Its size, in bytes.
    pub size_bytes: u64,
    /// Its SHA-256.
    pub sha256: Hex32,
    /// Whether it is kept here.
    pub keeping: Keeping,
}

/// An order, without what it says.
#[derive(ToSchema)]
pub struct OrderView {
    /// Identifier.
    pub id: OrderId,
    /// What kind.
    pub kind: OrderKind,
    /// Who issued it.
    pub authority: String,
    /// The authority's own reference.
    pub reference: String,
    /// When it arrived.
    pub received_at: Instant,
    /// When it must be answered, or how long records are held.
    pub due_at: Instant,
    /// The case that carries the work.
    pub case: CaseId,
    /// The accounts it names.
    pub accounts: Vec<AccountId>,
    /// The document it arrived as, where one was recorded.
    pub document: Option<DocumentView>,
}
