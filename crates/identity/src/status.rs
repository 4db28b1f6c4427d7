//! Status of a party: US person, foreign person or undetermined, with the bases (DEF-05, DEF-06, CIP-06 to CIP-08).
//!
//! A documented decision, not a score. A US result needs one strong basis and no open contradiction; a claim is
//! recorded and weighed, and never suffices (CIP-07). What cannot be settled is *undetermined*, which the policy
//! treats as foreign. A contradiction ends when a reviewer records a corroborated fact of the same kind after it (REC-04).
//! Sanctions, risk and ownership are not judged here.

mod individual;
mod organisation;
mod weigh;

use serde::{Deserialize, Serialize};
use tenantry_model::fact::{Fact, FactKind, Strength};
use tenantry_model::id::FactId;
use tenantry_model::party::{PartyKind, Status};
use tenantry_model::time::Timestamp;

/// What a reseller's own check of its customer is worth for the customer's claim to be a US person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResellerChecks {
    /// It is somebody's word, like the claim: whoever sells has an interest in the answer (CIP-07).
    #[default]
    DoNotCorroborate,
    /// It corroborates: the provider has accepted the programme of every reseller (RES-02).
    Corroborate,
}

/// Derives the status of one party from its facts as they were known at `now`, where a reseller's own checks do not corroborate.
///
/// Facts recorded after `now` are ignored, so that an old decision can be replayed; the order of `facts` does not
/// matter. Facts of other parties must not be passed.
///
/// ```
/// use tenantry_identity::status::determine;
/// use tenantry_model::party::{PartyKind, Status};
/// use tenantry_model::time::Timestamp;
/// let finding = determine(PartyKind::Individual, &[], Timestamp::from_micros(0));
/// assert_eq!(finding.status, Status::Undetermined);
/// assert!(!finding.missing.is_empty());
/// ```
pub fn determine(kind: PartyKind, facts: &[Fact], now: Timestamp) -> StatusFinding {
    determine_under(kind, facts, ResellerChecks::default(), now)
}

/// The same where it is said what a reseller's own checks are worth.
pub fn determine_under(
    kind: PartyKind,
    facts: &[Fact],
    checks: ResellerChecks,
    now: Timestamp,
) -> StatusFinding {
    let mut known: Vec<&Fact> = facts.iter().filter(|fact| fact.recorded_at <= now).collect();
    known.sort_by_key(|fact| fact.id);
    known.dedup_by_key(|fact| fact.id);
    let standing = weigh::unsettled(&known);
    let mut finding = match kind {
        PartyKind::Individual => individual::determine(&standing, checks, now),
        PartyKind::Organisation => organisation::determine(&standing, checks),
    };
    finding.bases.sort();
    finding.contradictions.sort();
    finding.missing.sort();
    finding
}

/// The result, without any personal value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// What was found.
    pub code: BasisCode,
    /// Which way it points.
    pub points_to: PointsTo,
    /// How much it weighs.
    pub weight: Weight,
    /// Facts it rests on.
    pub facts: Vec<FactId>,
}

/// Which way a basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointsTo {
    /// To a US person.
    Us,
    /// To a foreign person.
    Foreign,
}

/// How much a basis weighs. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Somebody's word; settles nothing in favour of US status.
    Claim,
    /// Fits, and can be explained otherwise.
    Weak,
    /// Usually right.
    Medium,
    /// Enough for a US result when nothing contradicts it.
    Strong,
    /// Authenticated; nothing weaker speaks against it.
    Determinative,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BasisCode {
    /// Citizenship is stated.
    Citizenship,
    /// A passport or national identity card was read.
    NationalDocument,
    /// Lawful permanent residence is stated.
    PermanentResidence,
    /// A residence permit was read that does not show permanent residence: the person was let in, for a time.
    ResidencePermit,
    /// A card was read that shows permanent residence in the United States.
    PermanentResidentCard,
    /// Where the person is now.
    Location,
    /// A residential or business address.
    Address,
    /// Where the product will be used.
    PlaceOfUse,
    /// A driving licence was read.
    DrivingLicence,
    /// Where a connection came from.
    AccessOrigin,
    /// Where the payment instrument was issued.
    PaymentOrigin,
    /// The number has a calling code outside the North American plan.
    TelephoneOrigin,
    /// The law under which the organisation is constituted.
    Constitution,
    /// The register the organisation is entered in.
    Registration,
    /// What the party claims to be.
    Claim,
}

/// Facts that cannot all be true, or do not fit, with what would resolve it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    /// What contradicts what.
    pub code: ContradictionCode,
    /// The facts in question.
    pub facts: Vec<FactId>,
}

/// What contradicts what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContradictionCode {
    /// The party claims US status and facts point abroad without a US basis that explains them.
    UsClaimAgainstFacts,
    /// The party claims foreign status and facts show a US person.
    ForeignClaimAgainstFacts,
    /// The party claims to be both.
    ClaimsBoth,
    /// A foreign nationality is better supported than the US one.
    Nationality,
    /// US presence is the only basis and other places point abroad.
    Presence,
    /// The organisation is said to be constituted under US and under foreign law.
    Constitution,
    /// The organisation is registered abroad though constituted under US law, and is not shown to be a branch.
    RegisteredAbroad,
}

impl ContradictionCode {
    /// What would resolve it, as a sentence for the customer or the reviewer.
    pub const fn resolved_by(self) -> &'static str {
        match self {
            Self::UsClaimAgainstFacts => {
                "Evidence of US citizenship, permanent residence, presence or constitution, or a corrected claim."
            }
            Self::ForeignClaimAgainstFacts | Self::ClaimsBoth => {
                "One signed claim that fits the evidence, recorded by a reviewer."
            }
            Self::Nationality => {
                "Evidence of US citizenship at least as strong as that of the other nationality."
            }
            Self::Presence => {
                "Evidence of where the person is now, or of citizenship or permanent residence."
            }
            Self::Constitution => "A register extract of the place of constitution, recorded by a reviewer.",
            Self::RegisteredAbroad => {
                "A register extract that shows the entry is a branch, or the place of constitution."
            }
        }
    }

    /// The kinds of facts of which one, corroborated and recorded by a reviewer, can resolve it for a party of this kind.
    pub const fn settled_by(self, party: PartyKind) -> &'static [FactKind] {
        use FactKind as K;
        match (self, party) {
            (Self::UsClaimAgainstFacts, PartyKind::Individual) => {
                &[K::Citizenship, K::PermanentResidence, K::LocatedIn, K::StatusClaim]
            }
            (Self::UsClaimAgainstFacts, PartyKind::Organisation) => &[K::OrganisedUnder, K::StatusClaim],
            (Self::ForeignClaimAgainstFacts | Self::ClaimsBoth, _) => &[K::StatusClaim],
            (Self::Nationality, _) => &[K::Citizenship, K::IdentityDocument],
            (Self::Presence, _) => &[K::LocatedIn, K::Citizenship, K::PermanentResidence],
            (Self::Constitution, _) => &[K::OrganisedUnder],
            (Self::RegisteredAbroad, _) => &[K::OrganisationForm, K::OrganisedUnder],
        }
    }
}

/// A fact that would settle the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingFact {
    /// What kind.
    pub kind: FactKind,
    /// How well it must be supported.
    pub strength: Strength,
}
