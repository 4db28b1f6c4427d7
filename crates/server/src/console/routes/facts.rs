//! Recording what a member of staff found out about a party: the door through which a contradiction is settled.
//!
//! A kind is chosen first and stands in the address, a word of ours; the form of that kind asks for nothing else. What was
//! typed is in the form and in the answer to it, which is not stored.

use super::desk::{Desk, Trouble, sentence};
use super::fact_form::{draft, offered, parse};
use super::parties::contradictions;
use super::session::{Sent, see_other};
use super::words::{fact_label, party_link};
use crate::console::forms::FactForm;
use crate::console::views::facts::{FactDraft, FactsPage};
use crate::console::views::parts::{Choice, Link};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::{Path, Query};
use serde::Deserialize;
use tenantry_model::fact::FactKind;
use tenantry_model::id::PartyId;
use tenantry_model::party::PartyKind;
use tenantry_register::parties::PartyView;
use tenantry_register::{Action, RegisterError};

/// What the page of the party is told after a fact was recorded.
pub(super) const RECORDED: &str = "facts-recorded";

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    kind: String,
}

pub(super) async fn new(desk: Desk, Path(id): Path<String>, Query(asked): Query<Asked>) -> Reply {
    desk.answer(move |desk| {
        let party = party(desk, &id)?;
        Ok(match asked.kind.as_str() {
            "" => draw(desk, &party, None, String::new()),
            word => match kind_of(word, party.kind) {
                Ok(kind) => {
                    draw(desk, &party, Some(draft(&FactForm::default(), kind, &party)), String::new())
                }
                Err(problem) => draw(desk, &party, None, problem),
            },
        })
    })
    .await
}

pub(super) async fn record(Path(id): Path<String>, sent: Sent<FactForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    let here = id.parse::<PartyId>().map(|id| format!("/console/parties/{id}/facts")).unwrap_or_default();
    desk.at(&here)
        .answer(move |desk| {
            let party = party(desk, &id)?;
            let kind = match kind_of(&form.kind, party.kind) {
                Ok(kind) => kind,
                Err(problem) => return Ok(draw(desk, &party, None, problem)),
            };
            let again = |problem| draw(desk, &party, Some(draft(&form, kind, &party)), problem);
            let statements = match parse(&form, kind, &party) {
                Ok(statements) => statements,
                Err(problem) => return Ok(again(problem)),
            };
            match desk.register().add_facts(&desk.call_once(once), party.id, statements) {
                Ok(_) => {
                    desk.console().state.deliveries_bell.notify_one();
                    Ok(see_other(&format!("/console/parties/{}?done={RECORDED}", party.id)))
                }
                Err(error @ RegisterError::Invalid { .. }) => Ok(again(refusal(&error))),
                Err(error) => Err(error.into()),
            }
        })
        .await
}

/// The party, for whoever may say something of it.
fn party(desk: &Desk, id: &str) -> Result<PartyView, Trouble> {
    if !desk.may(Action::AddFacts) {
        return Err(RegisterError::Forbidden { action: Action::AddFacts }.into());
    }
    let id: PartyId = id.parse().map_err(|_| Trouble::NotHere)?;
    Ok(desk.register().party(&desk.call(), id)?)
}

fn kind_of(word: &str, party: PartyKind) -> Result<FactKind, String> {
    let known = word.parse().ok().filter(|kind| offered(party).contains(kind));
    known.ok_or_else(|| {
        format!("That kind of fact is not recorded here for an {party}. Choose one from the list.")
    })
}

/// What the register said of a date or a ticked fact, which it cannot name as the form does.
fn refusal(error: &RegisterError) -> String {
    match error {
        RegisterError::Invalid { pointer, detail } if pointer.ends_with("/checked_at") => {
            format!("The day of the check {detail}; days are counted in UTC.")
        }
        RegisterError::Invalid { pointer, .. } if pointer == "/supersedes" => {
            "A fact you ticked is no longer in force. The form now shows those that are; look again."
                .to_owned()
        }
        other => sentence(other),
    }
}

fn draw(desk: &Desk, party: &PartyView, draft: Option<FactDraft>, problem: String) -> Reply {
    page(&FactsPage {
        shell: desk.shell(Section::Parties),
        id: party.id.to_string(),
        party: party_link(party.id, party.kind),
        problem,
        contradictions: contradictions(desk, party),
        kinds: kinds(desk, party.kind),
        draft,
    })
}

/// The kinds of facts that the viewer may record of such a party.
pub(super) fn kinds(desk: &Desk, party: PartyKind) -> Vec<Choice> {
    let kinds = if desk.may(Action::AddFacts) { offered(party) } else { &[] };
    kinds.iter().map(|kind| Choice::new(kind.as_str(), &fact_label(*kind))).collect()
}

/// A kind of fact, leading to where it is recorded if the viewer may.
pub(super) fn kind_link(desk: &Desk, party: &PartyView, kind: FactKind) -> Link {
    let href = if desk.may(Action::AddFacts) && offered(party.kind).contains(&kind) {
        format!("/console/parties/{}/facts?kind={kind}", party.id)
    } else {
        String::new()
    };
    Link::new(&href, &fact_label(kind))
}
