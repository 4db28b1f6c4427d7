//! A decision with everything in it. It holds no personal data.

use super::intake::ShareRange;
use super::words::{
    AccountId, AccountRole, AddressUse, Capability, CaseKind, Certainty, Duty, Effect, FactId, FactKind,
    Hex32, Instant, MeasureId, Outcome, PartyId, PartyKind, PointsTo, Priority, ProgrammeScope, ReachEffect,
    RuleCode, Stage, Status, Strength, Timing, Weight,
};
use serde_json::Value;
use utoipa::ToSchema;

/// What follows, why, under which rule, and what would change it.
#[derive(ToSchema)]
pub struct Decision {
    /// Version of the engine.
    pub engine: String,
    /// The policy pack.
    pub pack: PackReference,
    /// The account.
    pub account: AccountId,
    /// The instant it was made for.
    pub decided_for: Instant,
    /// How it ends.
    pub outcome: Outcome,
    /// Whether the programme applies.
    pub scope: ProgrammeScope,
    /// Why, strongest first.
    pub reasons: Vec<DecisionReason>,
    /// What is missing.
    pub missing: Vec<MissingItem>,
    /// What would change the outcome.
    pub would_change: Vec<WouldChange>,
    /// What the account may not do.
    pub withheld: Vec<Capability>,
    /// What an account that was opened before may not do while it is reviewed, because it is used on provisional terms.
    #[schema(required = false)]
    pub withheld_meanwhile: Vec<Capability>,
    /// Work for people.
    pub cases: Vec<CaseDraft>,
    /// What was found about each party.
    pub parties: Vec<PartyFinding>,
    /// What was found about the owners of each organisation that is a customer.
    pub ownership: Vec<OwnershipOf>,
    /// Measures that reach the account, will or may.
    pub reaches: Vec<Reach>,
    /// Next instant at which a measure starts or ends to bite or a clock runs out.
    #[schema(required)]
    pub next_change_at: Option<Instant>,
}

/// Which pack, to the byte.
#[derive(ToSchema)]
pub struct PackReference {
    /// Identifier.
    pub id: String,
    /// Version.
    pub version: String,
    /// SHA-256 of its text.
    pub hash: Hex32,
}

/// One reason.
#[derive(ToSchema)]
pub struct DecisionReason {
    /// What follows from it.
    pub effect: Effect,
    /// The rule that fired.
    pub rule: RuleCode,
    /// Requirement id.
    pub requirement: String,
    /// Citation of the pack or of the measure.
    pub citation: String,
    /// What it means.
    pub text: String,
    /// Particulars, without personal data.
    #[schema(required = false)]
    pub detail: String,
    /// About whom.
    #[schema(required = false, nullable = false)]
    pub party: Option<PartyId>,
    /// Under which measure.
    #[schema(required = false, nullable = false)]
    pub measure: Option<MeasureId>,
    /// Facts it rests on.
    #[schema(required = false)]
    pub facts: Vec<FactId>,
}

/// Something that must be there and is not.
#[derive(ToSchema)]
pub struct MissingItem {
    /// From whom.
    pub party: PartyId,
    /// Any one of these.
    pub any_of: Vec<FactKind>,
    /// For addresses, the uses that count.
    #[schema(required = false)]
    pub address_uses: Vec<AddressUse>,
    /// How well supported.
    pub strength: Strength,
    /// At which stage.
    pub stage: Stage,
    /// Requirement id.
    pub requirement: String,
    /// Why it is asked.
    pub why: String,
}

/// What would change the outcome.
#[derive(ToSchema)]
pub struct WouldChange {
    /// The rule that would no longer fire.
    pub rule: RuleCode,
    /// About whom.
    #[schema(required = false, nullable = false)]
    pub party: Option<PartyId>,
    /// What it takes.
    pub text: String,
}

/// A case that is opened.
#[derive(ToSchema)]
pub struct CaseDraft {
    /// What kind.
    pub kind: CaseKind,
    /// About whom.
    #[schema(required = false, nullable = false)]
    pub party: Option<PartyId>,
    /// How soon.
    pub priority: Priority,
    /// The rules behind it.
    pub rules: Vec<RuleCode>,
    /// Calendar days it may wait.
    pub due_days: u32,
    /// Requirement ids behind it.
    pub requirements: Vec<String>,
}

