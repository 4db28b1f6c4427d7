//! The UK Sanctions List, as XML and as CSV.
//!
//! Names come in six parts of which the sixth is the family name or the whole name of an entity. Dates are day first, with `dd` and
//! `mm` where unknown. In the CSV one designation has many rows, one for each combination of its values; rows with one identifier make
//! one entry, and values that repeat are kept once.

use crate::ListsError;
use crate::dates::date;
use crate::draft::Draft;
use crate::entry::{At, Document, spaced};
use crate::leftover::put_left;
use crate::ofac::resolve_relations;
use crate::rows::{Row, Rows};
use crate::snapshot::{Gathering, NoticeKind, Reading};
use crate::xml::{Node, Records, read_records};
use std::cell::Cell;
use std::collections::HashMap;
use std::io::Read;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::time::Date;

const LIST: &str = "uk-sl";
const TITLE: &str = "UK Sanctions List";
const XML_FILE: &str = "UK-Sanctions-List.xml";
const CSV_FILE: &str = "UK-Sanctions-List.csv";

/// Reads the UK Sanctions List from its XML file.
pub fn read_uk_xml(input: impl Read) -> Result<Reading, ListsError> {
    let records =
        Records::new(XML_FILE, "the UK Sanctions List as XML", &["DateGenerated", "Designation"], input);
    let mut gathering = Gathering::default();
    let mut published_on = None;
    read_records(
        records,
        "Designations",
        &mut gathering,
        |_| {},
        |gathering, node| match node.name.as_str() {
            "DateGenerated" => published_on = date(node.text()).and_then(|date| date.parse().ok()),
            _ => gathering.record(
                XML_FILE,
                node.line,
                entity(node),
                "the designation has no name or no identifier",
            ),
        },
    )?;
    resolve_relations(&mut gathering.entities);
    gathering.finish(LIST, TITLE, published_on)
}

fn entity(node: &Node) -> Option<Draft> {
    let at = At { file: XML_FILE, line: node.line };
    let id = node.text_of("UniqueID");
    let schema = schema(node.text_of("IndividualEntityShip"));
    let mut entity = Draft::new(format!("{LIST}-{id}"), schema);
    for name in node.below(&["Names", "Name"]) {
        let parts = ["Name1", "Name2", "Name3", "Name4", "Name5", "Name6"].map(|part| name.text_of(part));
        put_name(
            at.on(name.line),
            &mut entity,
            &parts,
            name.text_of("NameType"),
            name.text_of("AliasStrength"),
        );
    }
    for name in node.below(&["NonLatinNames", "NonLatinName", "NameNonLatinScript"]) {
        at.on(name.line).put(&mut entity, Property::Alias, &spaced(name.text()));
    }
    for (property, path) in XML_TEXTS {
        for value in node.below(path) {
            at.on(value.line).put(&mut entity, *property, &spaced(value.text()));
        }
    }
    for (property, path) in XML_COUNTRIES {
        for value in node.below(path) {
            at.on(value.line).put_country(&mut entity, *property, value.text());
        }
    }
    for birth in node.below(&["IndividualDetails", "Individual", "DOBs", "DOB"]) {
        at.on(birth.line).put_date(&mut entity, Property::BirthDate, birth.text());
    }
    for gender in node.below(&["IndividualDetails", "Individual", "Genders", "Gender"]) {
        at.on(gender.line).put_gender(&mut entity, gender.text());
    }
    for place in node.below(&["IndividualDetails", "Individual", "BirthDetails", "Location"]) {
        let parts = [place.text_of("TownOfBirth"), place.text_of("CountryOfBirth")];
        put_birth_place(at.on(place.line), &mut entity, parts);
    }
    for address in node.below(&["Addresses", "Address"]) {
        let parts = [
            "AddressLine1",
            "AddressLine2",
            "AddressLine3",
            "AddressLine4",
            "AddressLine5",
            "AddressLine6",
            "AddressPostalCode",
        ];
        at.on(address.line).put_address(
            &mut entity,
            &parts.map(|part| address.text_of(part)),
            address.text_of("AddressCountry"),
        );
    }
    for passport in node.below(&["IndividualDetails", "Individual", "PassportDetails", "Passport"]) {
        let number = passport.text_of("PassportNumber");
        put_number(at.on(passport.line), &mut entity, Property::PassportNumber, number, "");
    }
    for id in
        node.below(&["IndividualDetails", "Individual", "NationalIdentifierDetails", "NationalIdentifier"])
    {
        put_number(
            at.on(id.line),
            &mut entity,
            Property::IdNumber,
            id.text_of("NationalIdentifierNumber"),
            "national identifier",
        );
    }
    put_common(
        at,
        &mut entity,
        node.text_of("RegimeName"),
        node.text_of("DateDesignated"),
        node.text_of("LastUpdated"),
    );
    for built in node.named("YearBuilt") {
        at.on(built.line).put_date(&mut entity, Property::BuildDate, built.text());
    }
    for kind in node.named("TypeOfEntity") {
        at.on(kind.line).put(&mut entity, Property::Sector, &spaced(kind.text()));
    }
    for (element, _, tie) in TIES {
        for other in node.named(element) {
            put_tie(at.on(other.line), &mut entity, tie, other.text());
        }
    }
    put_left(at, &mut entity, node, "", &|_, _| false);
    named(entity, id)
}

