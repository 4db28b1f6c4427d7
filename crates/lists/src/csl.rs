//! The Consolidated Screening List of the US International Trade Administration, as CSV: thirteen lists of three
//! departments in one file.
//!
//! Columns are found by the names in the header row, so that a new column does no harm. A second header row inside the
//! file is skipped and reported. A row with fewer columns than the header is kept with what it has, and reported; as the last row of a file
//! without a final line break it means that the file is cut off.

use crate::ListsError;
use crate::countries::country_code;
use crate::dates::date;
use crate::draft::Draft;
use crate::entry::{At, Document};
use crate::labels::{Kind, kind_of, labelled};
use crate::ofac::resolve_relations;
use crate::remarks::{Ending, put_labelled, put_remarks};
use crate::rows::{Row, Rows};
use crate::snapshot::{Gathering, NoticeKind, Reading};
use std::io::Read;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::time::Date;

pub(crate) const LIST: &str = "us-csl";
pub(crate) const TITLE: &str = "US Consolidated Screening List";
const FILE: &str = "consolidated.csv";

/// Reads the Consolidated Screening List from its CSV file.
pub fn read_csl_csv(input: impl Read, published_on: Option<Date>) -> Result<Reading, ListsError> {
    let mut rows = Rows::new(FILE, input, b',', true);
    let mut gathering = Gathering::default();
    let mut header: Vec<String> = Vec::new();
    let mut last_short = 0;
    while let Some(row) = rows.next()? {
        let (line, fields) = match row {
            Row::Fields { line, fields } | Row::CutOff { line, fields } => (line, fields),
            Row::Bad { line, why } => {
                gathering.records += 1;
                gathering.notice(FILE, line, NoticeKind::SetAside, why);
                last_short = line;
                continue;
            }
        };
        if header.is_empty() {
            header = checked_header(&rows, line, fields)?;
            continue;
        }
        if fields == header {
            gathering.notice(FILE, line, NoticeKind::Doubtful, "the header row is repeated inside the file");
            continue;
        }
        gathering.records += 1;
        let record = CslRecord { at: At { file: FILE, line }, header: &header, fields: &fields };
        last_short = if fields.len() == header.len() { 0 } else { line };
        if last_short > 0 {
            let why = format!(
                "{} columns where there must be {}: the rest of the entry is missing",
                fields.len(),
                header.len()
            );
            gathering.notice(FILE, line, NoticeKind::Doubtful, why);
        }
        if record.get("name").is_empty() || record.get("source").is_empty() {
            gathering.notice(FILE, line, NoticeKind::SetAside, "the row has no name or no source list");
            continue;
        }
        gathering.entities.push(entity(&record));
    }
    if header.is_empty() {
        let empty = || "the file is empty".to_owned();
        return Err(format_error(0, &rows.otherwise_separated("_id").unwrap_or_else(empty)));
    }
    if !rows.ended_line || last_short > 0 {
        gathering.notice(
            FILE,
            last_short,
            NoticeKind::Truncated,
            "the file ends inside a row: it is cut off",
        );
    }
    resolve_relations(&mut gathering.entities);
    gathering.finish(LIST, TITLE, published_on)
}

fn checked_header<R: Read>(
    rows: &Rows<R>,
    line: u64,
    mut fields: Vec<String>,
) -> Result<Vec<String>, ListsError> {
    for field in &mut fields {
        *field = field.trim().to_owned();
    }
    for name in ["_id", "source", "name", "ids"] {
        if !fields.iter().any(|field| field == name) {
            let missing = || format!("the header row has no column `{name}`");
            return Err(format_error(line, &rows.otherwise_separated(name).unwrap_or_else(missing)));
        }
    }
    Ok(fields)
}

fn format_error(line: u64, why: &str) -> ListsError {
    ListsError::Format {
        file: FILE.to_owned(),
        line,
        format: "the Consolidated Screening List as CSV",
        why: why.to_owned(),
    }
}

/// One row with its columns by name.
struct CslRecord<'a> {
    at: At<'a>,
    header: &'a [String],
    fields: &'a [String],
}

