//! What is answered.

use super::decision::{Decision, StatusFinding};
use super::intake::ShareRange;
use super::signals::SignalListsView;
use super::words::{
    AccountId, AccountRole, AccountState, ApplicationId, Capability, CaseId, CaseKind, CaseState, Control,
    DecisionId, EvidenceId, FactId, FactKind, GateWord, Instant, Outcome, PartyId, PartyKind, SnapshotId,
    Source, Status, Strength,
};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One page of a list.
#[derive(ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Cursor of the next page; absent at the end.
    #[schema(required = false, nullable = false)]
    pub next: Option<String>,
}

/// What became of an application.
#[derive(ToSchema)]
pub struct Applied {
    /// The application.
    pub application: ApplicationId,
    /// The account it asked for.
    pub account: AccountId,
    /// Your reference.
    pub reference: String,
    /// Where the account stands now.
    pub state: AccountState,
    /// The decision.
    pub decision_id: DecisionId,
    /// The decision, with reasons, what is missing and what would change it.
    pub decision: Decision,
    /// Identifiers given to the parties, by the keys of the request.
    pub parties: BTreeMap<String, PartyId>,
    /// Cases opened.
    pub cases: Vec<CaseId>,
    /// Index of the decision's leaf in the ledger.
    pub leaf: u64,
}

/// An application as it stands.
#[derive(ToSchema)]
pub struct ApplicationView {
    /// Identifier.
    pub id: ApplicationId,
    /// When it arrived.
    pub received_at: Instant,
    /// The account it asked for.
    pub account: AccountSummary,
    /// The decision in force.
    #[schema(required)]
    pub decision: Option<Decision>,
}

/// What the gate answers.
#[derive(ToSchema)]
pub struct GateAnswer {
    /// The account that was asked about, null when it is unknown.
    #[schema(required)]
    pub account: Option<AccountId>,
    /// What was asked.
    pub action: Capability,
    /// Yes, yes within the restricted allowance, or no.
    pub answer: GateWord,
    /// Rules behind anything but a plain yes; besides those of the pack, `account_unknown` and `gate_stale`.
    pub reasons: Vec<String>,
    /// How old the gate's knowledge is, milliseconds: since it followed the register, or since a measure is enforced that not all
    /// accounts were assessed under yet, whichever is longer.
    pub age_ms: i64,
}

/// An account in a list.
#[derive(ToSchema)]
pub struct AccountSummary {
    /// Identifier.
    pub id: AccountId,
    /// Your reference.
    pub reference: String,
    /// Where it stands.
    pub state: AccountState,
    /// The reseller account above it.
    #[schema(required)]
    pub reseller: Option<AccountId>,
    /// How many resellers stand above it.
    pub depth: i64,
    /// When it was asked for.
    pub created_at: Instant,
    /// When it was first opened.
    #[schema(required)]
    pub opened_at: Option<Instant>,
    /// When it ended.
    #[schema(required)]
    pub closed_at: Option<Instant>,
    /// Last access reported.
    #[schema(required)]
    pub last_access_at: Option<Instant>,
    /// Grows with every change; also in `ETag`.
    pub version: i64,
}

/// An account with what belongs to it.
#[derive(ToSchema)]
pub struct AccountView {
    /// Identifier.
    pub id: AccountId,
    /// Your reference.
    pub reference: String,
    /// Where it stands.
    pub state: AccountState,
    /// The reseller account above it.
    #[schema(required)]
    pub reseller: Option<AccountId>,
    /// How many resellers stand above it.
    pub depth: i64,
    /// When it was asked for.
    pub created_at: Instant,
    /// When it was first opened.
    #[schema(required)]
    pub opened_at: Option<Instant>,
    /// When it ended.
    #[schema(required)]
    pub closed_at: Option<Instant>,
    /// Last access reported.
    #[schema(required)]
    pub last_access_at: Option<Instant>,
    /// Grows with every change; also in `ETag`.
    pub version: i64,
    /// Whether it was refused, suspended or closed for cause.
    pub for_cause: bool,
    /// Who holds which role.
    pub roles: Vec<RoleView>,
    /// Who holds what among the parties and above them.
    pub interests: Vec<Interest>,
    /// What the gate says, per action.
    pub gate: BTreeMap<String, GateWord>,
    /// The decision in force.
    #[schema(required)]
    pub decision: Option<Decision>,
    /// All decisions, newest first.
    pub decisions: Vec<DecisionSummary>,
    /// Cases, oldest first; none for a key confined to a reseller.
    pub cases: Vec<CaseLine>,
    /// Links to other accounts.
    pub links: Vec<LinkSummary>,
    /// Resellers above, nearest first.
    pub chain: Vec<AccountSummary>,
    /// Accounts directly below, the first page of them.
    pub below: Vec<AccountSummary>,
}

