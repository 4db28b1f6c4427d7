//! One case: what it holds for whoever took it, and the decision.

use super::accounts::{account_link, standing, strength};
use super::approvals::second_person;
use super::comparison::{customer, hit_views};
use super::desk::{Desk, Trouble, sentence};
use super::queue::{closed_sla, lease, take_next};
use super::session::{Sent, see_other};
use super::timeline::{Names, account_by_reference, of_account};
use super::words::{case_state, plain, short, sla, title, when};
use crate::console::forms::{BareForm, DecisionForm};
use crate::console::views::case::{
    CaseLink, CasePage, DecisionForm as Form, Detail, HitView, Previous, ReasonGroup, Verdict as VerdictView,
    Work,
};
use crate::console::views::parts::{Choice, Link};
use crate::console::views::queue::Lease;
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::Path;
use tenantry_model::case::{CaseKind, CaseState, Verdict};
use tenantry_model::id::CaseId;
use tenantry_register::cases::{
    CaseDecision, CaseDetailView, CaseHead, CaseView, NoteNeed, Raised, VerdictOption,
};
use tenantry_register::{Action, RegisterError};

/// What a try to decide left behind, when it has to be put right.
#[derive(Default)]
struct Tried {
    problem: String,
    note: String,
}

pub(super) async fn one(desk: Desk, Path(id): Path<String>) -> Reply {
    desk.answer(move |desk| draw(desk, case_id(&id)?, Tried::default())).await
}

pub(super) async fn take(Path(id): Path<String>, sent: Sent<BareForm>) -> Reply {
    at(sent.desk, &id)
        .answer(move |desk| {
            let id = case_id(&id)?;
            desk.register().lease(&desk.call(), id)?;
            Ok(see_other(&format!("/console/cases/{id}?done=leased")))
        })
        .await
}

pub(super) async fn give_back(Path(id): Path<String>, sent: Sent<BareForm>) -> Reply {
    at(sent.desk, &id)
        .answer(move |desk| {
            desk.register().release(&desk.call(), case_id(&id)?)?;
            Ok(see_other("/console/queue?done=given-back"))
        })
        .await
}

pub(super) async fn decide(Path(id): Path<String>, sent: Sent<DecisionForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    at(desk, &id)
        .answer(move |desk| {
            let id = case_id(&id)?;
            let tried = |problem: String| Tried { problem, note: form.note.clone() };
            let Ok(verdict) = form.verdict.parse::<Verdict>() else {
                return draw(desk, id, tried("Choose a verdict.".to_owned()));
            };
            let Ok(reason_code) = form.reason.parse() else {
                return draw(desk, id, tried("Choose a reason.".to_owned()));
            };
            let version =
                form.version.parse().map_err(|_| Trouble::Wrong("The form names no version.".to_owned()))?;
            let confirmed = match verdict {
                Verdict::Confirm => {
                    form.confirmed.split(' ').filter(|key| !key.is_empty()).map(str::to_owned).collect()
                }
                _ => Vec::new(),
            };
            let decision = CaseDecision { verdict, reason_code, note: form.note.clone(), confirmed };
            match desk.register().decide(&desk.call_once(once), id, version, decision) {
                Ok(decided) => {
                    let done = if decided.approval.is_some() { "asked-second" } else { "decided" };
                    let next =
                        if form.then == "next" { take_next(desk)? } else { format!("/console/cases/{id}") };
                    let path = next.split('?').next().unwrap_or_default().to_owned();
                    Ok(see_other(&format!("{path}?done={done}")))
                }
                Err(error @ RegisterError::Invalid { .. }) => draw(desk, id, tried(refusal(&error))),
                Err(error) => Err(error.into()),
            }
        })
        .await
}

/// A refusal of a field, said with the field.
fn refusal(error: &RegisterError) -> String {
    match error {
        RegisterError::Invalid { pointer, .. } if pointer == "/reason_code" => {
            "That reason does not go with this verdict; choose one of its own group.".to_owned()
        }
        RegisterError::Invalid { pointer, .. } if pointer == "/note" => {
            "This verdict and reason need a note that lets somebody else follow them.".to_owned()
        }
        other => sentence(other),
    }
}

fn at(desk: Desk, id: &str) -> Desk {
    let path = id.parse::<CaseId>().map(|id| format!("/console/cases/{id}")).unwrap_or_default();
    desk.at(&path)
}

