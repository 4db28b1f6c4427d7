//! Whether a special measure reaches an account (SPM-01), used alike for previews, applications and existing accounts.
//!
//! A measure on a jurisdiction reaches foreign persons *located* there, and accounts held for or on behalf of one: customer,
//! owners, payer, signatory, and the resellers above. Citizenship is not location and is never looked at. A measure on a
//! person reaches accounts that involve a party a reviewer confirmed to be that person; names are compared by screening.
//! What facts leave open is reported as possible and goes to a reviewer.

use crate::capability::CapabilitySet;
use crate::codes::codes;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tenantry_identity::status::{self, ResellerChecks};
use tenantry_model::account::AccountRole;
use tenantry_model::fact::{AddressUse, Fact, FactValue};
use tenantry_model::id::{AccountId, FactId, MeasureId, PartyId};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::measure::{Effect, Measure, ResellerReach, Target};
use tenantry_model::party::{Interest, PartyKind, Status};
use tenantry_model::time::Timestamp;

/// What of an account a measure can be held against.
#[derive(Debug, Clone)]
pub struct AccountView<'a> {
    /// The account.
    pub account: AccountId,
    /// Parties in a role on it, and those who stand behind them.
    pub parties: Vec<PartyView>,
    /// Who owns what among and above those parties.
    pub interests: &'a [Interest],
    /// The accounts above, nearest first, with their parties.
    pub chain: Vec<(AccountId, Vec<PartyView>)>,
}

/// What of a party a measure can be held against.
#[derive(Clone, PartialEq, Eq)]
pub struct PartyView {
    /// Who.
    pub id: PartyId,
    /// Its roles on the account.
    pub roles: Vec<AccountRole>,
    /// Its status.
    pub status: Status,
    places: Vec<Place>,
}

impl std::fmt::Debug for PartyView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartyView({} {})", self.id, self.status)
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    jurisdiction: Jurisdiction,
    /// Whether the fact says where the party is, or only where something of it was seen.
    says_where: SaysWhere,
    fact: FactId,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SaysWhere {
    Yes,
    Perhaps,
}

impl PartyView {
    /// Reads status and places from the facts known at `now`. `checks` is what the pack makes of a reseller's own checks.
    pub fn from_facts(
        id: PartyId,
        kind: PartyKind,
        roles: &[AccountRole],
        facts: &[Fact],
        checks: ResellerChecks,
        now: Timestamp,
    ) -> Self {
        let status = status::determine_under(kind, facts, checks, now).status;
        Self::with_status(id, roles, status, facts, now)
    }

    /// As [`PartyView::from_facts`], for a status already determined.
    pub(crate) fn with_status(
        id: PartyId,
        roles: &[AccountRole],
        status: Status,
        facts: &[Fact],
        now: Timestamp,
    ) -> Self {
        let mut places: Vec<Place> =
            facts.iter().filter(|f| f.recorded_at <= now).filter_map(place).collect();
        places.sort();
        let roles: BTreeSet<AccountRole> = roles.iter().copied().collect();
        Self { id, roles: roles.into_iter().collect(), status, places }
    }
}

/// Where a fact says the party is. Stated places count as stated: nobody gains by saying they are in a place that a
/// measure names. Observed ones can have other reasons.
fn place(fact: &Fact) -> Option<Place> {
    let (jurisdiction, says_where) = match &fact.value {
        FactValue::LocatedIn { jurisdiction }
        | FactValue::PlaceOfUse { jurisdiction }
        | FactValue::OrganisedUnder { jurisdiction }
        | FactValue::Headquarters { jurisdiction } => (*jurisdiction, SaysWhere::Yes),
        FactValue::Address { usage, jurisdiction, .. } => {
            let inquiries = matches!(usage, AddressUse::Inquiries | AddressUse::ApoFpo);
            (*jurisdiction, if inquiries { SaysWhere::Perhaps } else { SaysWhere::Yes })
        }
        FactValue::AccessFrom { jurisdiction: Some(jurisdiction), .. } => (*jurisdiction, SaysWhere::Perhaps),
        _ => return None,
    };
    Some(Place { jurisdiction, says_where, fact: fact.id })
}

/// How a measure reaches an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// The measure.
    pub measure: MeasureId,
    /// Whether the facts settle it.
    pub certainty: Certainty,
    /// Whether it bites now.
    pub timing: Timing,
    /// Through whom.
    pub via: Via,
    /// Why.
    pub why: Why,
    /// Facts it rests on.
    pub facts: Vec<FactId>,
    /// What it withholds; every capability when it prohibits.
    pub withheld: CapabilitySet,
    /// Whether it prohibits or sets conditions.
    pub effect: ReachEffect,
    /// When it starts to bite.
    pub effective_at: Timestamp,
    /// When it ends unless extended.
    pub expires_at: Timestamp,
}

