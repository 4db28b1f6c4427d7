//! The Denied Persons List of the Bureau of Industry and Security, as its tab-separated text file.
//!
//! One row per order, so a party with two addresses has two rows; each row is an entry. The list does not say whether an entry is a
//! person or an organisation.

use crate::ListsError;
use crate::draft::Draft;
use crate::entry::At;
use crate::ofac_xml::us_date;
use crate::rows::{Row, Rows};
use crate::snapshot::{Gathering, NoticeKind, Reading};
use std::io::Read;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::time::Date;

const LIST: &str = "us-dpl";
const FILE: &str = "dpl.txt";
pub(crate) const HEADER: [&str; 12] = [
    "Name",
    "Street_Address",
    "City",
    "State",
    "Country",
    "Postal_Code",
    "Effective_Date",
    "Expiration_Date",
    "Standard_Order",
    "Last_Update",
    "Action",
    "FR_Citation",
];

/// Reads the Denied Persons List.
pub fn read_bis_dpl(input: impl Read, published_on: Option<Date>) -> Result<Reading, ListsError> {
    let mut rows = Rows::new(FILE, input, b'\t', false);
    let mut gathering = Gathering::default();
    let mut header = false;
    while let Some(row) = rows.next()? {
        let (line, fields) = match row {
            Row::Fields { line, fields } | Row::CutOff { line, fields } => (line, fields),
            Row::Bad { line, why } => {
                gathering.record(FILE, line, None, why);
                continue;
            }
        };
        if !header {
            if fields.iter().map(|field| field.trim()).ne(HEADER) {
                let other = || "the header row is not the one of this list".to_owned();
                return Err(format_error(line, otherwise(&rows).unwrap_or_else(other)));
            }
            header = true;
            continue;
        }
        let row = At { file: FILE, line };
        gathering.record(FILE, line, entity(row, &fields), "the row has not twelve columns with a name");
    }
    if !header && let Some(why) = otherwise(&rows) {
        return Err(format_error(1, why));
    }
    if !rows.ended_line || !header {
        gathering.notice(FILE, 0, NoticeKind::Truncated, "the file ends inside a row: it is cut off");
    }
    gathering.finish(LIST, "US Denied Persons List", published_on)
}

fn otherwise<R: Read>(rows: &Rows<R>) -> Option<String> {
    rows.otherwise_separated("Street_Address")
}

fn format_error(line: u64, why: String) -> ListsError {
    ListsError::Format { file: FILE.to_owned(), line, format: "the Denied Persons List as text", why }
}

fn entity(at: At<'_>, fields: &[String]) -> Option<Draft> {
    let [name, street, city, state, country, postal, effective, expires, standard, updated, action, citation] =
        fields
    else {
        return None;
    };
    if name.trim().is_empty() {
        return None;
    }
    // The list has no identifiers: name and date of the order make one that stays when rows are added.
    let key: String =
        name.trim().to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let mut entity = Draft::new(format!("{LIST}-{key}-{}", effective.replace('/', "")), Schema::LegalEntity);
    at.put(&mut entity, Property::Name, name);
    at.put(&mut entity, Property::Topic, "export.control");
    at.put_address(&mut entity, &[street, city, state, postal], country.trim());
    for (property, date) in [(Property::ListedOn, effective), (Property::ModifiedAt, updated)] {
        at.put(
            &mut entity,
            property,
            &us_date(date.trim()).map_or_else(String::new, |date| date.to_string()),
        );
    }
    let expires = us_date(expires.trim()).map_or_else(|| expires.clone(), |date| date.to_string());
    at.put_noted(&mut entity, Property::Notes, &expires, "end date");
    at.put_noted(&mut entity, Property::Notes, standard, "standard order");
    at.put(&mut entity, Property::Notes, action);
    at.put(&mut entity, Property::LegalBasis, citation);
    Some(entity)
}
