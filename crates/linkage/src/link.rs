//! Comparing the tokens of a new account with those of candidates.

use crate::token::{Tier, Token, TokenKind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tenantry_model::id::AccountId;

/// From this many accounts that hold the same token on, agreement on it drops one tier.
pub const HOLDERS_SHARED: u32 = 5;
/// From this many accounts on, the value is generic and agreement on it says nothing.
pub const HOLDERS_GENERIC: u32 = 50;

/// How a candidate account stands or ended, as far as it matters for a link. Ordered by how much it says against whoever comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// In use, or ended without reproach.
    Ordinary,
    /// Refused or suspended, because what was asked did not come, could not be verified, or is not settled.
    Unverified,
    /// Refused or suspended, because a measure prohibits it or listed parties own it.
    Prohibited,
    /// Refused, suspended or closed because of what its holder did or was.
    ClosedForCause,
}

/// An account that shares at least one token, as the index found it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The account.
    pub account: AccountId,
    /// All tokens of the account.
    pub tokens: Vec<Token>,
    /// How it stands.
    pub standing: Standing,
}

/// A link with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The other account.
    pub other: AccountId,
    /// How the other account stands.
    pub standing: Standing,
    /// What the evidence amounts to.
    pub tier: Tier,
    /// Points for minus points against, 0 to 1000, to order a queue; the tier decides what may follow.
    pub score_per_mille: u16,
    /// Values both accounts have.
    pub evidence_for: Vec<Agreement>,
    /// Kinds of value of which an actor has one, and the accounts have different ones.
    pub evidence_against: Vec<TokenKind>,
}

/// Agreement on one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// What the value is.
    pub kind: TokenKind,
    /// What it is worth after the discount.
    pub tier: Tier,
    /// How many accounts hold it.
    pub holders: u32,
}

/// Links a new account with each candidate it has evidence in common with, best first.
///
/// `holders` tells how many accounts hold each token; a token it does not name is taken as generic, because an unknown
/// frequency must not make evidence strong. The order of all inputs is without effect.
pub fn link(new: &[Token], candidates: &[Candidate], holders: &BTreeMap<Token, u32>) -> Vec<Link> {
    let new: BTreeSet<Token> = new.iter().copied().collect();
    let mut links: Vec<Link> =
        candidates.iter().filter_map(|candidate| compare(&new, candidate, holders)).collect();
    links.sort_by(|a, b| {
        let key = |link: &Link| (link.tier, link.score_per_mille, link.standing);
        key(b).cmp(&key(a)).then(a.other.cmp(&b.other))
    });
    links
}

fn compare(new: &BTreeSet<Token>, candidate: &Candidate, holders: &BTreeMap<Token, u32>) -> Option<Link> {
    let theirs: BTreeSet<Token> = candidate.tokens.iter().copied().collect();
    let evidence_for: Vec<Agreement> =
        new.intersection(&theirs).filter_map(|token| agreement(*token, holders)).collect();
    let best = evidence_for.iter().map(|a| a.tier).max()?;
    let evidence_against = against(new, &theirs);
    let tier = if evidence_against.is_empty() { best } else { lower(best).unwrap_or(Tier::Weak) };
    Some(Link {
        other: candidate.account,
        standing: candidate.standing,
        tier,
        score_per_mille: score(&evidence_for, &evidence_against),
        evidence_for,
        evidence_against,
    })
}

fn agreement(token: Token, holders: &BTreeMap<Token, u32>) -> Option<Agreement> {
    let count = holders.get(&token).copied().unwrap_or(HOLDERS_GENERIC);
    let tier = match count {
        HOLDERS_GENERIC.. => return None,
        HOLDERS_SHARED.. => lower(token.kind.tier())?,
        _ => token.kind.tier(),
    };
    Some(Agreement { kind: token.kind, tier, holders: count })
}

const fn lower(tier: Tier) -> Option<Tier> {
    match tier {
        Tier::Strong => Some(Tier::Medium),
        Tier::Medium => Some(Tier::Weak),
        Tier::Weak => None,
    }
}

fn against(new: &BTreeSet<Token>, theirs: &BTreeSet<Token>) -> Vec<TokenKind> {
    let of_kind = |tokens: &BTreeSet<Token>, kind: TokenKind| -> BTreeSet<Token> {
        tokens.iter().filter(|t| t.kind == kind).copied().collect()
    };
    let kinds: BTreeSet<TokenKind> = new.iter().map(|t| t.kind).filter(|k| k.is_one_per_actor()).collect();
    kinds
        .into_iter()
        .filter(|kind| {
            let (ours, others) = (of_kind(new, *kind), of_kind(theirs, *kind));
            !others.is_empty() && ours.is_disjoint(&others)
        })
        .collect()
}

/// Points of one agreement or disagreement; they order a queue and decide nothing.
const fn points(tier: Tier) -> u16 {
    match tier {
        Tier::Strong => 600,
        Tier::Medium => 250,
        Tier::Weak => 60,
    }
}

fn score(evidence_for: &[Agreement], evidence_against: &[TokenKind]) -> u16 {
    let gained = evidence_for.iter().fold(0u16, |sum, a| sum.saturating_add(points(a.tier)));
    let lost = evidence_against.iter().fold(0u16, |sum, kind| sum.saturating_add(points(kind.tier()) / 2));
    gained.min(1_000).saturating_sub(lost)
}
