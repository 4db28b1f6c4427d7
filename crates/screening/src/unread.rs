//! What of a description takes no part in a comparison although somebody wrote it: no value is passed over in silence.

use crate::dates::Born;
use crate::entity::{NAMES, name_kind, normal_form};
use crate::normal;
use crate::query::Query;
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_names::Name;

impl Query {
    /// Whether a name of the query was not read whole: it is too long, or has letters of a script that is not read. An answer then
    /// says nothing about the rest of that name, so it must not be taken for a pass.
    ///
    /// ```
    /// use tenantry_screening::Query;
    ///
    /// assert!(!Query::person("Ada Example").has_cut_name());
    /// assert!(Query::person(&"Ada ".repeat(40)).has_cut_name());
    /// ```
    pub fn has_cut_name(&self) -> bool {
        self.names.iter().any(|name| is_cut(name.expose(), self.schema))
    }

    /// Properties of an example with a value that [`Query::by_example`] cannot compare, or compares in part only: names
    /// that are too long, numbers and addresses that are none, dates and countries that cannot be read. Sorted.
    pub fn unread(example: &ListedEntity) -> Vec<Property> {
        let unread = |property: Property, text: &str| match property {
            Property::BirthDate | Property::IncorporationDate => {
                Born::read(text).is_none_or(|b| b.is_range())
            }
            Property::Nationality
            | Property::Citizenship
            | Property::Country
            | Property::Jurisdiction
            | Property::BirthCountry
            | Property::Flag => normal::country(text).is_none(),
            Property::Gender => !matches!(text, "female" | "male"),
            Property::FirstName | Property::MiddleName | Property::FatherName | Property::LastName => {
                is_cut(text, example.schema)
            }
            _ if NAMES.contains(&property) => is_cut(text, example.schema),
            Property::Wallet | Property::Email | Property::Website | Property::Phone => {
                normal_form(property, text).is_none()
            }
            _ => normal::IDENTIFIERS.contains(&property) && normal_form(property, text).is_none(),
        };
        let values = example.properties.iter();
        let some = values.filter(|(property, values)| values.iter().any(|v| unread(**property, &v.text)));
        some.map(|(property, _)| *property).collect()
    }
}

fn is_cut(text: &str, schema: Schema) -> bool {
    Name::analyse(text, name_kind(schema)).is_cut()
}