/// Element of the XML file, column of the CSV file, and the tie that is said there.
const TIES: &[(&str, &str, &str)] = &[
    ("ParentCompany", "Parent company", "parent company"),
    ("Subsidiary", "Subsidiaries", "subsidiary"),
    ("CurrentOwnerOperator", "Current owner/operator (s)", "owner or operator"),
    ("PreviousOwnerOperator", "Previous owner/operator (s)", "former owner or operator"),
];

fn put_tie(at: At<'_>, entity: &mut Draft, tie: &str, name: &str) {
    at.relate(entity, tie, "", &spaced(name));
}

const XML_TEXTS: &[(Property, &[&str])] = &[
    (Property::Title, &["Titles", "Title"]),
    (Property::Position, &["IndividualDetails", "Individual", "Positions", "Position"]),
    (Property::Phone, &["PhoneNumbers", "PhoneNumber"]),
    (Property::Email, &["EmailAddresses", "EmailAddress"]),
    (Property::Website, &["Websites", "Website"]),
    (
        Property::RegistrationNumber,
        &["EntityDetails", "Entity", "BusinessRegistrationNumbers", "BusinessRegistrationNumber"],
    ),
    (Property::ImoNumber, &["ShipDetails", "Ship", "IMONumbers", "IMONumber"]),
    (Property::Type, &["ShipDetails", "Ship", "TypesOfShip", "TypeOfShip"]),
    (Property::Type, &["ShipDetails", "Ship", "TypeOfShipDetails", "TypeOfShip"]),
    (Property::Notes, &["OtherInformation"]),
    (Property::Notes, &["UKStatementofReasons"]),
];

const XML_COUNTRIES: &[(Property, &[&str])] = &[
    (Property::Nationality, &["IndividualDetails", "Individual", "Nationalities", "Nationality"]),
    (Property::Flag, &["ShipDetails", "Ship", "CurrentBelievedFlagOfShips", "CurrentBelievedFlagOfShip"]),
    (Property::PastFlag, &["ShipDetails", "Ship", "PreviousFlags", "PreviousFlag"]),
];

/// Reads the UK Sanctions List from its CSV file.
pub fn read_uk_csv(input: impl Read, published_on: Option<Date>) -> Result<Reading, ListsError> {
    let mut rows = Rows::new(CSV_FILE, input, b',', true);
    let mut gathering = Gathering::default();
    let mut header: Vec<String> = Vec::new();
    let mut by_id: HashMap<String, usize> = HashMap::new();
    let mut cut = false;
    while let Some(row) = rows.next()? {
        let (line, fields) = match row {
            Row::Fields { line, fields } => (line, fields),
            Row::CutOff { line, fields } => {
                cut = true;
                (line, fields)
            }
            Row::Bad { line, why } => {
                gathering.record(CSV_FILE, line, None, why);
                continue;
            }
        };
        if header.is_empty() {
            // The first row may be "Report Date: ..." before the header.
            if fields.iter().any(|field| field.trim() == "Unique ID") {
                header = fields.iter().map(|field| field.trim().to_owned()).collect();
            }
            continue;
        }
        let row = UkRow { header: &header, fields: &fields, taken: vec![Cell::new(false); header.len()] };
        let at = At { file: CSV_FILE, line };
        let id = row.get("Unique ID").to_owned();
        if id.is_empty() || fields.len() != header.len() {
            gathering.record(
                CSV_FILE,
                line,
                None,
                "the row has no identifier, or more or fewer columns than the header",
            );
            continue;
        }
        if let Some(entity) = by_id.get(&id).and_then(|index| gathering.entities.get_mut(*index)) {
            row.put(at, entity);
            gathering.records += 1;
        } else {
            let mut entity = Draft::new(format!("{LIST}-{id}"), schema(row.get("Designation Type")));
            row.put(at, &mut entity);
            by_id.insert(id, gathering.entities.len());
            gathering.record(CSV_FILE, line, Some(entity), "");
        }
    }
    if header.is_empty() {
        let missing = || "no header row with a column `Unique ID`".to_owned();
        let why = rows.otherwise_separated("Unique ID").unwrap_or_else(missing);
        return Err(ListsError::Format {
            file: CSV_FILE.to_owned(),
            line: 0,
            format: "the UK Sanctions List as CSV",
            why,
        });
    }
    if cut || !rows.ended_line {
        gathering.notice(CSV_FILE, 0, NoticeKind::Truncated, "the file ends inside a row: it is cut off");
    }
    resolve_relations(&mut gathering.entities);
    gathering.finish(LIST, TITLE, published_on)
}

struct UkRow<'a> {
    header: &'a [String],
    fields: &'a [String],
    taken: Vec<Cell<bool>>,
}

