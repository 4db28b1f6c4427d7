//! Who stands behind an account, as staff change it: parties that come, roles and interests that begin or end (CIP-19, CRT-03).
//!
//! Reading and writing go through the use cases that the API calls. The page names no value of a party; what was typed about a new one
//! is in the form and in the answer to it, which is not stored.

use super::accounts::{account_link, held};
use super::behind_form::{Field, Wrong, change_of};
use super::desk::{Desk, Trouble, sentence};
use super::session::{Sent, see_other};
use super::words::{party_link, plain};
use crate::console::forms::BehindForm;
use crate::console::views::behind::{
    AddDraft, BeginDraft, BehindPage, Choices, HeldInterest, HeldRole, HoldDraft, Line,
};
use crate::console::views::parts::{Choice, Link};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::Path;
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::id::{AccountId, PartyId};
use tenantry_model::party::{Control, PartyKind};
use tenantry_register::accounts::AccountView;
use tenantry_register::{Action, RegisterError};

/// Roles that are given and taken here; the customer is whoever applied.
const ROLES: &[AccountRole] = &[
    AccountRole::BeneficialOwner,
    AccountRole::User,
    AccountRole::Payer,
    AccountRole::Signatory,
    AccountRole::Reseller,
];

pub(super) async fn show(desk: Desk, Path(id): Path<String>) -> Reply {
    desk.answer(move |desk| {
        let account = account(desk, &id)?;
        Ok(draw(desk, &account, &BehindForm::default(), &Wrong::default()))
    })
    .await
}

pub(super) async fn change(Path(id): Path<String>, sent: Sent<BehindForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    let here = id.parse::<AccountId>().map(|id| format!("/console/accounts/{id}/parties"));
    desk.at(&here.unwrap_or_default())
        .answer(move |desk| {
            let account = account(desk, &id)?;
            let version: i64 =
                form.version.parse().map_err(|_| Trouble::Wrong("The form names no version.".to_owned()))?;
            let change = match change_of(&form) {
                Ok(change) => change,
                Err(wrong) => return Ok(draw(desk, &account, &form, &wrong)),
            };
            match desk.register().change_roles(&desk.call_once(once), account.summary.id, version, change) {
                Ok(_) => {
                    desk.console().state.deliveries_bell.notify_one();
                    Ok(see_other(&format!("/console/accounts/{}?done=behind-changed", account.summary.id)))
                }
                Err(RegisterError::Invalid { pointer, detail }) => {
                    let error = RegisterError::Invalid { pointer: pointer.clone(), detail };
                    let wrong = Wrong::at(Field::behind(&form.then, &pointer), sentence(&error));
                    Ok(draw(desk, &account, &form, &wrong))
                }
                Err(error) => Err(error.into()),
            }
        })
        .await
}

/// The account, for whoever may change who is behind it.
fn account(desk: &Desk, id: &str) -> Result<AccountView, Trouble> {
    if !desk.may(Action::AddFacts) {
        return Err(RegisterError::Forbidden { action: Action::AddFacts }.into());
    }
    let id: AccountId = id.parse().map_err(|_| Trouble::NotHere)?;
    let account = desk.register().account(&desk.call(), id)?;
    if account.summary.state == AccountState::Closed {
        return Err(RegisterError::State {
            what: "account",
            state: "closed".to_owned(),
            hint: "who stands on a closed account does not change any more",
        }
        .into());
    }
    Ok(account)
}