/// What was found about one party.
#[derive(ToSchema)]
pub struct PartyFinding {
    /// Who.
    pub party: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Its roles.
    pub roles: Vec<AccountRole>,
    /// What is asked of it.
    pub duty: Duty,
    /// Its status, with bases.
    pub status: StatusFinding,
}

/// A status and what speaks for it.
#[derive(ToSchema)]
pub struct StatusFinding {
    /// The status.
    pub status: Status,
    /// What speaks for it and against it.
    pub bases: Vec<Basis>,
    /// What contradicts what, unresolved.
    pub contradictions: Vec<Contradiction>,
    /// What would settle an undetermined status.
    pub missing: Vec<MissingFact>,
}

/// One indication of status.
#[derive(ToSchema)]
pub struct Basis {
    /// What was found.
    pub code: String,
    /// Which way it points.
    pub points_to: PointsTo,
    /// How much it weighs.
    pub weight: Weight,
    /// Facts it rests on.
    pub facts: Vec<FactId>,
}

/// Facts that cannot all be true.
#[derive(ToSchema)]
pub struct Contradiction {
    /// What contradicts what.
    pub code: String,
    /// The facts.
    pub facts: Vec<FactId>,
}

/// A fact that would settle a status.
#[derive(ToSchema)]
pub struct MissingFact {
    /// Its kind.
    pub kind: FactKind,
    /// How well it must be supported.
    pub strength: Strength,
}

/// The owners of one organisation.
#[derive(ToSchema)]
pub struct OwnershipOf {
    /// Which organisation.
    pub party: PartyId,
    /// What was found.
    pub finding: OwnershipFinding,
}

/// Who owns and controls, and what is not known.
#[derive(ToSchema)]
pub struct OwnershipFinding {
    /// Every individual found above the customer.
    pub owners: Vec<Owner>,
    /// Share for which nobody is named.
    pub unexplained: ShareRange,
    /// What could not be followed to its end.
    pub gaps: Vec<OwnershipGap>,
    /// Where two ways to compute fall on different sides of the threshold.
    #[schema(value_type = Vec<Value>)]
    pub disagreements: Vec<Value>,
}

/// Something that could not be followed.
#[derive(ToSchema)]
pub struct OwnershipGap {
    /// About whom.
    pub party: PartyId,
    /// What.
    pub code: String,
}

/// One individual above the customer.
#[derive(ToSchema)]
pub struct Owner {
    /// Who.
    pub party: PartyId,
    /// Effective equity.
    pub equity: ShareRange,
    /// What the person and the entities it controls hold directly.
    pub attributed: ShareRange,
    /// Whether the person is a beneficial owner.
    #[schema(value_type = String)]
    pub reached: String,
    /// By which prongs.
    pub prongs: Vec<String>,
    /// Kinds of control.
    pub control: Vec<super::words::Control>,
    /// How the person is tied to the customer.
    pub paths: Vec<OwnershipPath>,
}

/// A chain of interests, owner first.
#[derive(ToSchema)]
pub struct OwnershipPath {
    /// Owner first, customer last.
    pub parties: Vec<PartyId>,
}

/// How a measure reaches the account.
#[derive(ToSchema)]
pub struct Reach {
    /// The measure.
    pub measure: MeasureId,
    /// Whether the facts settle it.
    pub certainty: Certainty,
    /// Whether it bites now.
    pub timing: Timing,
    /// Through whom: `via` says in which way, with the party and its role or the account above.
    #[schema(value_type = Object)]
    pub via: Value,
    /// Why.
    pub why: String,
    /// Facts it rests on.
    pub facts: Vec<FactId>,
    /// What it withholds.
    pub withheld: Vec<Capability>,
    /// Whether it prohibits or sets conditions.
    pub effect: ReachEffect,
    /// When it starts to bite.
    pub effective_at: Instant,
    /// When it ends unless extended.
    pub expires_at: Instant,
}