impl UkRow<'_> {
    fn get(&self, column: &str) -> &str {
        let index = self.header.iter().position(|name| name.eq_ignore_ascii_case(column));
        if let Some(taken) = index.and_then(|index| self.taken.get(index)) {
            taken.set(true);
        }
        index.and_then(|index| self.fields.get(index)).map_or("", |text| text.trim())
    }

    /// Columns that no rule took, with their names.
    fn left(&self) -> impl Iterator<Item = (&str, &str)> {
        let columns = self.header.iter().zip(self.fields).zip(&self.taken);
        columns.filter(|(_, taken)| !taken.get()).map(|((name, text), _)| (name.as_str(), text.as_str()))
    }

    fn put(&self, at: At<'_>, entity: &mut Draft) {
        let parts = ["Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6"].map(|part| self.get(part));
        put_name(at, entity, &parts, self.get("Name type"), self.get("Alias strength"));
        at.put(entity, Property::Alias, &spaced(self.get("Name non-latin script")));
        at.put(entity, Property::Title, self.get("Title"));
        at.put(entity, Property::Position, self.get("Position"));
        at.put_date(entity, Property::BirthDate, self.get("D.O.B"));
        at.put_gender(entity, self.get("Gender"));
        put_birth_place(at, entity, [self.get("Town of birth"), self.get("Country of birth")]);
        at.put_country(entity, Property::Nationality, self.get("Nationality(/ies)"));
        let lines = [
            "Address Line 1",
            "Address Line 2",
            "Address Line 3",
            "Address Line 4",
            "Address Line 5",
            "Address Line 6",
            "Address Postal Code",
        ];
        at.put_address(entity, &lines.map(|line| self.get(line)), self.get("Address Country"));
        put_number(at, entity, Property::PassportNumber, self.get("Passport number"), "");
        put_number(
            at,
            entity,
            Property::IdNumber,
            self.get("National Identifier number"),
            "national identifier",
        );
        at.put(entity, Property::RegistrationNumber, self.get("Business registration number (s)"));
        at.put(entity, Property::ImoNumber, self.get("IMO number"));
        at.put(entity, Property::Type, self.get("Type of ship"));
        at.put_country(entity, Property::Flag, self.get("Current believed flag of ship"));
        at.put_country(entity, Property::PastFlag, self.get("Previous flags"));
        at.put(entity, Property::Phone, self.get("Phone number"));
        at.put(entity, Property::Email, self.get("Email address"));
        at.put(entity, Property::Website, self.get("Website"));
        at.put(entity, Property::Notes, &spaced(self.get("Other Information")));
        at.put(entity, Property::Notes, &spaced(self.get("UK Statement of Reasons")));
        put_common(
            at,
            entity,
            self.get("Regime Name"),
            self.get("Date Designated"),
            self.get("Last Updated"),
        );
        at.put_date(entity, Property::BuildDate, self.get("Year Built"));
        at.put(entity, Property::Sector, &spaced(self.get("Type of entity")));
        for (_, column, tie) in TIES {
            put_tie(at, entity, tie, self.get(column));
        }
        // Read with the first row of an entry.
        self.get("Designation Type");
        for (column, text) in self.left() {
            at.put_noted(entity, Property::Notes, &spaced(text), column);
        }
    }
}

fn schema(word: &str) -> Schema {
    match word {
        "Individual" => Schema::Person,
        "Entity" => Schema::Organization,
        "Ship" => Schema::Vessel,
        _ => Schema::LegalEntity,
    }
}

fn put_name(at: At<'_>, entity: &mut Draft, parts: &[&str; 6], kind: &str, strength: &str) {
    let whole = parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let lower = kind.to_ascii_lowercase();
    let property = match strength.to_ascii_lowercase().as_str() {
        _ if lower.starts_with("primary name") && !lower.contains("variation") => Property::Name,
        "low quality" | "low quality a.k.a" => Property::WeakAlias,
        _ => Property::Alias,
    };
    at.put(entity, property, &spaced(&whole));
    if property == Property::Name && entity.schema == Schema::Person {
        let [given, middle @ .., family] = parts;
        at.put(entity, Property::FirstName, given);
        at.put(
            entity,
            Property::MiddleName,
            &middle.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
        );
        at.put(entity, Property::LastName, family);
    }
}

fn put_birth_place(at: At<'_>, entity: &mut Draft, parts: [&str; 2]) {
    let place = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    at.put_birth_place(entity, &place);
}

fn put_number(at: At<'_>, entity: &mut Draft, property: Property, number: &str, label: &str) {
    at.put_document(entity, property, &Document { number, label, ..Document::default() });
}

fn put_common(at: At<'_>, entity: &mut Draft, regime: &str, designated: &str, updated: &str) {
    at.put(entity, Property::Topic, "sanction");
    at.put(entity, Property::Program, regime);
    at.put_date(entity, Property::ListedOn, designated);
    at.put_date(entity, Property::ModifiedAt, updated);
}

fn named(entity: Draft, id: &str) -> Option<Draft> {
    let named = entity.texts(Property::Name).chain(entity.texts(Property::Alias)).next().is_some();
    (named && !id.is_empty()).then_some(entity)
}
