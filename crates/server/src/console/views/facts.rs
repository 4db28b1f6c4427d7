//! Recording a fact about a party: first its kind, then what that kind needs, how well it is supported, and what it
//! takes the place of. Facts on record are named by kind, source and day; their values stay masked.

use askama::Template;

use super::opaque_debug;
use super::parts::{Choice, Link};
use super::party::Contradiction;
use super::shell::Shell;

/// `GET /console/parties/{id}/facts`, with `?kind=` once a kind is chosen. The form posts to the same path.
#[derive(Clone, Template)]
#[template(path = "console/facts.html")]
pub struct FactsPage {
    /// Frame.
    pub shell: Shell,
    /// Party id.
    pub id: String,
    /// The party.
    pub party: Link,
    /// What went wrong with the last try; empty at first.
    pub problem: String,
    /// What does not agree about the party.
    pub contradictions: Vec<Contradiction>,
    /// Kinds of facts that can be recorded.
    pub kinds: Vec<Choice>,
    /// The form; none before a kind is chosen.
    pub draft: Option<FactDraft>,
}

/// A fact that is being recorded, with what was typed.
#[derive(Clone)]
pub struct FactDraft {
    /// Word of the kind.
    pub kind: String,
    /// The kind, for people.
    pub title: String,
    /// What the kind needs.
    pub inputs: Vec<Input>,
    /// How well it may be supported.
    pub strengths: Vec<Choice>,
    /// How it may have been checked.
    pub methods: Vec<Choice>,
    /// What may have come of the check.
    pub results: Vec<Choice>,
    /// ISO date of the check.
    pub checked_on: String,
    /// What was looked at.
    pub description: String,
    /// Facts in force of the same kind.
    pub replaceable: Vec<Choice>,
}

/// One field of a fact.
#[derive(Clone)]
pub struct Input {
    /// Sent with the form.
    pub name: &'static str,
    /// Printed.
    pub label: &'static str,
    /// How to write it; may be empty.
    pub hint: &'static str,
    /// How it is filled in.
    pub control: Control,
    /// Whether it may stay empty.
    pub need: Need,
}

/// How a field is filled in.
#[derive(Clone)]
pub enum Control {
    /// A line of text.
    Line(String),
    /// A whole date.
    Day(String),
    /// One of a list.
    Choice(Vec<Choice>),
}

/// Whether a field may stay empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It may not.
    Required,
    /// It may.
    Optional,
}

impl Input {
    pub(crate) fn is_required(&self) -> bool {
        self.need == Need::Required
    }
}

opaque_debug!(FactsPage, FactDraft, Input, Control, Need);
