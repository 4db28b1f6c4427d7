//! What an account that is open already does not have while it is reviewed (CIP-16).
//!
//! A review takes nothing away by itself: weak evidence never acts, and a new edition of a list raises thousands of look-alikes. Where it
//! is about a match that is more than a name, a measure that may reach the account, or a reseller above that is gone, nothing new is
//! handed out until a person has looked. Which actions those are is the pack's to say.

use super::view::View;
use crate::capability::CapabilitySet;
use crate::decision::Reason;
use crate::input::{HitStanding, Signal};
use crate::pack::UnderReview;
use crate::rule::RuleCode;
use tenantry_model::account::AccountState;

/// What the pack withholds from an open account for these reasons.
pub(super) fn withheld(view: &View<'_>, reasons: &[Reason]) -> CapabilitySet {
    let Some(terms) = &view.input.pack.under_review else { return CapabilitySet::NONE };
    if reasons.iter().any(|reason| is_grave(view, terms, reason)) {
        terms.withheld
    } else {
        CapabilitySet::NONE
    }
}

fn is_grave(view: &View<'_>, terms: &UnderReview, reason: &Reason) -> bool {
    if !terms.rules.contains(&reason.rule) {
        return false;
    }
    match reason.rule {
        RuleCode::ListedMatch => {
            let hits = reason.party.and_then(|party| view.parties.get(&party)).map(|party| &party.input.hits);
            hits.into_iter().flatten().any(|hit| {
                let grave = hit.hard_rule.is_some() || hit.score_per_mille >= terms.match_grave;
                hit.standing == HitStanding::New && grave
            })
        }
        RuleCode::MeasureMayReach => !is_dismissed(view, reason),
        RuleCode::ResellerStanding => {
            let gone = |state| {
                matches!(state, AccountState::Refused | AccountState::Suspended | AccountState::Closed)
            };
            view.input.reseller_chain.iter().any(|link| gone(link.state)) && !is_dismissed(view, reason)
        }
        _ => false,
    }
}

/// Whether a reviewer found exactly this to be no concern. Matches say so themselves.
fn is_dismissed(view: &View<'_>, reason: &Reason) -> bool {
    view.input.signals.iter().any(|signal| match signal {
        Signal::Dismissed { party, rules } => *party == reason.party && rules.contains(&reason.rule),
        _ => false,
    })
}
