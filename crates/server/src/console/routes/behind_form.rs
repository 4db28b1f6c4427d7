//! From the forms about who stands behind an account to what the register takes. What is wrong is said of a field; what was typed into
//! it never is.

use crate::console::forms::BehindForm;
use std::str::FromStr;
use tenantry_model::account::AccountRole;
use tenantry_model::fact::{FactValue, Source};
use tenantry_model::id::PartyId;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::party::{Control, PartyKind};
use tenantry_model::personal::PersonalText;
use tenantry_model::share::{Share, ShareRange};
use tenantry_model::time::PartialDate;
use tenantry_register::intake::{NewFact, NewInterest, NewParty};
use tenantry_register::roles::{InterestOf, RoleOf, RolesChange};

/// The new party of a form, by which its interest names it.
const NEW: &str = "new";
const SHARE: &str = "Write percent with at most four decimals (25 or 12.5), a band (25-50) or a fraction (1/3), up to the whole.";

/// A field of the forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Kind,
    Name,
    Country,
    BirthDate,
    Roles,
    Party,
    Role,
    Owner,
    Owned,
    Share,
    Control,
    /// No field: it is said above the forms.
    Elsewhere,
}

impl Field {
    /// The field behind a pointer of the register, in the form that sent it.
    pub(super) fn behind(then: &str, pointer: &str) -> Self {
        match (then, pointer.rsplit('/').next().unwrap_or_default()) {
            ("add", "date") => Self::BirthDate,
            ("add", "roles") => Self::Roles,
            ("add" | "hold", "owned") => Self::Owned,
            ("hold", "owner") => Self::Owner,
            ("begin", "party") => Self::Party,
            ("begin", "role") => Self::Role,
            ("begin", _) if pointer.starts_with("/begin/") => Self::Role,
            ("hold", _) if pointer.starts_with("/interests/") => Self::Owned,
            _ => Self::Elsewhere,
        }
    }
}

/// What is wrong with a form, by field.
#[derive(Debug, Default)]
pub(super) struct Wrong(Vec<(Field, String)>);

impl Wrong {
    pub(super) fn at(field: Field, problem: impl Into<String>) -> Self {
        Self(vec![(field, problem.into())])
    }

    /// What is wrong with this field; empty when nothing is.
    pub(super) fn about(&self, field: Field) -> String {
        self.0.iter().find(|(wrong, _)| *wrong == field).map(|(_, what)| what.clone()).unwrap_or_default()
    }

    /// The value, or a note of what is wrong with its field.
    fn take<T>(&mut self, field: Field, read: Result<T, String>) -> Option<T> {
        read.map_err(|what| self.0.push((field, what))).ok()
    }
}

/// Reads a form.
pub(super) fn change_of(form: &BehindForm) -> Result<RolesChange, Wrong> {
    let mut wrong = Wrong::default();
    let change = match form.then.as_str() {
        "add" => add(form, &mut wrong),
        "begin" => role_of(form, &mut wrong).map(|role| RolesChange { begin: vec![role], ..nothing() }),
        "hold" => hold(form, &mut wrong),
        "end_role" => role_of(form, &mut wrong).map(|role| RolesChange { end: vec![role], ..nothing() }),
        "end_interest" => end_interest(form, &mut wrong),
        _ => {
            wrong.0.push((Field::Elsewhere, "The form does not say what it is for.".to_owned()));
            None
        }
    };
    match change {
        Some(change) if wrong.0.is_empty() => Ok(change),
        _ => Err(wrong),
    }
}

fn nothing() -> RolesChange {
    RolesChange::default()
}

fn add(form: &BehindForm, wrong: &mut Wrong) -> Option<RolesChange> {
    let kind = wrong.take(Field::Kind, one::<PartyKind>(&form.kind, "Choose a person or an organisation."));
    let name = PersonalText::parse("name", &form.name)
        .map_err(|_| format!("A name has 1 to {} printable characters.", PersonalText::LENGTH_MAX));
    let name = wrong.take(Field::Name, name);
    let country = wrong.take(
        Field::Country,
        optional::<Jurisdiction>(
            &form.country.trim().to_uppercase(),
            "Write the code of a country, such as DE, or of a part of one, such as US-CA.",
        ),
    );
    let birth_date = wrong.take(
        Field::BirthDate,
        optional::<PartialDate>(&form.birth_date, "Write the date as 1970-05-31, 1970-05 or 1970."),
    );
    if kind == Some(PartyKind::Organisation) && birth_date.flatten().is_some() {
        wrong.0.push((Field::BirthDate, "An organisation has no date of birth; leave it empty.".to_owned()));
    }
    let roles = wrong.take(Field::Roles, several::<AccountRole>(&form.roles));
    let interest = interest(form, NEW, wrong);
    let (kind, name, country, birth_date) = (kind?, name?, country?, birth_date?);
    let mut facts = vec![said(FactValue::LegalName { text: name })];
    facts.extend(country.map(|jurisdiction| {
        said(match kind {
            PartyKind::Individual => FactValue::Citizenship { jurisdiction },
            PartyKind::Organisation => FactValue::OrganisedUnder { jurisdiction },
        })
    }));
    facts.extend(birth_date.map(|date| said(FactValue::DateOfBirth { date })));
    let party = NewParty { key: NEW.to_owned(), kind, roles: roles?, facts, checks: Vec::new() };
    Some(RolesChange { parties: vec![party], interests: interest.into_iter().collect(), ..nothing() })
}