impl Reach {
    /// Whether it bites at `now`, whatever its timing was when it was computed.
    pub fn bites(&self, now: Timestamp) -> bool {
        self.effective_at <= now && now < self.expires_at
    }
}

codes! {
    /// Whether the facts settle that a measure reaches an account. Ordered.
    pub enum Certainty {
        /// They leave it open; a reviewer decides.
        Possible = "possible",
        /// They do.
        Certain = "certain",
    }
}

codes! {
    /// Whether a measure bites.
    pub enum Timing {
        /// Not yet; from [`Reach::effective_at`].
        Upcoming = "upcoming",
        /// Now.
        InForce = "in_force",
        /// No longer, since [`Reach::expires_at`].
        Expired = "expired",
    }
}

codes! {
    /// What a measure does to an account it reaches.
    pub enum ReachEffect {
        /// Sets conditions.
        Condition = "condition",
        /// Prohibits.
        Prohibit = "prohibit",
    }
}

/// Through whom a measure reaches an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "via", rename_all = "snake_case", deny_unknown_fields)]
pub enum Via {
    /// A party in a role on the account.
    Role {
        /// Who.
        party: PartyId,
        /// In which role.
        role: AccountRole,
    },
    /// A party that stands behind one: the account is held on its behalf.
    OnBehalfOf {
        /// Who.
        party: PartyId,
    },
    /// A party on an account above.
    Chain {
        /// The account above.
        account: AccountId,
        /// Who.
        party: PartyId,
    },
}

codes! {
    /// Why a measure reaches a party.
    pub enum Why {
        /// A foreign person located in a listed jurisdiction.
        LocatedThere = "located_there",
        /// Located in a region over which a listed jurisdiction exercises authority without being the recognised state.
        RegionUnderItsControl = "region_under_its_control",
        /// Located in the country of a listed region; where in the country is not known.
        RegionNotStated = "region_not_stated",
        /// Something of the party was seen there: a connection, a postal contact.
        SeenThere = "seen_there",
        /// A reviewer confirmed that the party is a person the measure names.
        NamedPerson = "named_person",
    }
}

/// Whether and how a measure reaches an account; the strongest way when there are several. `None` when it does not.
///
/// A measure that is not yet in force or has ended is reported with its [`Timing`] and does not bite.
pub fn reach(measure: &Measure, account: &AccountView<'_>, now: Timestamp) -> Option<Reach> {
    let behind = behind(account);
    let own = account.parties.iter().flat_map(|party| {
        let roles = party.roles.iter().map(|role| Via::Role { party: party.id, role: *role });
        let on_behalf = behind.contains(&party.id).then_some(Via::OnBehalfOf { party: party.id });
        roles.chain(on_behalf).map(move |via| (party, via)).collect::<Vec<_>>()
    });
    let above = account.chain.iter().filter(|_| measure.reach == ResellerReach::WholeChain).flat_map(
        |(above, parties)| {
            parties
                .iter()
                .filter(|party| !party.roles.is_empty())
                .map(|party| (party, Via::Chain { account: *above, party: party.id }))
        },
    );
    let strongest = own
        .chain(above)
        .filter_map(|(party, via)| touch(&measure.target, party, via).map(|touch| (touch, via)))
        .max_by(|(a, a_via), (b, b_via)| {
            a.certainty.cmp(&b.certainty).then(b.why.cmp(&a.why)).then(b_via.cmp(a_via))
        });
    // Persons behind the account whom nobody described beyond their identifier can still be named by a measure.
    let undescribed = || behind.iter().copied().find(|party| names(&measure.target, *party));
    let (touch, via) = match strongest {
        Some(found) => found,
        None => (Touch::named(), Via::OnBehalfOf { party: undescribed()? }),
    };
    Some(describe(measure, touch, via, now))
}

fn describe(measure: &Measure, touch: Touch, via: Via, now: Timestamp) -> Reach {
    let timing = if now < measure.effective_at {
        Timing::Upcoming
    } else if now < measure.expires_at {
        Timing::InForce
    } else {
        Timing::Expired
    };
    let (effect, withheld) = match &measure.effect {
        Effect::Prohibit => (ReachEffect::Prohibit, CapabilitySet::all()),
        Effect::Condition { withheld } => (ReachEffect::Condition, withheld.iter().copied().collect()),
    };
    Reach {
        measure: measure.id,
        certainty: touch.certainty,
        timing,
        via,
        why: touch.why,
        facts: touch.facts,
        withheld,
        effect,
        effective_at: measure.effective_at,
        expires_at: measure.expires_at,
    }
}

