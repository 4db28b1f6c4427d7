//! One account: state, gate verdict, who is behind it, decisions, measures, timeline, links.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Event, Link, Reason, When};
use super::shell::Shell;

/// `GET /console/accounts/{id}`.
#[derive(Clone, Template)]
#[template(path = "console/account.html")]
pub struct AccountPage {
    /// Frame.
    pub shell: Shell,
    /// Account id.
    pub id: String,
    /// The provider's own reference, by which the account is called.
    pub reference: String,
    /// State of the account.
    pub state: Badge,
    /// Whether the programme applies; none before the first decision.
    pub scope: Option<Badge>,
    /// When it was applied for.
    pub applied: When,
    /// When it was opened; none while it is not.
    pub opened: Option<When>,
    /// What the gate answers.
    pub gate: GateView,
    /// Where owners and roles are changed; none when the viewer may not.
    pub change: Option<Link>,
    /// Customer, owners, payer, users.
    pub roles: Vec<RoleRow>,
    /// From the provider down to this account; two entries when direct.
    pub chain: Vec<Link>,
    /// Accounts directly below, when it sells on.
    pub below: Vec<BelowRow>,
    /// Whether more are below than are shown; a sentence, or empty.
    pub below_cut: String,
    /// Ownership, flattened depth first.
    pub ownership: Vec<OwnerNode>,
    /// Decisions, newest first.
    pub decisions: Vec<DecisionRow>,
    /// Measures in force or pending.
    pub measures: Vec<MeasureInForce>,
    /// Open cases.
    pub cases: Vec<CaseRow>,
    /// Where an appeal against what was decided is entered; none where nothing was, or for those who may not.
    pub appeal: Option<Link>,
    /// Links to other accounts.
    pub links: Vec<LinkRow>,
    /// What happened, newest first.
    pub timeline: Vec<Event>,
}

/// The gate's answer.
#[derive(Clone)]
pub struct GateView {
    /// Allow, condition or deny.
    pub verdict: Badge,
    /// One sentence that sums up.
    pub summary: String,
    /// Age of the answer: `answer 2 s old`.
    pub freshness: String,
    /// Actions by answer.
    pub actions: Vec<GateAction>,
}

/// Actions that get the same answer.
#[derive(Clone)]
pub struct GateAction {
    /// Answer.
    pub verdict: Badge,
    /// `provision, scale, mail`.
    pub actions: String,
}

/// An account below a reseller's.
#[derive(Clone)]
pub struct BelowRow {
    /// The account.
    pub account: Link,
    /// Its state.
    pub state: Badge,
}

/// Someone with a role on the account.
#[derive(Clone)]
pub struct RoleRow {
    /// `customer`, `beneficial owner`, `payer`, `user`, `reseller`; `behind another` for a party that has none.
    pub role: String,
    /// The party.
    pub party: Link,
    /// US, foreign or undetermined.
    pub status: Badge,
}

/// One line of the ownership tree.
#[derive(Clone)]
pub struct OwnerNode {
    /// Depth below the customer, 0 to 12.
    pub depth: u8,
    /// The owner; an unknown owner has an empty path.
    pub party: Link,
    /// `60 %, directly`, `25.5 % through Kestrel Holdings`, `control without shares`.
    pub share: String,
    /// US, foreign, undetermined.
    pub status: Badge,
    /// Why this line matters; empty when it does not.
    pub note: String,
}

impl OwnerNode {
    /// Depth as the style sheet knows it.
    fn level(&self) -> u8 {
        self.depth.min(6)
    }
}

/// A decision.
#[derive(Clone)]
pub struct DecisionRow {
    /// Decision id.
    pub id: String,
    /// When.
    pub at: When,
    /// Open, restricted, review, refused.
    pub outcome: Badge,
    /// What made the register decide.
    pub cause: String,
    /// Pack and engine, for the one in force; empty for earlier ones.
    pub basis: String,
    /// Why, for the one in force.
    pub reasons: Vec<Reason>,
    /// The ledger record.
    pub record: Link,
}

/// A measure that applies.
#[derive(Clone)]
pub struct MeasureInForce {
    /// The measure.
    pub measure: Link,
    /// What it does here.
    pub effect: String,
    /// Its state.
    pub state: Badge,
    /// Since or from when.
    pub from: When,
}

/// A case about the account.
#[derive(Clone)]
pub struct CaseRow {
    /// The case.
    pub case: Link,
    /// State.
    pub state: Badge,
    /// Why it was opened.
    pub why: String,
}

/// A link to another account.
#[derive(Clone)]
pub struct LinkRow {
    /// The other account.
    pub account: Link,
    /// How the other account stands.
    pub standing: Badge,
    /// How strong.
    pub strength: Badge,
}

opaque_debug!(
    AccountPage,
    GateView,
    GateAction,
    BelowRow,
    RoleRow,
    OwnerNode,
    DecisionRow,
    MeasureInForce,
    CaseRow,
    LinkRow
);
