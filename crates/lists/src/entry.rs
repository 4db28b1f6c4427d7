//! Helpers to fill one entry: values with their place, names in natural order, documents with their notes.

use crate::countries::{country_code, country_of_place};
use crate::dates::{date, when};
use crate::draft::Draft;
use tenantry_model::listed::{Origin, Property, Relation, Value};

/// The place a record was read from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) file: &'a str,
    pub(crate) line: u64,
}

impl At<'_> {
    pub(crate) fn origin(self) -> Origin {
        Origin { file: self.file.to_owned(), line: self.line }
    }

    /// The same file, on this line.
    pub(crate) fn on(self, line: u64) -> Self {
        Self { line, ..self }
    }

    pub(crate) fn put(self, entity: &mut Draft, property: Property, text: &str) {
        self.put_noted(entity, property, text, "");
    }

    pub(crate) fn put_noted(self, entity: &mut Draft, property: Property, text: &str, note: &str) {
        let text = text.trim();
        if !text.is_empty() {
            entity.push(
                property,
                Value { text: text.to_owned(), note: note.to_owned(), origin: self.origin() },
            );
        }
    }

    /// A date or range; what is not a date becomes a remark. A range of birth is one value, `FROM/TO`, because a date within it
    /// fits; of other dates both ends are kept.
    pub(crate) fn put_date(self, entity: &mut Draft, property: Property, published: &str) {
        let Some(when) = when(published) else {
            return self.put_noted(entity, Property::Notes, published, property.as_str());
        };
        match &when.to {
            Some(to) if property != Property::BirthDate => {
                let note = format!("range {}", when.text());
                self.put_noted(entity, property, &when.from, &note);
                self.put_noted(entity, property, to, &note);
            }
            _ => self.put_noted(entity, property, &when.text(), when.note()),
        }
    }

    /// A country by name or code: as a code when known, else as published.
    pub(crate) fn put_country(self, entity: &mut Draft, property: Property, published: &str) {
        self.put(entity, property, country_code(published).unwrap_or(published));
    }

    /// A place of birth and the country it ends in.
    pub(crate) fn put_birth_place(self, entity: &mut Draft, place: &str) {
        self.put(entity, Property::BirthPlace, place);
        if let Some(code) = country_of_place(place) {
            self.put(entity, Property::BirthCountry, code);
        }
    }

    /// An address from its parts and its country.
    pub(crate) fn put_address(self, entity: &mut Draft, parts: &[&str], country: &str) {
        let country = country.trim();
        let known = country_code(country);
        let whole: Vec<&str> =
            parts.iter().copied().chain([country]).map(str::trim).filter(|part| !part.is_empty()).collect();
        // A country alone is no address, but it is a country.
        if whole.len() > 1 || country.is_empty() {
            self.put_noted(entity, Property::Address, &whole.join(", "), known.unwrap_or_default());
        }
        if !country.is_empty() && country != "undetermined" {
            self.put(entity, Property::Country, known.unwrap_or(country));
        }
    }

    pub(crate) fn put_gender(self, entity: &mut Draft, published: &str) {
        match published.trim().to_ascii_lowercase().as_str() {
            "male" | "m" => self.put(entity, Property::Gender, "male"),
            "female" | "f" => self.put(entity, Property::Gender, "female"),
            _ => self.put_noted(entity, Property::Notes, published, "gender"),
        }
    }

    /// A document or number with what is said about it.
    pub(crate) fn put_document(self, entity: &mut Draft, property: Property, document: &Document<'_>) {
        let number = document.number.trim();
        let lei = number.len() == 20 && number.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        let property =
            if property == Property::LeiCode && !lei { Property::RegistrationNumber } else { property };
        self.put_noted(entity, property, number, &document.note());
    }

    /// A document of this kind; one whose number is not published is a remark.
    pub(crate) fn put_described(
        self,
        entity: &mut Draft,
        property: Property,
        document: &Document<'_>,
        kind: &str,
    ) {
        if document.number.trim().is_empty() {
            let note = Document {
                label: if document.label.is_empty() { kind } else { document.label },
                ..*document
            };
            return self.put_noted(entity, Property::Notes, &note.note(), "document without a number");
        }
        self.put_document(entity, property, document);
    }

    /// A person's name: "FAMILY, Given" is put in natural order, and its parts kept apart when it is the main name.
    pub(crate) fn put_person_name(self, entity: &mut Draft, property: Property, published: &str) {
        let Some(name) = PersonName::of(published) else {
            return self.put(entity, property, published);
        };
        self.put(entity, property, &name.natural());
        if property == Property::Name {
            self.put(entity, Property::FirstName, &name.given);
            self.put(entity, Property::LastName, &name.family);
        }
    }

    pub(crate) fn relate(self, entity: &mut Draft, kind: &str, target: &str, target_name: &str) {
        let tie = Relation {
            kind: kind.to_owned(),
            target: target.to_owned(),
            target_name: target_name.trim().to_owned(),
            origin: self.origin(),
        };
        if !tie.target_name.is_empty() || !tie.target.is_empty() {
            entity.relate(tie);
        }
    }
}

