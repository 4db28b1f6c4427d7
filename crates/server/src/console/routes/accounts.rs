//! Accounts: the list, and one account with everything that belongs to it. No value of a party is on these pages.

use super::desk::{Desk, Trouble};
use super::timeline::Names;
use super::words::{
    account_state, case_state, counted, day, gate_answer, outcome, party_link, plain, record_link, short,
    status, when,
};
use crate::console::views::account::{
    AccountPage, BelowRow, CaseRow, DecisionRow, GateAction, GateView, LinkRow, MeasureInForce, OwnerNode,
    RoleRow,
};
use crate::console::views::accounts::{AccountRow, AccountsPage};
use crate::console::views::parts::{Badge, Choice, Link, Pager, Reason, Tone};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::{Path, Query};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use tenantry_linkage::{Standing, Tier};
use tenantry_model::account::{AccountRole, AccountState, Capability};
use tenantry_model::id::{AccountId, PartyId};
use tenantry_model::party::{Interest, PartyKind};
use tenantry_model::share::ShareRange;
use tenantry_model::time::Timestamp;
use tenantry_policy::decision::{Decision, Outcome, Scope};
use tenantry_policy::measures::{Reach, ReachEffect, Timing};
use tenantry_policy::rule::Effect;
use tenantry_register::Action;
use tenantry_register::accounts::{AccountFilter, AccountSummary, AccountView, RoleView};

/// Accounts on one page.
const ROWS: u32 = 50;
/// Accounts below a reseller shown with it.
const BELOW_MAX: usize = 50;
/// Deepest owner shown; deeper ones are on the page of the party.
const DEPTH_MAX: u8 = 12;
/// Lines of the ownership tree.
const NODES_MAX: usize = 200;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

pub(super) async fn list(desk: Desk, Query(asked): Query<Asked>) -> Reply {
    desk.answer(move |desk| {
        let (register, call) = (desk.register(), desk.call());
        let query = asked.q.trim();
        let state = asked.state.parse::<AccountState>().ok();
        let (mut found, filtered) = if query.is_empty() {
            let filter = AccountFilter { state, reseller: None };
            (register.accounts(&call, filter, asked.after.parse().ok(), ROWS + 1)?, state)
        } else {
            (find(desk, query)?.into_iter().collect(), None)
        };
        let more = found.len() > ROWS as usize;
        found.truncate(ROWS as usize);
        let counts: BTreeMap<AccountState, i64> = register.account_counts(&call)?.into_iter().collect();
        let total = filtered.map_or_else(|| counts.values().sum(), |s| counts.get(&s).copied().unwrap_or(0));
        let next = found.last().filter(|_| more).map(|last| {
            let state = filtered.map(|s| format!("state={s}&")).unwrap_or_default();
            Link::new(&format!("/console/accounts?{state}after={}", last.id), "Next page")
        });
        let pager = Pager {
            summary: format!("{} here, {} in all", found.len(), counted(total)),
            previous: None,
            next,
        };
        Ok(page(&AccountsPage {
            shell: desk.shell(Section::Accounts),
            query: query.to_owned(),
            states: states(&counts, filtered),
            rows: found.iter().map(|account| row(desk, account)).collect(),
            pager,
        }))
    })
    .await
}

