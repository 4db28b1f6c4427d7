//! Who stands behind an account: who comes to it, which roles and interests begin and end.

use askama::Template;

use super::opaque_debug;
use super::parts::{Choice, Link};
use super::shell::Shell;

/// `GET /console/accounts/{id}/parties`. Forms: `POST` to the same address, each with what it is for in `then`.
#[derive(Clone, Template)]
#[template(path = "console/behind.html")]
pub struct BehindPage {
    /// Frame.
    pub shell: Shell,
    /// Account id.
    pub id: String,
    /// The account.
    pub account: Link,
    /// Version of the account that is shown.
    pub version: i64,
    /// Roles held now.
    pub roles: Vec<HeldRole>,
    /// Interests held now.
    pub interests: Vec<HeldInterest>,
    /// What stopped the last try where no field is to blame; empty otherwise.
    pub problem: String,
    /// A party that comes to the account.
    pub add: AddDraft,
    /// A role that a party on the account takes up.
    pub begin: BeginDraft,
    /// An interest between two parties of the account.
    pub hold: HoldDraft,
}

/// A role that somebody holds.
#[derive(Clone)]
pub struct HeldRole {
    /// Who.
    pub party: Link,
    /// Id of the party.
    pub id: String,
    /// The role in words.
    pub title: String,
    /// The role; empty when it cannot be ended here.
    pub role: String,
}

/// An interest that somebody holds.
#[derive(Clone)]
pub struct HeldInterest {
    /// Who.
    pub owner: Link,
    /// In whom.
    pub owned: Link,
    /// Id of the holder.
    pub owner_id: String,
    /// Id of what is held.
    pub owned_id: String,
    /// `25 %, voting rights`.
    pub held: String,
}

/// A field of one value with what is wrong with it.
#[derive(Clone, Default)]
pub struct Line {
    /// What was typed.
    pub value: String,
    /// What is wrong; empty when nothing is.
    pub problem: String,
}

/// A field with choices and what is wrong with what was chosen.
#[derive(Clone, Default)]
pub struct Choices {
    /// What there is to choose from.
    pub choices: Vec<Choice>,
    /// What is wrong; empty when nothing is.
    pub problem: String,
}

/// The form for a new party.
#[derive(Clone)]
pub struct AddDraft {
    /// Person or organisation.
    pub kind: Choices,
    /// Name.
    pub name: Line,
    /// Country.
    pub country: Line,
    /// Date of birth.
    pub birth_date: Line,
    /// Roles.
    pub roles: Choices,
    /// In whom the party holds an interest.
    pub owned: Choices,
    /// Share.
    pub share: Line,
    /// Kinds of control.
    pub control: Choices,
}

/// The form for a role of a party that is there.
#[derive(Clone)]
pub struct BeginDraft {
    /// Who.
    pub party: Choices,
    /// Which role.
    pub role: Choices,
}

/// The form for an interest between parties that are there.
#[derive(Clone)]
pub struct HoldDraft {
    /// Who holds.
    pub owner: Choices,
    /// In whom.
    pub owned: Choices,
    /// Share.
    pub share: Line,
    /// Kinds of control.
    pub control: Choices,
}

opaque_debug!(BehindPage, HeldRole, HeldInterest, Line, Choices, AddDraft, BeginDraft, HoldDraft);
