//! From the form of a new measure to what the register takes.

use crate::console::forms::{ExtendForm, MeasureForm};
use crate::console::views::measures::MeasureDraft;
use std::str::FromStr;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::measure::{Effect, NamedPerson, ResellerReach, Target};
use tenantry_model::personal::PersonalText;
use tenantry_model::time::{Date, Timestamp};
use tenantry_register::measures::{Effective, NewExtension, NewMeasure};

/// Reads a form; what was not understood is said in a sentence.
pub(super) fn parse(form: &MeasureForm) -> Result<NewMeasure, String> {
    Ok(NewMeasure {
        title: form.title.clone(),
        target: target(form)?,
        effect: effect(form)?,
        reach: chosen::<ResellerReach>(&form.reach, "Choose whether accounts below resellers are reached.")?,
        citation: form.basis.clone(),
        determined_on: date(&form.determined_on, "the determination")?,
        effective: match form.effective.as_str() {
            "at_once" => Effective::AtOnce,
            "after_grace" => Effective::AfterGrace,
            "on" => Effective::Instant { at: date(&form.from, "when it comes into force")?.start() },
            _ => return Err("Choose from when it is in force.".to_owned()),
        },
        expires_at: until(&form.until)?,
    })
}

/// Reads the form of an extension; what was not understood is said in a sentence.
pub(super) fn extension(form: &ExtendForm) -> Result<NewExtension, String> {
    Ok(NewExtension {
        until: date(&form.until, "its new end")?.start(),
        notice: form.notice.clone(),
        noticed_on: date(&form.noticed_on, "the notice")?,
    })
}

/// What was typed, to be shown again.
pub(super) fn draft(form: &MeasureForm) -> MeasureDraft {
    MeasureDraft {
        title: form.title.clone(),
        basis: form.basis.clone(),
        scope: form.scope.clone(),
        jurisdictions: form.jurisdictions.clone(),
        names: form.names.clone(),
        birth_date: form.birth_date.clone(),
        countries: form.countries.clone(),
        identifiers: form.identifiers.clone(),
        party: form.party.clone(),
        more: form.more.clone(),
        effect: form.effect.clone(),
        reach: form.reach.clone(),
        determined_on: form.determined_on.clone(),
        effective: form.effective.clone(),
        from: form.from.clone(),
        until: form.until.clone(),
        reason: form.reason.clone(),
    }
}

fn target(form: &MeasureForm) -> Result<Target, String> {
    match form.scope.as_str() {
        "jurisdiction" => Ok(Target::Jurisdiction { jurisdictions: countries(&form.jurisdictions)? }),
        "person" => {
            let lines = form.more.lines().map(str::trim).filter(|line| !line.is_empty());
            let more = lines.enumerate().map(|(place, line)| {
                further(line).map_err(|problem| format!("Further person {}: {problem}", place + 1))
            });
            let persons = std::iter::once(person(form)).chain(more).collect::<Result<_, _>>()?;
            Ok(Target::Person { persons })
        }
        _ => Err("Choose who falls under it.".to_owned()),
    }
}

fn person(form: &MeasureForm) -> Result<NamedPerson, String> {
    Ok(NamedPerson {
        names: texts("name", form.names.lines())?,
        birth_date: optional(&form.birth_date, BIRTH_DATE)?,
        countries: countries(&form.countries)?,
        identifiers: texts("number", form.identifiers.lines())?,
        confirmed: optional(&form.party, "That is not the id of a party.")?.into_iter().collect(),
    })
}

const BIRTH_DATE: &str = "The date of birth is written year, year-month or year-month-day.";

/// A person on one line: names | date of birth | countries | numbers.
fn further(line: &str) -> Result<NamedPerson, String> {
    let mut columns = line.split('|');
    let mut next = || columns.next().unwrap_or_default();
    let (names, born, places, numbers) = (next(), next(), next(), next());
    if columns.next().is_some() {
        return Err("A line has at most four parts: names, date of birth, countries, numbers.".to_owned());
    }
    Ok(NamedPerson {
        names: texts("name", names.split(';'))?,
        birth_date: optional(born, BIRTH_DATE)?,
        countries: countries(places)?,
        identifiers: texts("number", numbers.split(';'))?,
        confirmed: Vec::new(),
    })
}

fn texts<'a>(what: &'static str, parts: impl Iterator<Item = &'a str>) -> Result<Vec<PersonalText>, String> {
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| PersonalText::parse(what, part).map_err(|_| format!("A {what} is too long or not text.")))
        .collect()
}

fn countries(text: &str) -> Result<Vec<Jurisdiction>, String> {
    let codes = text.split([' ', ',', ';']).filter(|code| !code.is_empty());
    codes
        .map(|code| {
            code.to_uppercase().parse().map_err(|_| format!("“{code}” is not a code of a jurisdiction."))
        })
        .collect()
}

fn effect(form: &MeasureForm) -> Result<Effect, String> {
    match form.effect.as_str() {
        "prohibit" => Ok(Effect::Prohibit),
        "condition" => {
            let words = form.withheld.split(' ').filter(|word| !word.is_empty());
            let withheld: Result<Vec<_>, _> = words.map(str::parse).collect();
            Ok(Effect::Condition { withheld: withheld.map_err(|_| "Tick what is withheld.".to_owned())? })
        }
        _ => Err("Choose what it does.".to_owned()),
    }
}

fn chosen<T: FromStr>(text: &str, problem: &str) -> Result<T, String> {
    text.parse().map_err(|_| problem.to_owned())
}

fn optional<T: FromStr>(text: &str, problem: &str) -> Result<Option<T>, String> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { chosen(text, problem).map(Some) }
}

fn date(text: &str, what: &str) -> Result<Date, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("Write the date of {what} as year-month-day; it must be a day that exists."))
}

fn until(text: &str) -> Result<Option<Timestamp>, String> {
    if text.trim().is_empty() { Ok(None) } else { date(text, "its end").map(|day| Some(day.start())) }
}
