//! What is sent.

use super::facts::FactValue;
use super::words::{
    AccessKind, AccountId, AccountRole, AppealGround, CheckMethod, CheckResult, Control, FactId, Instant,
    PartyId, PartyKind, Share, Source,
};
use utoipa::ToSchema;

/// A request to open an account.
#[derive(ToSchema)]
pub struct NewApplication {
    /// Your own reference for the account; unique among yours, no personal data.
    #[schema(min_length = 1, max_length = 120, pattern = "^[A-Za-z0-9_.:/-]+$")]
    pub reference: String,
    /// The reseller account under which the account is opened.
    #[schema(required = false, nullable = false)]
    pub reseller: Option<AccountId>,
    /// Who is involved; exactly one has the role `customer`.
    #[schema(min_items = 1, max_items = 200)]
    pub parties: Vec<NewParty>,
    /// Who holds what in whom.
    #[schema(required = false, max_items = 1000)]
    pub interests: Vec<NewInterest>,
}

/// A party of the application.
#[derive(ToSchema)]
pub struct NewParty {
    /// Name of the party within this request.
    pub key: String,
    /// Individual or organisation.
    pub kind: PartyKind,
    /// Roles on the account; none for a link in a chain of ownership.
    #[schema(required = false)]
    pub roles: Vec<AccountRole>,
    /// What is said of it.
    #[schema(max_items = 200)]
    pub facts: Vec<NewFact>,
    /// What was checked.
    #[schema(required = false, max_items = 50)]
    pub checks: Vec<NewCheck>,
}

/// One fact.
#[derive(ToSchema)]
pub struct NewFact {
    /// The statement.
    pub fact: FactValue,
    /// Where it comes from; `declared` when absent. `reviewer` is for staff, and a key of a reseller gives `declared` or `reseller` only.
    #[schema(required = false)]
    pub source: Source,
    /// Key of the check that supports it.
    #[schema(required = false)]
    pub check: Option<String>,
    /// When it was said or observed; now when absent.
    #[schema(required = false)]
    pub stated_at: Option<Instant>,
}

/// One check: what was examined, how, and what came of it.
#[derive(ToSchema)]
pub struct NewCheck {
    /// Name of the check within this party.
    pub key: String,
    /// How.
    pub method: CheckMethod,
    /// What came of it.
    pub result: CheckResult,
    /// When it was made.
    pub checked_at: Instant,
    /// What was examined and by whom, in words; a description, not a copy.
    #[schema(min_length = 1, max_length = 400)]
    pub description: String,
}

/// An interest of one party in another.
#[derive(ToSchema)]
pub struct NewInterest {
    /// Key of the holder.
    pub owner: String,
    /// Key of what is held.
    pub owned: String,
    /// The share, as bounds; equal when it is exact.
    #[schema(required = false)]
    pub share: Option<ShareRange>,
    /// Kinds of control.
    #[schema(required = false)]
    pub control: Vec<Control>,
}

/// A share between two bounds.
#[derive(ToSchema)]
pub struct ShareRange {
    /// At least.
    pub min: Share,
    /// At most.
    pub max: Share,
}

/// Facts and checks to add to a party.
#[derive(ToSchema)]
pub struct NewStatements {
    /// What is said.
    #[schema(required = false, max_items = 200)]
    pub facts: Vec<NewFact>,
    /// What was checked.
    #[schema(required = false, max_items = 50)]
    pub checks: Vec<NewCheck>,
    /// Facts in force that these take the place of.
    #[schema(required = false)]
    pub supersedes: Vec<FactId>,
}

/// Changes of who stands where on an account.
#[derive(ToSchema)]
pub struct RolesChange {
    /// Who comes to the account, with roles.
    #[schema(required = false, max_items = 200)]
    pub parties: Vec<NewParty>,
    /// Roles that parties on the account take up.
    #[schema(required = false)]
    pub begin: Vec<RoleOf>,
    /// Roles that end.
    #[schema(required = false)]
    pub end: Vec<RoleOf>,
    /// Who holds what in whom from now on; parties on the account by identifier, new ones by key.
    #[schema(required = false, max_items = 1000)]
    pub interests: Vec<NewInterest>,
    /// Interests that end.
    #[schema(required = false)]
    pub end_interests: Vec<InterestOf>,
}

/// A role of a party on the account.
#[derive(ToSchema)]
pub struct RoleOf {
    /// Who.
    pub party: PartyId,
    /// Which role; the customer's does not change.
    pub role: AccountRole,
}

/// An interest between two parties of the account.
#[derive(ToSchema)]
pub struct InterestOf {
    /// Who holds it.
    pub owner: PartyId,
    /// In whom.
    pub owned: PartyId,
}

/// An access to report.
#[derive(ToSchema)]
pub struct NewAccess {
    /// When.
    pub at: Instant,
    /// Why it connected.
    pub access: AccessKind,
    /// The address it came from, IPv4 or IPv6; sealed with the record.
    #[schema(required = false)]
    pub ip: Option<String>,
}

/// An appeal.
#[derive(ToSchema)]
pub struct NewAppeal {
    /// On what ground.
    pub ground: AppealGround,
    /// What they say, in their words; sealed with the case.
    #[schema(min_length = 1, max_length = 4000)]
    pub statement: String,
}

/// Accesses to report at once.
#[derive(ToSchema)]
pub struct NewAccesses {
    /// The accesses; their places are their numbers, from 0.
    #[schema(min_items = 1, max_items = 4096)]
    pub accesses: Vec<AccessTo>,
}

/// An access to an account.
#[derive(ToSchema)]
pub struct AccessTo {
    /// The account.
    pub account: AccountId,
    /// When.
    pub at: Instant,
    /// Why it connected.
    pub access: AccessKind,
    /// The address it came from, IPv4 or IPv6; sealed under the account's key.
    #[schema(required = false)]
    pub ip: Option<String>,
}