fn case_id(id: &str) -> Result<CaseId, Trouble> {
    id.parse().map_err(|_| Trouble::NotHere)
}

fn draw(desk: &Desk, id: CaseId, tried: Tried) -> Result<Reply, Trouble> {
    if !desk.may(Action::WorkCases) {
        return Err(RegisterError::Forbidden { action: Action::WorkCases }.into());
    }
    let case = desk.register().case(&desk.call(), id)?;
    let (head, now, names) = (&case.head, desk.now(), Names::of(desk));
    let lease = lease(desk, head, &names);
    let timeline = match head.account {
        Some(account) => of_account(desk, account, &names)?,
        None => Vec::new(),
    };
    let detail = case.detail.as_ref().map(|detail| detail_view(desk, &case, detail));
    let work = work(desk, &case, &lease, detail.as_ref(), &names, tried)?;
    Ok(page(&CasePage {
        shell: desk.shell(Section::Queue),
        id: id.to_string(),
        short: short(&id.to_string()),
        kind: title(head.kind.as_str()),
        state: case_state(head.state),
        sla: if head.state == CaseState::Closed { closed_sla() } else { sla(head.due_at, now) },
        lease,
        account: head
            .account
            .map(|account| account_link(account, head.reference.as_deref().unwrap_or("account"))),
        party: head.party.map(|party| {
            Link::new(&format!("/console/parties/{party}"), &format!("party {}", short(&party.to_string())))
        }),
        record: record_fact(desk, head),
        why: head.sentences.iter().map(|sentence| plain(sentence)).collect(),
        raised: match case.raised {
            Raised::NoLonger if head.state != CaseState::Closed => {
                "The decision in force does not raise this any more.".to_owned()
            }
            _ => String::new(),
        },
        rules: head.rules.clone(),
        requirements: head.requirements.clone(),
        previous: previous(desk, head, &names),
        detail,
        timeline,
        work,
    }))
}

/// Where a fact about the party is recorded, for the cases that a fact can settle.
fn record_fact(desk: &Desk, head: &CaseHead) -> Option<Link> {
    let settled_by_facts = matches!(head.kind, CaseKind::Discrepancy | CaseKind::MissingItem);
    let open = head.state != CaseState::Closed;
    let party = head.party.filter(|_| settled_by_facts && open && desk.may(Action::AddFacts))?;
    Some(Link::new(&format!("/console/parties/{party}/facts"), "Record what you found"))
}

fn previous(desk: &Desk, head: &CaseHead, names: &Names) -> Option<Previous> {
    Some(Previous {
        at: when(head.decided_at?, desk.now()),
        by: names.staff(head.decided_by?),
        verdict: verdict_word(head.verdict?, head.kind).to_owned(),
        reason: plain(head.reason_code?.as_str()),
    })
}

fn detail_view(desk: &Desk, case: &CaseView, detail: &CaseDetailView) -> Detail {
    let link = |link: &tenantry_linkage::Link| CaseLink {
        account: account_by_reference(desk, link.other),
        standing: standing(link.standing),
        strength: strength(link.tier),
        basis: link.evidence_for.iter().copied().map(super::comparison::agreement).collect(),
        against: link
            .evidence_against
            .iter()
            .copied()
            .map(super::comparison::token_word)
            .collect::<Vec<_>>()
            .join(", "),
    };
    Detail {
        customer: case.head.party.map(|party| customer(party, detail, desk.now())),
        hits: hit_views(desk, &detail.hits, detail),
        links: detail.links.iter().map(link).collect(),
        words: detail.words.clone(),
        notes: detail.notes.clone(),
    }
}

fn work(
    desk: &Desk,
    case: &CaseView,
    lease: &Lease,
    detail: Option<&Detail>,
    names: &Names,
    tried: Tried,
) -> Result<Work, Trouble> {
    let head = &case.head;
    if head.state == CaseState::Closed {
        return Ok(Work::Read("This case is closed. A new concern opens a new one.".to_owned()));
    }
    if head.state == CaseState::AwaitingSecond && head.decided_by == Some(desk.session.staff.id) {
        return Ok(Work::Read("Your verdict waits for a second person.".to_owned()));
    }
    match lease {
        Lease::Other { name, left } => Ok(Work::Wait { name: name.clone(), left: left.clone() }),
        Lease::Free => Ok(Work::Take),
        Lease::Mine { .. } => match head.approval.filter(|_| head.state == CaseState::AwaitingSecond) {
            None => Ok(Work::Decide(form(case, detail, tried))),
            Some(approval) => match desk.register().approval(&desk.call(), approval) {
                Ok(view) => Ok(Work::Approve(Box::new(second_person(desk, &view, names)))),
                Err(RegisterError::NotFound { .. }) => {
                    Ok(Work::Read("It waits for a second person, which your role cannot be.".to_owned()))
                }
                Err(error) => Err(error.into()),
            },
        },
    }
}