impl CslRecord<'_> {
    fn get(&self, column: &str) -> &str {
        let index = self.header.iter().position(|name| name == column);
        index.and_then(|index| self.fields.get(index)).map_or("", |text| text.trim())
    }

    fn many<'s>(&'s self, column: &str) -> impl Iterator<Item = &'s str> {
        self.get(column).split("; ").map(str::trim).filter(|text| !text.is_empty())
    }
}

/// The short name of a source list, and the topic that being on it means.
pub(crate) fn source_list(source: &str) -> (&'static str, &'static str) {
    const SOURCES: [(&str, &str, &str); 15] = [
        ("(SDN)", "sdn", "sanction"),
        ("Sectoral Sanctions", "ssi", "sanction"),
        ("Foreign Sanctions Evaders", "fse", "sanction"),
        ("Palestinian Legislative Council", "plc", "sanction"),
        ("Menu-Based", "mbs", "sanction"),
        ("Chinese Military-Industrial", "cmic", "sanction"),
        ("Capta", "cap", "sanction"),
        ("Correspondent Account", "cap", "sanction"),
        ("Entity List", "el", "export.control"),
        ("Denied Persons", "dpl", "export.control"),
        ("Unverified List", "uvl", "export.control"),
        ("Military End User", "meu", "export.control"),
        ("Nonproliferation", "isn", "sanction"),
        ("ITAR Debarred", "dtc", "debarment"),
        ("Debarred", "dtc", "debarment"),
    ];
    SOURCES
        .iter()
        .find(|(mark, ..)| source.contains(mark))
        .map_or(("other", "export.control"), |(_, code, topic)| (code, topic))
}

fn entity(record: &CslRecord<'_>) -> Draft {
    let at = record.at;
    let (code, topic) = source_list(record.get("source"));
    let key = [record.get("entity_number"), record.get("_id")]
        .into_iter()
        .find(|key| !key.is_empty())
        .unwrap_or("0");
    let mut entity = Draft::new(format!("{LIST}-{code}-{key}"), schema(record.get("type")));
    let person = entity.schema == Schema::Person;
    let put_name = |entity: &mut Draft, property, name: &str| {
        if person { at.put_person_name(entity, property, name) } else { at.put(entity, property, name) }
    };
    put_name(&mut entity, Property::Name, record.get("name"));
    record.many("alt_names").for_each(|name| put_name(&mut entity, Property::Alias, name));
    at.put(&mut entity, Property::Topic, topic);
    at.put_noted(&mut entity, Property::Program, record.get("source"), "list");
    record.many("programs").for_each(|program| at.put(&mut entity, Property::Program, program));
    at.put(&mut entity, Property::Title, record.get("title"));
    record.many("addresses").for_each(|address| put_address(at, &mut entity, address));
    at.put(&mut entity, Property::LegalBasis, record.get("federal_register_notice"));
    at.put_date(&mut entity, Property::ListedOn, record.get("start_date"));
    for (column, note) in [
        ("end_date", "end date"),
        ("standard_order", "standard order"),
        ("license_requirement", "license requirement"),
        ("license_policy", "license policy"),
    ] {
        at.put_noted(&mut entity, Property::Notes, record.get(column), note);
    }
    at.put(&mut entity, Property::CallSign, record.get("call_sign"));
    at.put(&mut entity, Property::Type, record.get("vessel_type"));
    at.put(&mut entity, Property::DeadweightTonnage, record.get("gross_tonnage"));
    at.put(&mut entity, Property::GrossTonnage, record.get("gross_registered_tonnage"));
    at.put_country(&mut entity, Property::Flag, record.get("vessel_flag"));
    at.relate(&mut entity, "owner", "", record.get("vessel_owner"));
    record
        .many("citizenships")
        .for_each(|country| at.put_country(&mut entity, Property::Citizenship, country));
    record
        .many("nationalities")
        .for_each(|country| at.put_country(&mut entity, Property::Nationality, country));
    record.many("dates_of_birth").for_each(|date| at.put_date(&mut entity, Property::BirthDate, date));
    record.many("places_of_birth").for_each(|place| at.put_birth_place(&mut entity, place));
    record.many("ids").for_each(|id| put_id(at, &mut entity, id));
    put_remarks(at, &mut entity, record.get("remarks"), Ending::Whole);
    at.put(&mut entity, Property::SourceUrl, record.get("source_information_url"));
    entity
}