/// The text with runs of white space, line breaks included, as one space.
pub(crate) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A number and what a publisher says about it; empty where nothing is said.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Document<'a> {
    pub(crate) number: &'a str,
    pub(crate) country: &'a str,
    pub(crate) label: &'a str,
    pub(crate) issued: &'a str,
    pub(crate) expires: &'a str,
}

impl Document<'_> {
    /// What is said about the number, in the form of a note.
    pub(crate) fn note(&self) -> String {
        let mut note: Vec<String> = Vec::new();
        if !self.country.trim().is_empty() {
            note.push(country_code(self.country).unwrap_or(self.country.trim()).to_owned());
        }
        if !self.label.is_empty() {
            note.push(self.label.trim().to_owned());
        }
        for (word, day) in [("issued", self.issued), ("expires", self.expires)] {
            if let Some(day) = date(day) {
                note.push(format!("{word} {day}"));
            }
        }
        note.join("; ")
    }
}

/// A name published as "FAMILY, Given Middle" or "FAMILY, Given, Jr.".
struct PersonName {
    family: String,
    given: String,
    suffix: String,
}

impl PersonName {
    fn of(published: &str) -> Option<Self> {
        let parts: Vec<&str> = published.split(',').map(str::trim).collect();
        let (family, given, suffix) = match parts.as_slice() {
            [family, given] => (*family, *given, ""),
            [family, given, suffix] if is_suffix(suffix) => (*family, *given, *suffix),
            [family, suffix, given] if is_suffix(suffix) => (*family, *given, *suffix),
            _ => return None,
        };
        let whole = !family.is_empty() && !given.is_empty();
        whole.then(|| Self { family: family.to_owned(), given: given.to_owned(), suffix: suffix.to_owned() })
    }

    fn natural(&self) -> String {
        let gap = if self.suffix.is_empty() { "" } else { " " };
        format!("{} {}{gap}{}", self.given, self.family, self.suffix)
    }
}

fn is_suffix(part: &str) -> bool {
    let part = part.trim_end_matches('.').to_ascii_uppercase();
    matches!(part.as_str(), "JR" | "SR" | "II" | "III" | "IV")
}

#[cfg(test)]
mod tests {
    use super::{At, Draft, Property};
    use tenantry_model::listed::Schema;

    #[test]
    fn family_name_first_is_turned_round() {
        for (published, name, given, family) in [
            ("BELAN, Aleksey Alekseyevich", "Aleksey Alekseyevich BELAN", "Aleksey Alekseyevich", "BELAN"),
            (
                "DELOS REYES, Feliciano Semborio, Jr.",
                "Feliciano Semborio DELOS REYES Jr.",
                "Feliciano Semborio",
                "DELOS REYES",
            ),
            ("MNANGAGWA, JR., Emmerson", "Emmerson MNANGAGWA JR.", "Emmerson", "MNANGAGWA"),
            ("HAJJI", "HAJJI", "", ""),
            ("A, B, C", "A, B, C", "", ""),
        ] {
            let mut entity = Draft::new("x".to_owned(), Schema::Person);
            At { file: "f", line: 1 }.put_person_name(&mut entity, Property::Name, published);
            assert_eq!(entity.caption(), name);
            assert_eq!(entity.texts(Property::FirstName).next().unwrap_or_default(), given);
            assert_eq!(entity.texts(Property::LastName).next().unwrap_or_default(), family);
        }
    }
}