/// A party in its roles on an account.
#[derive(ToSchema)]
pub struct RoleView {
    /// Who.
    pub party: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Its roles; none for a party that stands behind another.
    pub roles: Vec<AccountRole>,
    /// Its status as last determined.
    pub status: Status,
}

/// An interest of one party in another.
#[derive(ToSchema)]
pub struct Interest {
    /// The holder.
    pub owner: PartyId,
    /// What is held.
    pub owned: PartyId,
    /// The share.
    #[schema(required = false, nullable = false)]
    pub share: Option<ShareRange>,
    /// Kinds of control.
    #[schema(required = false)]
    pub control: Vec<Control>,
}

/// Evidence that two accounts are the same actor, in short.
#[derive(ToSchema)]
pub struct LinkSummary {
    /// The other account.
    pub other: AccountId,
    /// What the evidence amounts to.
    pub tier: String,
    /// How the other account stands.
    pub standing: String,
}

/// A decision in a list.
#[derive(ToSchema)]
pub struct DecisionSummary {
    /// Identifier.
    pub id: DecisionId,
    /// When.
    pub decided_at: Instant,
    /// How it ended.
    pub outcome: Outcome,
    /// What made the register decide.
    pub cause: String,
    /// Its leaf in the ledger.
    pub leaf: i64,
}

/// A decision with everything in it.
#[derive(ToSchema)]
pub struct DecisionView {
    /// Identifier.
    pub id: DecisionId,
    /// The account.
    pub account: AccountId,
    /// The application it answered, if any.
    #[schema(required)]
    pub application: Option<ApplicationId>,
    /// What made the register decide.
    pub cause: String,
    /// Its leaf in the ledger.
    pub leaf: i64,
    /// The decision.
    pub decision: Decision,
}

/// A case in the list of an account.
#[derive(ToSchema)]
pub struct CaseLine {
    /// Identifier.
    pub id: CaseId,
    /// Why it exists.
    pub kind: CaseKind,
    /// Where it stands.
    pub state: CaseState,
    /// About whom.
    #[schema(required)]
    pub party: Option<PartyId>,
    /// What it is about, in sentences of the pack.
    pub sentences: Vec<String>,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it is due.
    pub due_at: Instant,
}

/// One record about an account or one of its parties.
#[derive(ToSchema)]
pub struct TimelineEntry {
    /// Index of the leaf in the ledger.
    pub leaf: i64,
    /// When.
    pub at: Instant,
    /// Type of record.
    pub kind: i64,
    /// What happened.
    pub title: String,
    /// Pseudonym of who acted.
    pub actor: String,
    /// The party it is about; null for the account itself.
    #[schema(required)]
    pub party: Option<PartyId>,
}

/// A party without its values.
#[derive(ToSchema)]
pub struct PartyView {
    /// Identifier.
    pub id: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Status as last determined.
    pub status: Status,
    /// How the status came about.
    #[schema(required)]
    pub finding: Option<StatusFinding>,
    /// Grows with every change; also in `ETag`.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Instant,
    /// When it was last screened.
    pub screened_at: Instant,
    /// Whether that was against the lists now in force.
    pub screened_newest: bool,
    /// Its facts, superseded ones included, oldest first.
    pub facts: Vec<FactView>,
    /// Its checks, oldest first.
    pub checks: Vec<CheckView>,
    /// Its roles on accounts.
    pub accounts: Vec<PartyOnAccount>,
}

/// A fact without its value.
#[derive(ToSchema)]
pub struct FactView {
    /// Identifier.
    pub id: FactId,
    /// What kind.
    pub kind: FactKind,
    /// Where it comes from.
    pub source: Source,
    /// How well it is supported.
    pub strength: Strength,
    /// What supports it.
    #[schema(required)]
    pub evidence: Option<EvidenceId>,
    /// When it was said or observed.
    pub stated_at: Instant,
    /// When the register learned it.
    pub recorded_at: Instant,
    /// When a later fact took its place.
    #[schema(required)]
    pub superseded_at: Option<Instant>,
}

/// A check without its description.
#[derive(ToSchema)]
pub struct CheckView {
    /// Identifier.
    pub id: EvidenceId,
    /// How.
    pub method: String,
    /// What came of it.
    pub result: String,
    /// When it was made.
    pub checked_at: Instant,
}

/// A role of a party on an account.
#[derive(ToSchema)]
pub struct PartyOnAccount {
    /// The account.
    pub account: AccountId,
    /// Its reference.
    pub reference: String,
    /// The role.
    pub role: AccountRole,
}

/// What adding facts led to.
#[derive(ToSchema)]
pub struct FactsAdded {
    /// Identifiers of the new facts, in the order sent.
    pub facts: Vec<FactId>,
    /// The accounts that were assessed again, as they stand now.
    pub accounts: Vec<AccountStanding>,
}