fn find(desk: &Desk, query: &str) -> Result<Option<AccountSummary>, Trouble> {
    let (register, call) = (desk.register(), desk.call());
    let id = match query.parse::<AccountId>() {
        Ok(id) => Ok(id),
        Err(_) => register.account_by_reference(&call, query),
    };
    match id.and_then(|id| register.account(&call, id)) {
        Ok(view) => Ok(Some(view.summary)),
        Err(tenantry_register::RegisterError::NotFound { .. }) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

fn states(counts: &BTreeMap<AccountState, i64>, chosen: Option<AccountState>) -> Vec<Choice> {
    let every = Choice::new("", "Every state");
    let one = |state: &AccountState| {
        let count = counted(counts.get(state).copied().unwrap_or(0));
        let choice = Choice::new(state.as_str(), &format!("{} ({count})", plain(state.as_str())));
        if chosen == Some(*state) { choice.chosen() } else { choice }
    };
    std::iter::once(if chosen.is_none() { every.chosen() } else { every })
        .chain(AccountState::ALL.iter().map(one))
        .collect()
}

fn row(desk: &Desk, account: &AccountSummary) -> AccountRow {
    let gate = desk.register().gate(&account.id.to_string(), Capability::Provision);
    AccountRow {
        id: account.id.to_string(),
        reference: account.reference.clone(),
        state: account_state(account.state),
        gate: gate_answer(gate.answer.as_str()),
        reseller: account.reseller.map(|id| account_link(id, &short(&id.to_string()))),
        applied: when(account.created_at, desk.now()),
    }
}

/// An account under the words given.
pub(super) fn account_link(id: AccountId, text: &str) -> Link {
    Link::new(&format!("/console/accounts/{id}"), text)
}

pub(super) async fn one(desk: Desk, Path(id): Path<String>) -> Reply {
    desk.answer(move |desk| {
        let id: AccountId = id.parse().map_err(|_| Trouble::NotHere)?;
        let (register, call, now) = (desk.register(), desk.call(), desk.now());
        let account = register.account(&call, id)?;
        let names = Names::of(desk);
        let timeline = super::timeline::of_account(desk, id, &names)?;
        let kinds: BTreeMap<PartyId, &RoleView> =
            account.roles.iter().map(|role| (role.party, role)).collect();
        let decision = account.decision.as_ref();
        Ok(page(&AccountPage {
            shell: desk.shell(Section::Accounts),
            id: id.to_string(),
            reference: account.summary.reference.clone(),
            state: account_state(account.summary.state),
            scope: decision.map(scope),
            applied: when(account.summary.created_at, now),
            opened: account.summary.opened_at.map(|at| when(at, now)),
            gate: gate(desk, &account),
            change: may_change(desk, &account)
                .then(|| Link::new(&format!("/console/accounts/{id}/parties"), "Change owners and roles")),
            roles: account.roles.iter().map(role_row).collect(),
            chain: chain(desk, &account),
            below: account.below.iter().take(BELOW_MAX).map(below_row).collect(),
            below_cut: match account.below.len().checked_sub(BELOW_MAX) {
                Some(more) if more > 0 => format!("and at least {more} more"),
                _ => String::new(),
            },
            ownership: ownership(&account, &kinds),
            decisions: decisions(&account, now),
            measures: decision.map(|d| measures(d, now)).unwrap_or_default(),
            cases: account.cases.iter().map(case_row).collect(),
            appeal: appeal(desk, &account),
            links: account.links.iter().map(link_row).collect(),
            timeline,
        }))
    })
    .await
}

fn appeal(desk: &Desk, account: &AccountView) -> Option<Link> {
    use AccountState as S;
    let against = matches!(account.summary.state, S::Refused | S::Restricted | S::Suspended | S::Closed);
    let here = format!("/console/accounts/{}/appeal", account.summary.id);
    (against && desk.may(Action::Appeal)).then(|| Link::new(&here, "Enter an appeal"))
}

/// Whether the viewer may change who is behind the account.
fn may_change(desk: &Desk, account: &AccountView) -> bool {
    desk.may(Action::AddFacts) && account.summary.state != AccountState::Closed
}

fn scope(decision: &Decision) -> Badge {
    match decision.scope {
        Scope::InScope => Badge::new(Tone::Info, "in the programme"),
        Scope::OutOfScopeVerifiedUs => Badge::new(Tone::Good, "verified US, outside the programme"),
    }
}

fn gate(desk: &Desk, account: &AccountView) -> GateView {
    let answer = desk.register().gate(&account.summary.id.to_string(), Capability::Provision);
    let summary = match answer.answer.as_str() {
        "allow" => "New resources may be created.".to_owned(),
        "condition" => "New resources may be created within the restricted allowance.".to_owned(),
        _ => format!("Nothing new may be created: {}.", plain(&answer.reasons.join(", "))),
    };
    let alike = |word: &str| {
        let actions: Vec<String> = account
            .gate
            .iter()
            .filter(|(_, answer)| **answer == word)
            .map(|(action, _)| plain(action))
            .collect();
        (!actions.is_empty()).then(|| GateAction { verdict: gate_answer(word), actions: actions.join(", ") })
    };
    GateView {
        verdict: gate_answer(answer.answer.as_str()),
        summary,
        freshness: format!("answer {} s old", answer.age_ms / 1_000),
        actions: ["allow", "condition", "deny"].into_iter().filter_map(alike).collect(),
    }
}

/// The reasons of a decision from this consequence on.
fn reasons(decision: &Decision, least: Effect) -> Vec<Reason> {
    let remedy = |reason: &tenantry_policy::decision::Reason| {
        let change = decision.would_change.iter().find(|c| c.rule == reason.rule && c.party == reason.party);
        change.map(|c| c.text.clone()).unwrap_or_default()
    };
    let view = |reason: &tenantry_policy::decision::Reason| Reason {
        code: reason.rule.to_string(),
        text: plain(&reason.sentence()),
        citation: [reason.requirement.as_str(), reason.citation.as_str()].join(", "),
        remedy: remedy(reason),
        tone: match reason.effect {
            Effect::Note => Tone::Quiet,
            Effect::Restrict => Tone::Warn,
            Effect::Review => Tone::Info,
            Effect::Refuse => Tone::Bad,
        },
    };
    decision.reasons.iter().filter(|reason| reason.effect >= least).map(view).collect()
}

fn role_row(role: &RoleView) -> RoleRow {
    let words: Vec<String> = role.roles.iter().map(|role| plain(role.as_str())).collect();
    RoleRow {
        role: if words.is_empty() { "behind another".to_owned() } else { words.join(", ") },
        party: party_link(role.party, role.kind),
        status: status(role.status),
    }
}

fn chain(desk: &Desk, account: &AccountView) -> Vec<Link> {
    let provider = Link::new("/console/accounts", &desk.console().options.provider);
    let above = account.chain.iter().rev().map(|above| account_link(above.id, &above.reference));
    std::iter::once(provider).chain(above).chain([Link::new("", &account.summary.reference)]).collect()
}

fn below_row(below: &AccountSummary) -> BelowRow {
    BelowRow { account: account_link(below.id, &below.reference), state: account_state(below.state) }
}

/// The owners above each organisation that contracts, depth first.
fn ownership(account: &AccountView, kinds: &BTreeMap<PartyId, &RoleView>) -> Vec<OwnerNode> {
    let customers = account.roles.iter().filter(|role| {
        role.kind == PartyKind::Organisation
            && role.roles.iter().any(|r| matches!(r, AccountRole::Customer | AccountRole::Reseller))
    });
    let mut nodes = Vec::new();
    for customer in customers {
        nodes.push(OwnerNode {
            depth: 0,
            party: party_link(customer.party, customer.kind),
            share: "customer".to_owned(),
            status: status(customer.status),
            note: String::new(),
        });
        let mut tree =
            Tree { account, kinds, above: BTreeSet::from([customer.party]), customer: customer.party };
        tree.climb(customer.party, 1, &mut nodes);
    }
    nodes
}

struct Tree<'a> {
    account: &'a AccountView,
    kinds: &'a BTreeMap<PartyId, &'a RoleView>,
    /// The path from the customer up, so that a ring of holdings ends.
    above: BTreeSet<PartyId>,
    customer: PartyId,
}

impl Tree<'_> {
    fn climb(&mut self, owned: PartyId, depth: u8, nodes: &mut Vec<OwnerNode>) {
        for interest in self.account.interests.iter().filter(|interest| interest.owned == owned) {
            if depth > DEPTH_MAX || nodes.len() >= NODES_MAX || !self.above.insert(interest.owner) {
                continue;
            }
            let owner = self.kinds.get(&interest.owner);
            nodes.push(OwnerNode {
                depth,
                party: owner.map_or_else(|| Link::new("", "not described"), |o| party_link(o.party, o.kind)),
                share: held(interest),
                status: owner.map_or_else(|| Badge::new(Tone::Warn, "undetermined"), |o| status(o.status)),
                note: self.effective(interest.owner, depth),
            });
            self.climb(interest.owner, depth + 1, nodes);
            self.above.remove(&interest.owner);
        }
    }

    /// What an owner further up holds of the customer through everything between.
    fn effective(&self, owner: PartyId, depth: u8) -> String {
        let findings =
            self.account.decision.iter().flat_map(|d| &d.ownership).filter(|o| o.party == self.customer);
        let found = findings.flat_map(|o| &o.finding.owners).find(|o| o.party == owner);
        match found {
            Some(found) if depth > 1 => {
                format!("Holds {} of the customer through those between.", percent(found.equity))
            }
            _ => String::new(),
        }
    }
}

