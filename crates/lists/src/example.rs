//! Entities that somebody wrote as an example of whom they look for: FollowTheMoney schema and properties, as the queries of
//! yente and nomenklatura have them.
//!
//! People write more freely than publishers: dates in any usual form, countries by name, one value without its list. What
//! cannot be read is named, never guessed.

use crate::countries::country_code;
use crate::dates::date;
use crate::draft::Draft;
use crate::ftm;
use crate::json_lines::texts;
use crate::limits::VALUES_PER_ENTRY_MAX;
use serde_json::{Map, Value as Json};
use tenantry_model::listed::{ListedEntity, Origin, Property, Schema, Value};

/// An example, and which of its properties take no part in a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What was described. Its identifier is the example's own, or empty.
    pub entity: ListedEntity,
    /// Names of properties with a value that could not be read, or that no listed entity has; sorted.
    pub unread: Vec<String>,
}

/// Why a JSON object is no example.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoExample {
    /// No schema was given and there is none to assume.
    #[error("`schema` is missing, for example \"Person\"")]
    NoSchema,
    /// The schema is none of FollowTheMoney that can be listed.
    #[error(
        "`schema` is not one that can be looked for; use Person, Company, Organization, LegalEntity, Vessel, Airplane, CryptoWallet or Thing"
    )]
    UnknownSchema,
    /// No property has a value to compare.
    #[error("there is nothing to compare: `properties` has no value that can be read")]
    Nothing,
    /// There are more values than anybody has.
    #[error("there are more than {VALUES_PER_ENTRY_MAX} values, which is more than is compared")]
    TooMany,
}

/// Fields of an entity that are not properties.
const FIELDS: [&str; 4] = ["id", "schema", "properties", "weights"];

impl Example {
    /// Reads `{"schema": ..., "properties": {...}}`, or the same without the inner object. `assumed` is the schema of
    /// objects that name none.
    pub fn read(object: &Map<String, Json>, assumed: Option<Schema>) -> Result<Self, NoExample> {
        let schema = match object.get("schema").and_then(Json::as_str).map(str::trim) {
            None | Some("") => assumed.ok_or(NoExample::NoSchema)?,
            Some(word) => Self::schema(word).ok_or(NoExample::UnknownSchema)?,
        };
        let id = object.get("id").map(texts).unwrap_or_default().concat();
        let mut example = Writing { entry: Draft::new(id, schema), unread: Vec::new() };
        match object.get("properties") {
            Some(Json::Object(properties)) => example.put_all(properties.iter()),
            _ => example.put_all(object.iter().filter(|(name, _)| !FIELDS.contains(&name.as_str()))),
        }
        example.finish()
    }

    /// One thing by its name.
    pub fn named(schema: Schema, name: &str) -> Result<Self, NoExample> {
        let mut example = Writing { entry: Draft::new(String::new(), schema), unread: Vec::new() };
        example.put("name", name);
        example.finish()
    }

    /// The schema of the model that stands for a schema of FollowTheMoney, if such a thing can be looked for.
    pub fn schema(word: &str) -> Option<Schema> {
        match word {
            "PublicBody" => Some(Schema::Organization),
            "Asset" | "Vehicle" | "Security" | "RealEstate" | "Value" | "BankAccount" | "Address" => {
                Some(Schema::Thing)
            }
            known => known.parse().ok(),
        }
    }
}

/// An example while it is read.
struct Writing {
    entry: Draft,
    unread: Vec<String>,
}

impl Writing {
    fn finish(mut self) -> Result<Example, NoExample> {
        self.unread.sort_unstable();
        self.unread.dedup();
        let entity = self.entry.finish().map_err(|_| NoExample::TooMany)?;
        if entity.properties.is_empty() {
            return Err(NoExample::Nothing);
        }
        Ok(Example { entity, unread: self.unread })
    }

    fn put_all<'a>(&mut self, properties: impl Iterator<Item = (&'a String, &'a Json)>) {
        for (name, values) in properties {
            let values = texts(values);
            for value in &values {
                self.put(name, value);
            }
        }
    }

    fn put(&mut self, name: &str, text: &str) {
        let text = text.trim();
        let read = ftm::property(name).zip(readable(name, text));
        match read {
            Some((property, text)) => {
                let origin = Origin { file: String::new(), line: 0 };
                self.entry.push(property, Value::new(text, origin));
            }
            None if text.is_empty() => {}
            None => self.unread.push(name.to_owned()),
        }
    }
}

/// The value in the form that lists have it in.
fn readable(name: &str, text: &str) -> Option<String> {
    let property = ftm::property(name)?;
    if !text.chars().any(char::is_alphanumeric) {
        return None;
    }
    match property {
        Property::BirthDate | Property::DeathDate | Property::IncorporationDate | Property::BuildDate => {
            date(text)
        }
        Property::Nationality
        | Property::Citizenship
        | Property::Country
        | Property::Jurisdiction
        | Property::BirthCountry
        | Property::Flag
        | Property::PastFlag => country(text),
        Property::Gender => gender(text).map(str::to_owned),
        _ => Some(text.to_owned()),
    }
}

fn country(text: &str) -> Option<String> {
    let is_code = text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
    country_code(text).map(str::to_owned).or_else(|| is_code.then(|| text.to_ascii_lowercase()))
}

fn gender(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "f" | "female" | "woman" => Some("female"),
        "m" | "male" | "man" => Some("male"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Example, NoExample> {
        let Json::Object(object) = serde_json::from_str(text).unwrap() else { panic!("no object") };
        Example::read(&object, None)
    }

    #[test]
    fn people_write_freely() {
        let written = read(
            r#"{"id":7,"schema":"Person","properties":{"name":["Ada Example",""],"birthDate":"1937-5-28",
                "nationality":["Iraq","ir"],"gender":"F","height":["1.80"],"deathDate":["later"]}}"#,
        )
        .unwrap();
        let texts = |property| written.entity.texts(property).collect::<Vec<_>>();
        assert_eq!(written.entity.id, "7");
        assert_eq!(texts(Property::Name), ["Ada Example"]);
        assert_eq!(texts(Property::BirthDate), ["1937-05-28"]);
        assert_eq!(texts(Property::Nationality), ["iq", "ir"]);
        assert_eq!(texts(Property::Gender), ["female"]);
        assert_eq!(written.unread, ["deathDate", "height"]);
    }

    #[test]
    fn the_inner_object_may_be_left_out() {
        let nested = read(r#"{"schema":"Company","properties":{"name":"Example Ltd"}}"#);
        assert_eq!(nested, read(r#"{"schema":"Company","name":["Example Ltd"]}"#));
        assert_eq!(nested, Example::named(Schema::Company, " Example Ltd "));
    }

    #[test]
    fn what_is_no_example_is_told() {
        let rows = [
            (r#"{"properties":{"name":"x"}}"#, NoExample::NoSchema),
            (r#"{"schema":"Spaceship","properties":{"name":"x"}}"#, NoExample::UnknownSchema),
            (r#"{"schema":"Person"}"#, NoExample::Nothing),
            (r#"{"schema":"Person","properties":{"name":[" ","-"],"birthDate":"soon"}}"#, NoExample::Nothing),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text), Err(expected), "{text}");
        }
    }
}