/// What a change of roles led to.
#[derive(ToSchema)]
pub struct RolesChanged {
    /// Identifiers given to the parties that came, by the keys of the request.
    pub parties: BTreeMap<String, PartyId>,
    /// The account after it was assessed again.
    pub account: AccountSummary,
    /// The new decision; nothing when everything came out as before.
    pub decision: Option<DecisionId>,
    /// Cases opened.
    pub cases: Vec<CaseId>,
}

/// An account and where it stands.
#[derive(ToSchema)]
pub struct AccountStanding {
    /// The account.
    pub account: AccountId,
    /// Where it stands.
    pub state: AccountState,
}

/// Where a record went.
#[derive(ToSchema)]
pub struct Recorded {
    /// Index of the leaf in the ledger.
    pub leaf: u64,
}

/// An appeal that was received.
#[derive(ToSchema)]
pub struct AppealReceived {
    /// The case that carries the work.
    pub case: CaseId,
    /// When it is to be decided.
    pub due_at: Instant,
}

/// Where a batch was recorded.
#[derive(ToSchema)]
pub struct RecordedBatch {
    /// Index of the leaf in the ledger that commits to all of them.
    pub leaf: u64,
    /// Accesses in it.
    #[schema(minimum = 1, maximum = 4096)]
    pub events: u16,
}

/// The lists, and whether everybody was screened against them.
#[derive(ToSchema)]
pub struct ListsView {
    /// Versions in force.
    pub in_force: Vec<SnapshotView>,
    /// All versions, newest first.
    pub history: Vec<SnapshotView>,
    /// Name of the matching algorithm.
    pub algorithm: String,
    /// Active parties: on an account that is not closed, or behind one.
    pub parties: i64,
    /// Active parties last screened against an older set of lists; 0 proves that nobody was missed.
    pub parties_behind: i64,
    /// Days a list may go unconfirmed before whoever is screened against it is reviewed.
    #[schema(required)]
    pub age_days_max: Option<u32>,
    /// Lists that are missing or too old, in words. As long as there is one, nobody new passes.
    pub troubles: Vec<String>,
    /// The last pass that went over everybody and ended.
    #[schema(required)]
    pub last_pass: Option<LastPass>,
    /// Signal lists: networks that hide their user, throw-away e-mail services. Looked up, not screened against.
    pub signal_lists: SignalListsView,
    /// Files this process refused to import since it started; the versions in force stayed.
    pub refused: Vec<RefusedList>,
}

/// A file that was refused.
#[derive(ToSchema)]
pub struct RefusedList {
    /// Code of the list, or the name of a file that could not be read.
    pub list: String,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// A pass over everybody.
#[derive(ToSchema)]
pub struct LastPass {
    /// When it ended.
    pub ended_at: Instant,
    /// What it did.
    pub pass: Pass,
}

/// What a pass did.
#[derive(ToSchema)]
pub struct Pass {
    /// Accounts looked at.
    pub accounts: u64,
    /// Accounts with a new decision.
    pub changed: u64,
    /// Cases opened.
    pub cases: u64,
    /// Accounts whose parties met every entry of every list.
    pub met_everything: u64,
    /// Accounts whose parties met only what had changed in the lists.
    pub met_changes: u64,
    /// Entries that had changed.
    pub changed_entries: u64,
}

/// A version of a list.
#[derive(ToSchema)]
pub struct SnapshotView {
    /// Identifier.
    pub id: SnapshotId,
    /// What it says of itself.
    pub header: SnapshotHeader,
    /// When it came into force here.
    pub imported_at: Instant,
    /// When a newer one took its place.
    #[schema(required)]
    pub superseded_at: Option<Instant>,
    /// When it was last imported and found to be this version: a list is as old as this.
    pub confirmed_at: Instant,
}

/// What a version of a list says of itself.
#[derive(ToSchema)]
pub struct SnapshotHeader {
    /// Short code of the list.
    pub list: String,
    /// Title.
    pub title: String,
    /// Date the publisher gives it.
    #[schema(required)]
    pub published_on: Option<super::words::Day>,
    /// Number of entries.
    pub entities: u64,
    /// SHA-256 over the packed entries.
    pub digest: String,
}

/// What importing a list did.
#[derive(ToSchema)]
pub struct Imported {
    /// The snapshot now in force.
    pub snapshot: SnapshotId,
    /// What it says of itself.
    pub header: SnapshotHeader,
    /// Entries added against the version before.
    pub added: u64,
    /// Entries removed.
    pub removed: u64,
    /// Entries changed.
    pub changed: u64,
    /// Records of the file that were doubtful or set aside.
    pub notices: Vec<String>,
    /// This very version was in force already: it is confirmed, and nobody is screened again.
    pub unchanged: bool,
}