fn form(case: &CaseView, detail: Option<&Detail>, tried: Tried) -> Form {
    let kind = case.head.kind;
    let verdict = |option: &VerdictOption| VerdictView {
        value: option.verdict.as_str().to_owned(),
        label: verdict_word(option.verdict, kind).to_owned(),
        effect: effect(option.verdict, kind).to_owned(),
        finality: match &option.second_person {
            Some(why) => format!("Needs a second person: {why}"),
            None => "Takes effect at once.".to_owned(),
        },
    };
    let group = |option: &VerdictOption| ReasonGroup {
        verdict: verdict_word(option.verdict, kind).to_owned(),
        codes: option
            .reasons
            .iter()
            .map(|(code, need)| {
                let note = if *need == NoteNeed::Required { " (with a note)" } else { "" };
                Choice::new(code.as_str(), &format!("{}{note}", plain(code.as_str())))
            })
            .collect(),
    };
    let hits: Vec<&HitView> = detail.iter().flat_map(|detail| &detail.hits).collect();
    Form {
        version: case.head.version.to_string(),
        verdicts: case.options.iter().map(verdict).collect(),
        reasons: case.options.iter().map(group).collect(),
        hits: match hits.as_slice() {
            [] | [_] => Vec::new(),
            many => many.iter().map(|hit| Choice::new(&hit.key, &hit.caption)).collect(),
        },
        problem: tried.problem,
        note: tried.note,
    }
}

/// A verdict as it reads on this kind of case.
pub(super) const fn verdict_word(verdict: Verdict, kind: CaseKind) -> &'static str {
    match (verdict, kind) {
        (Verdict::Dismiss, CaseKind::Match) => "not a match",
        (Verdict::Confirm, CaseKind::Match) => "match",
        (Verdict::Dismiss, CaseKind::Link) => "not the same actor",
        (Verdict::Confirm, CaseKind::Link) => "same actor",
        (Verdict::Dismiss, CaseKind::Order) => "refuse the order",
        (Verdict::Confirm, CaseKind::Order) => "carried out",
        (Verdict::Dismiss, CaseKind::Measure) => "does not apply",
        (Verdict::Confirm, CaseKind::Measure) => "applies",
        (Verdict::Dismiss, CaseKind::Appeal) => "the decision stands",
        (Verdict::Confirm, CaseKind::Appeal) => "grant the appeal",
        (Verdict::Dismiss, _) => "dismiss",
        (Verdict::Confirm, _) => "confirm",
        (Verdict::NeedInformation, _) => "need information",
        (Verdict::Escalate, _) => "escalate",
    }
}

const fn effect(verdict: Verdict, kind: CaseKind) -> &'static str {
    match (verdict, kind) {
        (Verdict::NeedInformation, _) => {
            "The case waits for the customer; your systems are told by a message."
        }
        (Verdict::Escalate, _) => "Only a compliance officer or legal can decide it from then on.",
        (Verdict::Dismiss, CaseKind::Order) => "Closes the case as refused; nothing is handed over.",
        (Verdict::Confirm, CaseKind::Order) => "Closes the case as carried out.",
        (Verdict::Dismiss, CaseKind::Appeal) => "Closes the case; the account stays as it is.",
        (Verdict::Confirm, CaseKind::Appeal) => {
            "What was confirmed against the account counts as undecided; it is assessed again, and what still stands is raised anew."
        }
        (Verdict::Dismiss, _) => {
            "Closes the case and assesses the account again; it is not raised anew while what it rests on stays as it is."
        }
        (Verdict::Confirm, CaseKind::Measure) => {
            "Closes the case and does to the account what the measure says."
        }
        (Verdict::Confirm, CaseKind::MissingItem | CaseKind::Failure) => {
            "Refuses the account, or suspends it if it was open, until the concern is gone."
        }
        (Verdict::Confirm, _) => {
            "Refuses the account for cause, or suspends it if it was open; no automatic decision brings it back."
        }
    }
}
