//! What the ownership findings mean for the account (DEF-07, CIP-06).

use super::view::View;
use super::{Finding, Findings};
use crate::rule::RuleCode;
use std::collections::BTreeSet;
use tenantry_identity::ownership::{GapCode, OwnershipFinding};
use tenantry_model::id::PartyId;

/// `unnamed` are the parties above a customer of which no name is known and nothing else says so.
pub(super) fn check(view: &View<'_>, unnamed: &BTreeSet<PartyId>, findings: &mut Findings) {
    for (customer, finding) in &view.ownership {
        for gap in &finding.gaps {
            let code = match gap.code {
                GapCode::Undisclosed => continue,
                GapCode::ExceedsWhole => RuleCode::OwnershipExceedsWhole,
                GapCode::Nominee => RuleCode::NomineeOwner,
                GapCode::RingWithoutOutside
                | GapCode::TooLarge
                | GapCode::TooDeep
                | GapCode::RingTooLarge
                | GapCode::TooManySteps => RuleCode::OwnershipNotComputable,
            };
            findings.push(Finding::about(code, gap.party));
        }
        for disagreement in &finding.disagreements {
            findings.push(Finding::about(RuleCode::OwnershipDisagreement, disagreement.party).detail(
                format!(
                    "{} percent along paths, {} percent integrated",
                    disagreement.along_paths.max(),
                    disagreement.integrated.max()
                ),
            ));
        }
        unexplained(view, *customer, finding, findings);
    }
    let not_given = view.above.iter().filter(|party| !view.parties.contains_key(party));
    for owner in not_given.chain(unnamed).copied() {
        findings.push(Finding::about(RuleCode::OwnerNotDescribed, owner));
    }
}

fn unexplained(view: &View<'_>, customer: PartyId, finding: &OwnershipFinding, findings: &mut Findings) {
    let threshold = view.input.pack.thresholds.unexplained_ownership.value;
    if finding.beneficial().next().is_none() && view.owners.is_empty() {
        findings.push(Finding::about(RuleCode::NoOwnerFound, customer));
    }
    if finding.unexplained.max() >= threshold {
        let detail = format!("up to {} percent is not disclosed", finding.unexplained.max());
        findings.push(Finding::about(RuleCode::OwnershipUnexplained, customer).detail(detail));
    }
}