/// What an interest amounts to, in words.
pub(super) fn held(interest: &Interest) -> String {
    let control = interest.control.iter().map(|control| plain(control.as_str()));
    interest.share.map(percent).into_iter().chain(control).collect::<Vec<_>>().join(", ")
}

/// A share in percent: `60 %`, `25–50 %`, `12.5 %`.
fn percent(range: ShareRange) -> String {
    let one = |ppm: u32| {
        let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let (least, most) = (range.min().ppm(), range.max().ppm());
    if least == most { format!("{} %", one(least)) } else { format!("{}–{} %", one(least), one(most)) }
}

fn decisions(account: &AccountView, now: Timestamp) -> Vec<DecisionRow> {
    let in_force = account.decision.as_ref();
    account
        .decisions
        .iter()
        .enumerate()
        .map(|(position, decided)| {
            let newest = in_force.filter(|_| position == 0);
            DecisionRow {
                id: decided.id.to_string(),
                at: when(decided.decided_at, now),
                outcome: outcome(&decided.outcome),
                cause: cause(&decided.cause),
                basis: newest
                    .map(|d| format!("pack {} {}, {}", d.pack.id, d.pack.version, d.engine))
                    .unwrap_or_default(),
                reasons: newest
                    .map(|d| {
                        reasons(d, if d.outcome == Outcome::Open { Effect::Note } else { Effect::Restrict })
                    })
                    .unwrap_or_default(),
                record: record_link(u64::try_from(decided.leaf).unwrap_or_default()),
            }
        })
        .collect()
}

/// What made the register decide, in words.
fn cause(word: &str) -> String {
    match word {
        "application" => "because somebody applied".to_owned(),
        "facts" => "because facts were added".to_owned(),
        "world" => "because a list, a measure or a rule changed".to_owned(),
        "case" => "because a case was decided".to_owned(),
        other => format!("because of: {}", plain(other)),
    }
}

fn measures(decision: &Decision, now: Timestamp) -> Vec<MeasureInForce> {
    let view = |reach: &Reach| MeasureInForce {
        measure: Link::new(
            &format!("/console/measures/{}", reach.measure),
            &format!("measure {}", short(&reach.measure.to_string())),
        ),
        effect: match reach.effect {
            ReachEffect::Prohibit => "prohibits the account".to_owned(),
            ReachEffect::Condition => "sets conditions".to_owned(),
        },
        state: match reach.timing {
            Timing::Upcoming => Badge::new(Tone::Warn, "upcoming"),
            Timing::InForce => Badge::new(Tone::Bad, "in force"),
            Timing::Expired => Badge::new(Tone::Quiet, "over"),
        },
        from: day(reach.effective_at, now),
    };
    decision.reaches.iter().map(view).collect()
}

fn case_row(case: &tenantry_register::accounts::CaseLine) -> CaseRow {
    CaseRow {
        case: Link::new(
            &format!("/console/cases/{}", case.id),
            &format!("{} {}", plain(case.kind.as_str()), short(&case.id.to_string())),
        ),
        state: case_state(case.state),
        why: plain(&case.sentences.join(" ")),
    }
}

fn link_row(link: &tenantry_policy::input::LinkSummary) -> LinkRow {
    LinkRow {
        account: account_link(link.other, &format!("account {}", short(&link.other.to_string()))),
        standing: standing(link.standing),
        strength: strength(link.tier),
    }
}

/// How a linked account stands.
pub(super) fn standing(standing: Standing) -> Badge {
    match standing {
        Standing::Ordinary => Badge::new(Tone::Quiet, "ordinary"),
        Standing::Unverified => Badge::new(Tone::Warn, "refused, not verified"),
        Standing::Prohibited => Badge::new(Tone::Bad, "refused, prohibited"),
        Standing::ClosedForCause => Badge::new(Tone::Bad, "closed for cause"),
    }
}

/// How strong a link is.
pub(super) fn strength(tier: Tier) -> Badge {
    match tier {
        Tier::Weak => Badge::new(Tone::Quiet, "weak"),
        Tier::Medium => Badge::new(Tone::Info, "medium"),
        Tier::Strong => Badge::new(Tone::Warn, "strong"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenantry_model::share::Share;

    #[test]
    fn shares_are_exact_percentages() {
        let range = |least, most| {
            ShareRange::new(Share::from_ppm(least).unwrap(), Share::from_ppm(most).unwrap()).unwrap()
        };
        for (least, most, text) in [
            (630_000, 630_000, "63 %"),
            (125_000, 125_000, "12.5 %"),
            (250_000, 500_000, "25–50 %"),
            (1, 1, "0.0001 %"),
        ] {
            assert_eq!(percent(range(least, most)), text);
        }
    }
}
