//! Everything a decision depends on. What is not in here cannot influence it.

use crate::measures::PartyView;
use crate::pack::Pack;
use crate::rule::RuleCode;
use serde::{Deserialize, Serialize};
use tenantry_linkage::{Standing, Tier};
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::fact::Fact;
use tenantry_model::id::{AccountId, FactId, PartyId, SignalListId};
use tenantry_model::measure::Measure;
use tenantry_model::party::{Interest, PartyKind};
use tenantry_model::time::Timestamp;

/// The question: may this account be opened or kept?
#[derive(Debug, Clone)]
pub struct DecisionInput<'a> {
    /// Under which pack.
    pub pack: &'a Pack,
    /// At which instant.
    pub now: Timestamp,
    /// Which account.
    pub account: AccountId,
    /// Since when clocks run over it.
    pub dates: Dates,
    /// Every party in a role on the account, and every party that stands behind one of them, once each.
    pub parties: Vec<PartyInput>,
    /// Who owns what among and above those parties.
    pub interests: Vec<Interest>,
    /// The accounts above this one, nearest first.
    pub reseller_chain: Vec<ChainLink>,
    /// Approved measures, in force or not.
    pub measures: &'a [Measure],
    /// Links found to other accounts.
    pub links: Vec<LinkSummary>,
    /// Observations that are not facts about a party.
    pub signals: Vec<Signal>,
}

impl<'a> DecisionInput<'a> {
    /// A question about an account of which nothing is known yet.
    pub const fn new(pack: &'a Pack, now: Timestamp, account: AccountId) -> Self {
        Self {
            pack,
            now,
            account,
            dates: Dates { applied_at: None, opened_at: None },
            parties: Vec::new(),
            interests: Vec::new(),
            reseller_chain: Vec::new(),
            measures: &[],
            links: Vec::new(),
            signals: Vec::new(),
        }
    }
}

/// Instants in the life of an account from which clocks run. A clock without its beginning does not run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// When it was asked for.
    pub applied_at: Option<Timestamp>,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
}

/// One party with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyInput {
    /// Who.
    pub id: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Its roles on this account; empty for a party that only stands behind another.
    pub roles: Vec<AccountRole>,
    /// Its facts.
    pub facts: Vec<Fact>,
    /// What screening found.
    pub hits: Vec<HitSummary>,
    /// Whether screening took place.
    pub screening: Screening,
}

/// A match of a party with a listed entity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HitSummary {
    /// Code of the list, for example `ofac-sdn`.
    pub list: String,
    /// Identifier of the listed entity.
    pub entity: String,
    /// Score, per mille.
    pub score_per_mille: u16,
    /// Code of a rule of the matcher that stands above the score, such as an equal document number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_rule: Option<String>,
    /// What a reviewer made of it.
    pub standing: HitStanding,
}

/// What a reviewer made of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitStanding {
    /// Nobody has looked.
    New,
    /// Found to be somebody else, and neither side has changed since.
    Dismissed,
    /// Found to be the listed party.
    Confirmed,
}

/// Whether screening took place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "screening", rename_all = "snake_case", deny_unknown_fields)]
pub enum Screening {
    /// Against every list that is due, in the version that is due.
    Evaluated,
    /// Against every list, but these names were not read whole: too long, or in no writing that is known.
    InPart {
        /// The facts that hold the names.
        facts: Vec<FactId>,
    },
    /// Nobody was searched for: no name of the party is known.
    Unnamed,
    /// It did not.
    Failed {
        /// Which list or step, as a code without personal data, for example `ofac-sdn`.
        what: String,
    },
}

/// An account above this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// The account of the reseller.
    pub account: AccountId,
    /// Where it stands.
    pub state: AccountState,
    /// Its parties.
    pub parties: Vec<PartyView>,
}

/// A link to another account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSummary {
    /// The other account.
    pub other: AccountId,
    /// What the evidence amounts to.
    pub tier: Tier,
    /// How the other account stands.
    pub standing: Standing,
}

/// One version of a signal list, as a decision names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListVersion {
    /// Code of the list.
    pub list: String,
    /// Identifier of the version.
    pub id: SignalListId,
    /// The version for people, as [`SignalListHeader::version`](tenantry_model::signal::SignalListHeader::version) writes it.
    pub version: String,
}

/// An observation that is not a fact about a party, as a classifier or a feed gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "snake_case", deny_unknown_fields)]
pub enum Signal {
    /// The connection in this fact came through a network that hides its user.
    AnonymousNetwork {
        /// Whose connection.
        party: PartyId,
        /// The fact.
        fact: FactId,
        /// The lists that name its address, in order of code.
        lists: Vec<ListVersion>,
    },
    /// The e-mail address in this fact belongs to a throw-away service.
    DisposableEmail {
        /// Whose address.
        party: PartyId,
        /// The fact.
        fact: FactId,
        /// The lists that name its domain, in order of code.
        lists: Vec<ListVersion>,
    },
    /// A red flag could not be looked for, because no list of its kind was ever imported. The deployment chose so; it is said, and the
    /// pack says what follows.
    FlagWithoutList {
        /// The red flag.
        rule: RuleCode,
    },
    /// Owners of this party changed.
    OwnershipChanged {
        /// Whose owners.
        party: PartyId,
        /// When.
        at: Timestamp,
    },
    /// The account stands refused or suspended, and what is said of its parties is not what it was refused on.
    RefusedBefore {
        /// When it was.
        at: Timestamp,
        /// The rules that refused it.
        rules: Vec<RuleCode>,
    },
    /// A reviewer found that what these rules raised is no concern, on exactly the grounds on which they raise it now.
    Dismissed {
        /// About whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        party: Option<PartyId>,
        /// Which rules.
        rules: Vec<RuleCode>,
    },
    /// Something that should have been evaluated could not be.
    NotEvaluated {
        /// What, as a code without personal data, for example `linkage`.
        what: String,
    },
}
