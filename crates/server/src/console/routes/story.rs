//! The guided story of the demo: what the binary tells, with the places it names found in the register when asked.

use super::desk::{Desk, Trouble};
use super::words::plain;
use crate::console::views::parts::Link;
use crate::console::views::shell::Section;
use crate::console::views::story::{Chapter, StoryPage, StoryStep as Step};
use crate::console::{Reply, page};
use tenantry_model::case::CaseKind;
use tenantry_register::Action;

/// One chapter.
#[derive(Debug, Clone)]
pub struct StoryChapter {
    /// Title.
    pub title: String,
    /// What happened, one or two sentences.
    pub happened: String,
    /// What to look at, in this order.
    pub steps: Vec<StoryStep>,
    /// Why it matters, one or two sentences.
    pub matters: String,
}

/// One thing to look at.
#[derive(Debug, Clone)]
pub struct StoryStep {
    /// Where.
    pub place: StoryPlace,
    /// What to see there.
    pub look: String,
}

/// A place in the console, named as the provider would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoryPlace {
    /// The account with this reference.
    Account(String),
    /// The first case of this kind about the account with this reference.
    Case(CaseKind, String),
    /// The order that was received.
    Order,
    /// Measures.
    Measures,
    /// The ledger.
    Ledger,
}

pub(super) async fn show(desk: Desk) -> Reply {
    desk.answer(|desk| {
        let Some(chapters) = &desk.console().options.demo_story else { return Err(Trouble::NotHere) };
        let intro = "This provider and all its customers are invented; the sanctions list is the real one. Five things \
                     happened. Follow them in any order.";
        Ok(page(&StoryPage {
            shell: desk.shell(Section::Story),
            intro: intro.to_owned(),
            chapters: chapters.iter().map(|chapter| view(desk, chapter)).collect(),
        }))
    })
    .await
}

fn view(desk: &Desk, chapter: &StoryChapter) -> Chapter {
    let step = |step: &StoryStep| Step { link: find(desk, &step.place), look: step.look.clone() };
    Chapter {
        title: chapter.title.clone(),
        text: chapter.happened.clone(),
        matters: chapter.matters.clone(),
        steps: chapter.steps.iter().map(step).collect(),
    }
}

/// Where a place is now. What is not there, or not for this viewer, is named without a link.
fn find(desk: &Desk, place: &StoryPlace) -> Link {
    let (register, call) = (desk.register(), desk.call());
    let account = |reference: &str| register.account_by_reference(&call, reference).ok();
    let link = |href: Option<String>, text: &str| Link::new(&href.unwrap_or_default(), text);
    match place {
        StoryPlace::Account(reference) => link(
            account(reference).map(|id| format!("/console/accounts/{id}")),
            &format!("Account {reference}"),
        ),
        StoryPlace::Case(kind, reference) => {
            let view = account(reference).and_then(|id| register.account(&call, id).ok());
            let case = view.and_then(|view| view.cases.into_iter().find(|case| case.kind == *kind));
            let text = format!("Case “{}” of {reference}", plain(kind.as_str()));
            link(case.map(|case| format!("/console/cases/{}", case.id)), &text)
        }
        StoryPlace::Order => {
            let first = register.orders(&call, None, 1).ok().and_then(|page| page.orders.into_iter().next());
            link(first.map(|order| format!("/console/orders/{}", order.id)), "The order")
        }
        StoryPlace::Measures => {
            link(desk.may(Action::Read).then(|| "/console/measures".to_owned()), "Measures")
        }
        StoryPlace::Ledger => {
            link(desk.may(Action::ReadLedger).then(|| "/console/ledger".to_owned()), "The ledger")
        }
    }
}