struct Touch {
    certainty: Certainty,
    why: Why,
    facts: Vec<FactId>,
}

impl Touch {
    const fn named() -> Self {
        Self { certainty: Certainty::Certain, why: Why::NamedPerson, facts: Vec::new() }
    }
}

fn touch(target: &Target, party: &PartyView, via: Via) -> Option<Touch> {
    let listed = match target {
        Target::Person { .. } => return names(target, party.id).then(Touch::named),
        Target::Jurisdiction { jurisdictions } => jurisdictions,
    };
    if party.status == Status::UsPerson {
        return None;
    }
    let mut by_why: BTreeMap<(std::cmp::Reverse<Certainty>, Why), Vec<FactId>> = BTreeMap::new();
    for place in &party.places {
        for jurisdiction in listed {
            if let Some((certainty, why)) = placed(place, *jurisdiction, &party.places) {
                by_why.entry((std::cmp::Reverse(certainty), why)).or_default().push(place.fact);
            }
        }
    }
    let ((std::cmp::Reverse(certainty), why), mut facts) = by_why.into_iter().next()?;
    facts.sort();
    facts.dedup();
    // A user is not somebody for whom the account is held.
    let only_uses = matches!(via, Via::Role { role: AccountRole::User, .. });
    let certainty = if only_uses { Certainty::Possible } else { certainty };
    Some(Touch { certainty, why, facts })
}

fn placed(place: &Place, listed: Jurisdiction, all: &[Place]) -> Option<(Certainty, Why)> {
    let (certainty, why) = if place.jurisdiction.is_within(listed) {
        (Certainty::Certain, Why::LocatedThere)
    } else if place.jurisdiction.is_controlled_by(listed) {
        (Certainty::Possible, Why::RegionUnderItsControl)
    } else if place.jurisdiction.overlaps(listed)
        || (listed.country() == place.jurisdiction && !region_stated(place.jurisdiction, listed, all))
    {
        (Certainty::Possible, Why::RegionNotStated)
    } else {
        return None;
    };
    match place.says_where {
        SaysWhere::Yes => Some((certainty, why)),
        SaysWhere::Perhaps => Some((Certainty::Possible, Why::SeenThere)),
    }
}

/// Whether some fact that says where the party is names a part of this country that is surely not the one listed.
fn region_stated(country: Jurisdiction, listed: Jurisdiction, all: &[Place]) -> bool {
    all.iter().any(|place| {
        place.says_where == SaysWhere::Yes
            && place.jurisdiction != country
            && place.jurisdiction.country() == country
            && !place.jurisdiction.overlaps(listed)
    })
}

fn names(target: &Target, party: PartyId) -> bool {
    match target {
        Target::Person { persons } => persons.iter().any(|person| person.confirmed.contains(&party)),
        Target::Jurisdiction { .. } => false,
    }
}

/// Everybody above the parties in a role, following every interest whatever its size.
fn behind(account: &AccountView<'_>) -> BTreeSet<PartyId> {
    let mut owners: BTreeMap<PartyId, Vec<PartyId>> = BTreeMap::new();
    for interest in account.interests {
        owners.entry(interest.owned).or_default().push(interest.owner);
    }
    let mut found = BTreeSet::new();
    let mut waiting: Vec<PartyId> =
        account.parties.iter().filter(|party| !party.roles.is_empty()).map(|party| party.id).collect();
    while let Some(party) = waiting.pop() {
        for owner in owners.get(&party).into_iter().flatten() {
            if found.insert(*owner) {
                waiting.push(*owner);
            }
        }
    }
    found
}

/// The strictest of all measures that bite at `now`: a prohibition beats conditions, conditions add up.
pub fn combine<'a>(
    reaches: impl IntoIterator<Item = &'a Reach>,
    now: Timestamp,
) -> Option<(ReachEffect, CapabilitySet)> {
    reaches
        .into_iter()
        .filter(|reach| reach.bites(now) && reach.certainty == Certainty::Certain)
        .map(|reach| (reach.effect, reach.withheld))
        .reduce(|(effect, withheld), (other, more)| (effect.max(other), withheld.union(more)))
}

/// The next instant after `now` at which one of these measures starts or ends to bite.
pub fn next_change<'a>(reaches: impl IntoIterator<Item = &'a Reach>, now: Timestamp) -> Option<Timestamp> {
    reaches.into_iter().flat_map(|r| [r.effective_at, r.expires_at]).filter(|at| *at > now).min()
}
