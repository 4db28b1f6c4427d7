//! From texts to one table: the file is parsed, variables and options are laid over it, and what does not fit is taken
//! out and reported, so that one mistake does not hide the next.
//!
//! Overrides get places beyond the end of the file, which is how a problem finds its way back to the variable.

use super::problem::{Place, Problem};
use super::raw::Raw;
use super::settings::{Kind, OTHER_VARIABLES, SETTINGS, Setting, VARIABLE_PREFIX};
use serde::Deserialize as _;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer};

/// A value that comes from somewhere else than the file and stands above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Where it comes from: `TENANTRY_SERVER_LISTEN` or `--listen`.
    pub name: String,
    /// Key of the setting, for example `server.listen`.
    pub key: &'static str,
    /// The value as text.
    pub value: String,
}

impl Override {
    /// The overrides among environment variables, and a problem for each variable of ours that names no setting.
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> (Vec<Self>, Vec<Problem>) {
        let (mut overrides, mut problems) = (Vec::new(), Vec::new());
        for (name, value) in variables {
            if !name.starts_with(VARIABLE_PREFIX) || OTHER_VARIABLES.contains(&name.as_str()) {
                continue;
            }
            match SETTINGS.iter().find(|setting| setting.variable() == name) {
                Some(setting) => overrides.push(Self { name, key: setting.key, value }),
                None => problems.push(Problem::new(
                    Place::Name(name),
                    "no setting has this variable; `tenantry config example` lists all of them",
                )),
            }
        }
        overrides.sort_by(|a, b| a.name.cmp(&b.name));
        (overrides, problems)
    }
}

/// Where values stood, to tell people.
pub(super) struct Map<'t> {
    file: &'t str,
    text: &'t str,
    overrides: &'t [Override],
}

impl<'t> Map<'t> {
    pub(super) const fn new(file: &'t str, text: &'t str, overrides: &'t [Override]) -> Self {
        Self { file, text, overrides }
    }

    /// The place of a byte range.
    pub(super) fn place(&self, range: &Range<usize>) -> Place {
        if let Some(beyond) = range.start.checked_sub(self.text.len() + 1) {
            return self.overrides.get(beyond).map_or(Place::Nowhere, |o| Place::Name(o.name.clone()));
        }
        let before = self.text.get(..range.start).unwrap_or(self.text);
        Place::Line { file: self.file.to_owned(), line: before.matches('\n').count() + 1 }
    }

    /// The file as a whole.
    pub(super) fn whole(&self) -> Place {
        if self.file.is_empty() { Place::Nowhere } else { Place::Name(self.file.to_owned()) }
    }
}

/// Reads file and overrides into [`Raw`]; what does not fit is left out of it and told in `problems`. Answers the names of
/// the keys that were left out, too: they are wrong, not missing.
pub(super) fn read(map: &Map<'_>, problems: &mut Vec<Problem>) -> (Raw, Vec<String>) {
    let mut left_out = Vec::new();
    let (mut table, errors) = DeTable::parse_recoverable(map.text);
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        problems.push(Problem::new(map.place(&range), error.message()));
    }
    for (position, over) in map.overrides.iter().enumerate() {
        let at = map.text.len() + 1 + position;
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.key == over.key) {
            put(table.get_mut(), *setting, &over.value, at);
        }
    }
    loop {
        let error = match Raw::deserialize(Deserializer::from(table.clone())) {
            Ok(raw) => return (raw, left_out),
            Err(error) => error,
        };
        let range = error.span().unwrap_or(0..0);
        problems.push(Problem::new(map.place(&range), error.message()));
        match take_out(table.get_mut(), &range) {
            Some(key) => left_out.push(key),
            None => return (Raw::default(), left_out),
        }
    }
}

/// Sets `setting` in `table` to the value written as `text`, at the place `at`.
fn put<'t>(table: &mut DeTable<'t>, setting: Setting, text: &'t str, at: usize) {
    let place = at..at;
    let mut table = table;
    let mut path = setting.key.split('.').peekable();
    while let Some(word) = path.next() {
        let key = Spanned::new(place.clone(), word.into());
        if path.peek().is_none() {
            table.remove(&key);
            table.insert(key, Spanned::new(place, value(setting.kind, text, at)));
            return;
        }
        let empty = || Spanned::new(place.clone(), DeValue::Table(DeTable::new()));
        match table.entry(key).or_insert_with(empty).get_mut() {
            DeValue::Table(inner) => table = inner,
            // The file says something else here, which the next step reports.
            _ => return,
        }
    }
}

fn value<'t>(kind: Kind, text: &'t str, at: usize) -> DeValue<'t> {
    match kind {
        Kind::Text => DeValue::String(text.into()),
        Kind::Texts => {
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            let values = words.map(|word| Spanned::new(at..at, DeValue::String(word.into())));
            DeValue::Array(values.collect::<DeArray<'t>>())
        }
        Kind::Number | Kind::Flag => {
            DeValue::parse(text.trim()).map_or_else(|_| DeValue::String(text.into()), Spanned::into_inner)
        }
    }
}

/// Takes the entry out of `table` that stands at `range`, whether its key or its value was refused. Answers its key.
fn take_out(table: &mut DeTable<'_>, range: &Range<usize>) -> Option<String> {
    let within = |outer: Range<usize>| outer.start <= range.start && range.end <= outer.end;
    let hit = table
        .iter()
        .find(|(key, value)| within(key.span()) || (within(value.span()) && !holds(value.get_ref(), range)));
    if let Some(key) = hit.map(|(key, _)| key.clone()) {
        table.remove(&key);
        return Some(key.get_ref().to_string());
    }
    table.iter_mut().find_map(|(_, value)| match value.get_mut() {
        DeValue::Table(inner) => take_out(inner, range),
        _ => None,
    })
}

/// Whether something inside `value` stands at `range`, so that less than the whole can be taken out.
fn holds(value: &DeValue<'_>, range: &Range<usize>) -> bool {
    let DeValue::Table(inner) = value else { return false };
    let within = |outer: Range<usize>| outer.start <= range.start && range.end <= outer.end;
    inner.iter().any(|(key, value)| within(key.span()) || within(value.span()))
}