pub(crate) fn schema(word: &str) -> Schema {
    match word.to_ascii_lowercase().as_str() {
        "individual" => Schema::Person,
        "entity" => Schema::Organization,
        "vessel" => Schema::Vessel,
        "aircraft" => Schema::Airplane,
        // The lists of Commerce and State do not say what their entries are.
        _ => Schema::LegalEntity,
    }
}

/// `Street, City, CC`: the last part is a country code.
fn put_address(at: At<'_>, entity: &mut Draft, address: &str) {
    let (street, country) = address.rsplit_once(", ").unwrap_or(("", address));
    if country.len() == 2 && country_code(country).is_some() {
        at.put_address(entity, &[street], country);
    } else {
        at.put_address(entity, &[address], "");
    }
}

/// `CA, BC166787, Passport` (older files) or `Passport, BC166787, CA, 2013-09-09` (newer ones).
pub(crate) fn put_id(at: At<'_>, entity: &mut Draft, id: &str) {
    if let Some((address, currency)) = wallet(id) {
        return at.put_noted(entity, Property::Wallet, address, currency);
    }
    let first = id.split_once(", ").and_then(|(label, rest)| Some((kind_of(label)?, rest)));
    let last = || id.rsplit_once(", ").and_then(|(rest, label)| Some((kind_of(label)?, rest)));
    let Some(((label, kind), value)) = first.or_else(last) else {
        return put_described(at, entity, id);
    };
    match kind {
        Kind::Document(property) => put_numbered(at, entity, property, "", value),
        Kind::Labelled(property) => put_numbered(at, entity, property, label, value),
        _ => put_labelled(at, entity, label, kind, value),
    }
}

/// A label that goes on: `Executive Order 13662 Directive Determination -, Subject to Directive 1`, or the other way round.
fn put_described(at: At<'_>, entity: &mut Draft, id: &str) {
    let turned = id.rsplit_once(", ").map(|(value, label)| format!("{label} {value}")).unwrap_or_default();
    for text in [id.replacen(", ", " ", 1), turned] {
        if let Some((label, kind, value)) = labelled(&text) {
            return put_labelled(at, entity, label, kind, value);
        }
    }
    at.put_noted(entity, Property::Notes, id, "id");
}

/// Here the currency of a wallet is the end of its label: `Digital Currency Address - XBT`, before or after the address.
fn wallet(id: &str) -> Option<(&str, &str)> {
    const LABEL: &str = "Digital Currency Address - ";
    if let Some((currency, address)) = id.strip_prefix(LABEL).and_then(|rest| rest.split_once(", ")) {
        return Some((address, currency));
    }
    let (address, label) = id.rsplit_once(", ")?;
    Some((address, label.strip_prefix(LABEL)?))
}

fn put_numbered(at: At<'_>, entity: &mut Draft, property: Property, label: &str, value: &str) {
    let mut number: Vec<&str> = Vec::new();
    let (mut country, mut days) = ("", Vec::new());
    for part in value.split(", ") {
        if country.is_empty()
            && part.len() == 2
            && country_code(part).is_some()
            && part.bytes().all(|b| b.is_ascii_uppercase())
        {
            country = part;
        } else if part.len() >= 8 && date(part).is_some() {
            days.push(part);
        } else {
            number.push(part);
        }
    }
    days.sort_unstable_by_key(|day| date(day));
    let (issued, expires) = match days.as_slice() {
        [issued, expires, ..] => (*issued, *expires),
        _ => ("", ""),
    };
    let number = if number.is_empty() { days.join(", ") } else { number.join(", ") };
    at.put_document(entity, property, &Document { number: &number, country, label, issued, expires });
}
