//! A list of one's own: any CSV file, and a mapping that says what its columns are.
//!
//! The mapping is TOML and refuses words it does not know. A column is mapped to a property of the model; values of one cell are separated by the
//! separator of the mapping.

use crate::ListsError;
use crate::draft::Draft;
use crate::entry::At;
use crate::rows::{Row, Rows};
use crate::snapshot::{Gathering, NoticeKind, Reading};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::time::Date;

/// What the columns of a list of one's own are.
///
/// ```
/// let mapping: tenantry_lists::OwnMapping = r#"
///     list = "own-banned"
///     title = "People we removed"
///     id = "case"
///     schema = "Person"
///     [columns]
///     "full name" = "name"
///     "born" = "birthDate"
/// "#.parse()?;
/// let file = "case,full name,born\n17,Ann Example,1971\n";
/// let reading = tenantry_lists::read_own_csv(&mapping, None, file.as_bytes())?;
/// assert_eq!(reading.snapshot.entities()[0].id, "own-banned-17");
/// # Ok::<(), tenantry_lists::ListsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnMapping {
    /// Code of the list, for example `own-banned`.
    pub list: String,
    /// Title of the list, for people.
    pub title: String,
    /// Column that holds the identifier.
    pub id: String,
    /// What every entry is, unless a column says it.
    #[serde(default = "legal_entity")]
    pub schema: Schema,
    /// Column that says what the entry is.
    #[serde(default)]
    pub schema_column: Option<String>,
    /// Property of each column.
    pub columns: BTreeMap<String, Property>,
    /// What separates several values in one cell.
    #[serde(default = "semicolon")]
    pub separator: String,
    /// The byte between columns.
    #[serde(default = "comma")]
    pub delimiter: char,
}

const fn legal_entity() -> Schema {
    Schema::LegalEntity
}

fn semicolon() -> String {
    ";".to_owned()
}

const fn comma() -> char {
    ','
}

impl std::str::FromStr for OwnMapping {
    type Err = ListsError;

    fn from_str(text: &str) -> Result<Self, ListsError> {
        toml::from_str(text).map_err(|error| format_error(0, error.message()))
    }
}

const FILE: &str = "own.csv";

fn format_error(line: u64, why: &str) -> ListsError {
    let format = "a list of one's own with its mapping";
    ListsError::Format { file: FILE.to_owned(), line, format, why: why.chars().take(200).collect() }
}

/// Reads a list of one's own.
pub fn read_own_csv(
    mapping: &OwnMapping,
    published_on: Option<Date>,
    input: impl Read,
) -> Result<Reading, ListsError> {
    let delimiter = u8::try_from(mapping.delimiter)
        .map_err(|_| format_error(0, "the delimiter must be an ASCII character"))?;
    let mut rows = Rows::new(FILE, input, delimiter, true);
    let mut gathering = Gathering::default();
    let mut header: Vec<String> = Vec::new();
    // The line of the last row, while that is shorter than the header or has an open quote.
    let mut broken = None;
    while let Some(row) = rows.next()? {
        let (line, fields) = match row {
            Row::Fields { line, fields } => (line, fields),
            Row::CutOff { line, .. } => {
                broken = Some(line);
                gathering.record(FILE, line, None, "the file ends inside a quoted field");
                continue;
            }
            Row::Bad { line, why } => {
                broken = Some(line);
                gathering.record(FILE, line, None, why);
                continue;
            }
        };
        broken = Some(line).filter(|_| fields.len() < header.len());
        if header.is_empty() {
            header = fields.iter().map(|field| field.trim().to_owned()).collect();
            let wanted = mapping.columns.keys().chain([&mapping.id]).chain(&mapping.schema_column);
            if let Some(missing) = wanted.into_iter().find(|column| !header.contains(column)) {
                let absent = || format!("the header row has no column `{missing}`");
                return Err(format_error(line, &separated(&rows, missing).unwrap_or_else(absent)));
            }
            continue;
        }
        let entity = entity(At { file: FILE, line }, mapping, &header, &fields);
        gathering.record(
            FILE,
            line,
            entity,
            "the row has no identifier, no name, an unknown schema, or not the columns of the header",
        );
    }
    if header.is_empty()
        && let Some(why) = separated(&rows, &mapping.id)
    {
        return Err(format_error(1, &why));
    }
    if let Some(line) = broken {
        let why = "the last row is not whole: the file is cut off, or its last row needs all columns";
        gathering.notice(FILE, line, NoticeKind::Truncated, why);
    }
    gathering.finish(&mapping.list, &mapping.title, published_on)
}

fn separated<R: Read>(rows: &Rows<R>, column: &str) -> Option<String> {
    Some(format!("{}, or name the former as `delimiter` in the mapping", rows.otherwise_separated(column)?))
}

fn entity(at: At<'_>, mapping: &OwnMapping, header: &[String], fields: &[String]) -> Option<Draft> {
    if fields.len() != header.len() {
        return None;
    }
    let get = |column: &str| {
        header.iter().position(|name| name == column).and_then(|i| fields.get(i)).map_or("", |f| f.trim())
    };
    let schema = match mapping.schema_column.as_deref().map(get) {
        None | Some("") => mapping.schema,
        Some(word) => word.parse().ok()?,
    };
    let id = Some(get(&mapping.id)).filter(|id| !id.is_empty())?;
    let mut entity = Draft::new(format!("{}-{id}", mapping.list), schema);
    for (column, property) in &mapping.columns {
        for value in get(column).split(mapping.separator.as_str()) {
            put(at, &mut entity, *property, value.trim());
        }
    }
    let named = entity.texts(Property::Name).next().is_some();
    named.then_some(entity)
}

fn put(at: At<'_>, entity: &mut Draft, property: Property, value: &str) {
    match property {
        Property::BirthDate | Property::DeathDate | Property::IncorporationDate | Property::ListedOn => {
            at.put_date(entity, property, value);
        }
        Property::BirthPlace => at.put_birth_place(entity, value),
        Property::Gender => at.put_gender(entity, value),
        Property::Country
        | Property::Nationality
        | Property::Citizenship
        | Property::Jurisdiction
        | Property::Flag
        | Property::BirthCountry => {
            at.put_country(entity, property, value);
        }
        _ => at.put(entity, property, value),
    }
}