/// The page. What was typed stays in the form that was sent; the others are empty.
fn draw(desk: &Desk, account: &AccountView, form: &BehindForm, wrong: &Wrong) -> Reply {
    let summary = &account.summary;
    let empty = BehindForm::default();
    let of = |then: &str| if form.then == then { form } else { &empty };
    let (add, begin, hold) = (of("add"), of("begin"), of("hold"));
    let problem = |then: &str, field: Field| {
        if form.then == then { wrong.about(field) } else { String::new() }
    };
    let line = |then: &str, field: Field, value: &str| Line {
        value: value.to_owned(),
        problem: problem(then, field),
    };
    let choices =
        |then: &str, field: Field, choices: Vec<Choice>| Choices { choices, problem: problem(then, field) };
    page(&BehindPage {
        shell: desk.shell(Section::Accounts),
        id: summary.id.to_string(),
        account: account_link(summary.id, &summary.reference),
        version: summary.version,
        roles: account.roles.iter().flat_map(held_roles).collect(),
        interests: interests(account),
        problem: wrong.about(Field::Elsewhere),
        add: AddDraft {
            kind: choices("add", Field::Kind, words(PartyKind::ALL, PartyKind::as_str, &add.kind)),
            name: line("add", Field::Name, &add.name),
            country: line("add", Field::Country, &add.country),
            birth_date: line("add", Field::BirthDate, &add.birth_date),
            roles: choices("add", Field::Roles, words(ROLES, AccountRole::as_str, &add.roles)),
            owned: choices("add", Field::Owned, organisations(account, &add.owned)),
            share: line("add", Field::Share, &add.share),
            control: choices("add", Field::Control, words(Control::ALL, Control::as_str, &add.control)),
        },
        begin: BeginDraft {
            party: choices("begin", Field::Party, parties(account, &begin.party)),
            role: choices("begin", Field::Role, words(ROLES, AccountRole::as_str, &begin.role)),
        },
        hold: HoldDraft {
            owner: choices("hold", Field::Owner, parties(account, &hold.owner)),
            owned: choices("hold", Field::Owned, organisations(account, &hold.owned)),
            share: line("hold", Field::Share, &hold.share),
            control: choices("hold", Field::Control, words(Control::ALL, Control::as_str, &hold.control)),
        },
    })
}

fn held_roles(view: &tenantry_register::accounts::RoleView) -> Vec<HeldRole> {
    let row = |role: &AccountRole| HeldRole {
        party: party_link(view.party, view.kind),
        id: view.party.to_string(),
        title: plain(role.as_str()),
        role: if *role == AccountRole::Customer { String::new() } else { role.as_str().to_owned() },
    };
    view.roles.iter().map(row).collect()
}

fn interests(account: &AccountView) -> Vec<HeldInterest> {
    let link = |id: PartyId| {
        let known = account.roles.iter().find(|role| role.party == id);
        known.map_or_else(|| Link::new("", "not described"), |role| party_link(role.party, role.kind))
    };
    let row = |interest: &tenantry_model::party::Interest| HeldInterest {
        owner: link(interest.owner),
        owned: link(interest.owned),
        owner_id: interest.owner.to_string(),
        owned_id: interest.owned.to_string(),
        held: held(interest),
    };
    account.interests.iter().map(row).collect()
}

fn parties(account: &AccountView, chosen: &str) -> Vec<Choice> {
    account.roles.iter().map(|role| party(role, chosen)).collect()
}

/// Whom one can hold an interest in.
fn organisations(account: &AccountView, chosen: &str) -> Vec<Choice> {
    let organisations = account.roles.iter().filter(|role| role.kind == PartyKind::Organisation);
    organisations.map(|role| party(role, chosen)).collect()
}

fn party(role: &tenantry_register::accounts::RoleView, chosen: &str) -> Choice {
    let held: Vec<String> = role.roles.iter().map(|role| plain(role.as_str())).collect();
    let id = role.party.to_string();
    let mut label = party_link(role.party, role.kind).text;
    if !held.is_empty() {
        label = format!("{label} ({})", held.join(", "));
    }
    if id == chosen { Choice::new(&id, &label).chosen() } else { Choice::new(&id, &label) }
}

/// Words of the model as choices; those among `chosen`, separated by spaces, are chosen.
fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str, chosen: &str) -> Vec<Choice> {
    let choice = |one: &T| {
        let word = word(*one);
        let choice = Choice::new(word, &plain(word));
        if chosen.split(' ').any(|chosen| chosen == word) { choice.chosen() } else { choice }
    };
    all.iter().map(choice).collect()
}
