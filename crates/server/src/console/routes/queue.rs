//! The queue of cases, and taking the next one.

use super::desk::Desk;
use super::session::{Sent, see_other};
use super::timeline::Names;
use super::words::{case_state, cases_in_state, counted, plain, short, sla, title, when};
use crate::console::forms::BareForm;
use crate::console::views::parts::{Choice, Count, Link, Pager};
use crate::console::views::queue::{Filtered, Lease, QueuePage, QueueRow};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::Query;
use serde::Deserialize;
use tenantry_model::case::{CaseKind, CaseState};
use tenantry_model::time::Timestamp;
use tenantry_register::cases::{CaseFilter, CaseHead, Whose};
use tenantry_register::{Action, RegisterError};

/// Cases on one page.
const ROWS: usize = 50;
/// Cases tried when somebody wants the next one: others may be faster.
const TRIES_MAX: usize = 20;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    whose: String,
    #[serde(default)]
    after: String,
}

pub(super) async fn list(desk: Desk, Query(asked): Query<Asked>) -> Reply {
    desk.answer(move |desk| {
        let (register, call) = (desk.register(), desk.call());
        tenantry_register::access::role_may(desk.role(), Action::WorkCases)
            .then_some(())
            .ok_or(RegisterError::Forbidden { action: Action::WorkCases })?;
        let filter = CaseFilter {
            state: asked.state.parse().ok(),
            kind: asked.kind.parse().ok(),
            whose: whose(&asked.whose),
        };
        let found = register.queue(&call, filter, asked.after.parse().ok(), ROWS)?;
        let counts = register.case_counts(&call)?;
        let names = Names::of(desk);
        let in_state =
            |state: CaseState| counts.iter().filter(|c| c.state == state).map(|c| c.cases).sum::<i64>();
        let shown_state = filter.state.unwrap_or(CaseState::Open);
        let next = found.next.map(|cursor| {
            let href = format!(
                "/console/queue?state={shown_state}&kind={}&whose={}&after={cursor}",
                filter.kind.map(CaseKind::as_str).unwrap_or_default(),
                whose_word(filter.whose),
            );
            Link::new(&href, "Next page")
        });
        Ok(page(&QueuePage {
            shell: desk.shell(Section::Queue),
            counts: CaseState::ALL
                .iter()
                .map(|state| Count {
                    label: cases_in_state(*state, in_state(*state)).to_owned(),
                    value: counted(in_state(*state)),
                    href: format!("/console/queue?state={state}"),
                })
                .collect(),
            states: choices(CaseState::ALL, CaseState::as_str, Some(shown_state), |s| title(s.as_str())),
            kinds: std::iter::once(first("Every kind", filter.kind.is_none()))
                .chain(choices(CaseKind::ALL, CaseKind::as_str, filter.kind, |k| title(k.as_str())))
                .collect(),
            whose: [(Whose::Anybody, "Anybody’s"), (Whose::Mine, "Mine"), (Whose::Free, "Free")]
                .into_iter()
                .map(|(one, label)| {
                    let choice = Choice::new(whose_word(one), label);
                    if one == filter.whose { choice.chosen() } else { choice }
                })
                .collect(),
            pager: Pager {
                summary: format!(
                    "{} here, {} {}",
                    found.cases.len(),
                    counted(in_state(shown_state)),
                    cases_in_state(shown_state, in_state(shown_state))
                ),
                previous: None,
                next,
            },
            rows: found.cases.iter().map(|case| row(desk, case, &names)).collect(),
            filtered: if filter == CaseFilter::default() { Filtered::No } else { Filtered::Yes },
        }))
    })
    .await
}

fn first(label: &str, chosen: bool) -> Choice {
    let choice = Choice::new("", label);
    if chosen { choice.chosen() } else { choice }
}

fn choices<T: Copy + PartialEq>(
    all: &[T],
    word: impl Fn(T) -> &'static str,
    chosen: Option<T>,
    label: impl Fn(T) -> String,
) -> Vec<Choice> {
    let one = |value: &T| {
        let choice = Choice::new(word(*value), &label(*value));
        if chosen == Some(*value) { choice.chosen() } else { choice }
    };
    all.iter().map(one).collect()
}

fn whose(word: &str) -> Whose {
    match word {
        "mine" => Whose::Mine,
        "free" => Whose::Free,
        _ => Whose::Anybody,
    }
}

const fn whose_word(whose: Whose) -> &'static str {
    match whose {
        Whose::Anybody => "",
        Whose::Mine => "mine",
        Whose::Free => "free",
    }
}

fn row(desk: &Desk, case: &CaseHead, names: &Names) -> QueueRow {
    let now = desk.now();
    let done = case.state == CaseState::Closed;
    QueueRow {
        id: case.id.to_string(),
        short: short(&case.id.to_string()),
        kind: title(case.kind.as_str()),
        subject: case.reference.clone().unwrap_or_default(),
        why: plain(&case.sentences.first().cloned().unwrap_or_else(|| case.rules.join(", "))),
        state: case_state(case.state),
        sla: if done { closed_sla() } else { sla(case.due_at, now) },
        lease: lease(desk, case, names),
        opened: when(case.opened_at, now),
    }
}

/// A closed case has no time left to tell.
pub(super) fn closed_sla() -> crate::console::views::queue::Sla {
    crate::console::views::queue::Sla {
        text: "done".to_owned(),
        tone: crate::console::views::parts::Tone::Quiet,
    }
}

/// Who holds a case.
pub(super) fn lease(desk: &Desk, case: &CaseHead, names: &Names) -> Lease {
    let (Some(holder), Some(until)) = (case.leased_by, case.leased_until) else { return Lease::Free };
    let left = left(until, desk.now());
    if holder == desk.session.staff.id {
        Lease::Mine { left }
    } else {
        Lease::Other { name: names.staff(holder), left }
    }
}

fn left(until: Timestamp, now: Timestamp) -> String {
    let seconds = (until.as_micros() - now.as_micros()).max(0) / 1_000_000;
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min", seconds / 60) }
}

pub(super) async fn next(sent: Sent<BareForm>) -> Reply {
    sent.desk.at("/console/queue").answer(|desk| Ok(see_other(&take_next(desk)?))).await
}

/// Takes the first case that nobody holds and that the viewer may take; answers where it is.
pub(super) fn take_next(desk: &Desk) -> Result<String, RegisterError> {
    let (register, call) = (desk.register(), desk.call());
    let filter = CaseFilter { whose: Whose::Free, ..CaseFilter::default() };
    for case in register.queue(&call, filter, None, TRIES_MAX)?.cases {
        match register.lease(&call, case.id) {
            Ok(_) => return Ok(format!("/console/cases/{}", case.id)),
            // Somebody was faster, or it needs somebody with more authority.
            Err(
                RegisterError::Leased
                | RegisterError::Changed { .. }
                | RegisterError::State { .. }
                | RegisterError::SecondPerson
                | RegisterError::Forbidden { .. },
            ) if tenantry_register::access::role_may(desk.role(), Action::WorkCases) => {}
            Err(error) => return Err(error),
        }
    }
    Ok("/console/queue?done=queue-empty".to_owned())
}
