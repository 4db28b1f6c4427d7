//! Queries by example: whoever looks for somebody describes them in the vocabulary of the lists.

use crate::entity::NAMES;
use crate::normal;
use crate::query::{Identifier, Query};
use tenantry_model::fact::Gender;
use tenantry_model::listed::{ListedEntity, Property};
use tenantry_model::personal::Personal;

const NATIONALITIES: &[Property] = &[Property::Nationality, Property::Citizenship];
const COUNTRIES: &[Property] =
    &[Property::Country, Property::Jurisdiction, Property::BirthCountry, Property::Flag];
/// In the order in which they make a whole name.
const NAME_PARTS: &[Property] =
    &[Property::FirstName, Property::MiddleName, Property::FatherName, Property::LastName];

impl Query {
    /// The query for the party that `example` describes. Names are made of name parts when there is no whole name;
    /// values that no attribute compares are passed over, and [`Query::unread`] names them.
    ///
    /// ```
    /// use tenantry_model::listed::{ListedEntity, Origin, Property, Schema, Value};
    /// use tenantry_screening::Query;
    ///
    /// let mut example = ListedEntity::new(String::new(), Schema::Person);
    /// let origin = Origin { file: String::new(), line: 0 };
    /// example.push(Property::LastName, Value::new("Example", origin.clone()));
    /// example.push(Property::FirstName, Value::new("Ada", origin));
    /// assert_eq!(Query::by_example(&example).names[0].expose(), "Ada Example");
    /// ```
    pub fn by_example(example: &ListedEntity) -> Self {
        let all = |properties: &'static [Property]| properties.iter().flat_map(|p| example.texts(*p));
        let personal = |text: &str| Personal::new(text.to_owned());
        let texts = |property| example.texts(property).map(personal).collect();
        let mut query = Self::new(example.schema, "");
        query.names = all(NAMES).map(personal).collect();
        if !query.names.iter().any(|name| name.expose().contains(char::is_alphanumeric)) {
            let whole = all(NAME_PARTS).collect::<Vec<_>>().join(" ");
            query.names.extend((!whole.is_empty()).then(|| Personal::new(whole)));
        }
        query.family_names = texts(Property::LastName);
        query.birth_dates = all(&[Property::BirthDate, Property::IncorporationDate])
            .filter_map(|text| text.parse().ok())
            .map(Personal::new)
            .collect();
        query.nationalities = all(NATIONALITIES).filter_map(normal::country).collect();
        query.countries = all(COUNTRIES).filter_map(normal::country).collect();
        query.gender = example.texts(Property::Gender).find_map(|text| match text {
            "female" => Some(Gender::Female),
            "male" => Some(Gender::Male),
            _ => None,
        });
        for property in normal::IDENTIFIERS {
            let values = example.properties.get(property).into_iter().flatten();
            query.identifiers.extend(values.map(|value| Identifier {
                property: Some(*property),
                country: value.note_country().and_then(normal::country),
                value: personal(&value.text),
            }));
        }
        query.addresses = texts(Property::Address);
        query.wallets = texts(Property::Wallet);
        query.emails = texts(Property::Email);
        query.domains = texts(Property::Website);
        query.phones = texts(Property::Phone);
        query
    }
}