/// The interest of a new party: none unless it is said in whom.
fn interest(form: &BehindForm, owner: &str, wrong: &mut Wrong) -> Option<NewInterest> {
    let share = wrong.take(Field::Share, share(&form.share))?;
    let control = wrong.take(Field::Control, several::<Control>(&form.control))?;
    match (form.owned.trim(), share.is_some() || !control.is_empty()) {
        ("", false) => None,
        ("", true) => {
            wrong.0.push((Field::Owned, "Say in whom, or leave share and control empty.".to_owned()));
            None
        }
        (_, false) => {
            wrong.0.push((Field::Share, "State a share, a kind of control, or both.".to_owned()));
            None
        }
        (owned, true) => {
            Some(NewInterest { owner: owner.to_owned(), owned: owned.to_owned(), share, control })
        }
    }
}

fn hold(form: &BehindForm, wrong: &mut Wrong) -> Option<RolesChange> {
    let owner = wrong.take(Field::Owner, one::<PartyId>(&form.owner, "Choose who holds it."));
    let owned = wrong.take(Field::Owned, one::<PartyId>(&form.owned, "Choose in whom it is held."));
    let interest = interest(form, &owner?.to_string(), wrong);
    owned?;
    Some(RolesChange { interests: vec![interest?], ..nothing() })
}

fn role_of(form: &BehindForm, wrong: &mut Wrong) -> Option<RoleOf> {
    let party = wrong.take(Field::Party, one::<PartyId>(&form.party, "Choose a party of this account."));
    let role = wrong.take(Field::Role, one::<AccountRole>(&form.role, "Choose a role."));
    Some(RoleOf { party: party?, role: role? })
}

fn end_interest(form: &BehindForm, wrong: &mut Wrong) -> Option<RolesChange> {
    let owner = wrong.take(Field::Elsewhere, one::<PartyId>(&form.owner, "The form names no holder."));
    let owned = wrong.take(Field::Elsewhere, one::<PartyId>(&form.owned, "The form names nobody held."));
    Some(RolesChange { end_interests: vec![InterestOf { owner: owner?, owned: owned? }], ..nothing() })
}

fn said(fact: FactValue) -> NewFact {
    NewFact { fact, source: Source::Reviewer, check: None, stated_at: None }
}

fn one<T: FromStr>(text: &str, problem: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| problem.to_owned())
}

fn optional<T: FromStr>(text: &str, problem: &str) -> Result<Option<T>, String> {
    if text.trim().is_empty() { Ok(None) } else { one(text, problem).map(Some) }
}

fn several<T: FromStr>(text: &str) -> Result<Vec<T>, String> {
    text.split_whitespace().map(|word| one(word, "Choose from the list.")).collect()
}

/// A share as people write it: `25`, `12.5 %`, `25-50`, `1/3`; nothing when nothing is written. Never through a float.
fn share(text: &str) -> Result<Option<ShareRange>, String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '%').collect();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_| SHARE.to_owned();
    if let Some((parts, of)) = text.split_once('/') {
        let (parts, of) = (one::<u32>(parts, SHARE)?, one::<u32>(of, SHARE)?);
        return ShareRange::of_fraction(parts, of).map(Some).map_err(wrong);
    }
    if let Some((least, most)) = text.split_once(['-', '–']) {
        let (least, most) = (one::<Share>(least, SHARE)?, one::<Share>(most, SHARE)?);
        return ShareRange::new(least, most).map(Some).map_err(wrong);
    }
    one::<Share>(&text, SHARE).map(|share| Some(ShareRange::exactly(share)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_exactly_as_people_write_them() {
        for (text, expect) in [
            ("", Ok(None)),
            ("25", Ok(Some((250_000, 250_000)))),
            (" 12.5 % ", Ok(Some((125_000, 125_000)))),
            ("0.0001", Ok(Some((1, 1)))),
            ("100", Ok(Some((1_000_000, 1_000_000)))),
            ("25-50", Ok(Some((250_000, 500_000)))),
            ("25 % – 50 %", Ok(Some((250_000, 500_000)))),
            ("1/4", Ok(Some((250_000, 250_000)))),
            ("1/3", Ok(Some((333_333, 333_334)))),
            ("3/3", Ok(Some((1_000_000, 1_000_000)))),
            ("0.1", Ok(Some((1_000, 1_000)))),
            ("100.0001", Err(())),
            ("4/3", Err(())),
            ("1/0", Err(())),
            ("50-25", Err(())),
            ("12,5", Err(())),
            ("0.00001", Err(())),
            ("a quarter", Err(())),
            ("-5", Err(())),
            ("1e1", Err(())),
        ] {
            let read = share(text).map(|range| range.map(|range| (range.min().ppm(), range.max().ppm())));
            assert_eq!(read.map_err(drop), expect, "{text:?}");
        }
    }

    #[test]
    fn every_field_that_is_wrong_is_named_at_once() {
        let form = BehindForm {
            then: "add".to_owned(),
            kind: "organisation".to_owned(),
            country: "Germany".to_owned(),
            birth_date: "1970-05-31".to_owned(),
            share: "half".to_owned(),
            ..BehindForm::default()
        };
        let wrong = change_of(&form).unwrap_err();
        for field in [Field::Name, Field::Country, Field::BirthDate, Field::Share] {
            assert_ne!(wrong.about(field), "", "{field:?}");
        }
        for field in [Field::Kind, Field::Roles, Field::Owned, Field::Elsewhere] {
            assert_eq!(wrong.about(field), "", "{field:?}");
        }
    }
}
