//! OFAC's `SDN_ADVANCED.XML`: names in their native scripts, dates as periods, documents, wallets and ownership ties.
//!
//! The file refers everywhere by number: to reference values, locations and documents, which come first, and from ties and
//! list entries, which come last. So the first are held in small tables while the parties stream by, and the last are added
//! to parties already read.

use crate::ListsError;
use crate::draft::Draft;
use crate::entry::{At, Document, spaced};
use crate::labels::{Kind, kind_of};
use crate::leftover::put_left;
use crate::ofac::OfacList;
use crate::ofac_xml::put_typed_id;
use crate::remarks::put_labelled;
use crate::snapshot::{Gathering, NoticeKind, Reading};
use crate::xml::{Node, Records, read_records};
use std::collections::HashMap;
use std::io::Read;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::time::Date;

const FORMAT: &str = "OFAC's list as advanced XML";
const RECORDS: [&str; 7] = [
    "DateOfIssue",
    "ReferenceValueSets",
    "Location",
    "IDRegDocument",
    "DistinctParty",
    "ProfileRelationship",
    "SanctionsEntry",
];

/// Reads an OFAC list from its advanced XML file.
pub fn read_ofac_advanced_xml(list: OfacList, input: impl Read) -> Result<Reading, ListsError> {
    let (code, title, _) = list.facts();
    let file = if list == OfacList::Sdn { "sdn_advanced.xml" } else { "cons_advanced.xml" };
    let mut tables = Tables { list: code, file, ..Tables::default() };
    let mut gathering = Gathering::default();
    let records = Records::new(file, FORMAT, &RECORDS, input);
    read_records(
        records,
        "Sanctions",
        &mut gathering,
        |_| {},
        |gathering, node| tables.take(gathering, node),
    )?;
    let published_on = tables.published_on;
    gathering.finish(code, title, published_on)
}

/// Under this name the tables hold the number of the party type of each subtype.
const TYPE_OF_SUBTYPE: &str = "PartyTypeID of PartySubType";

/// What later records refer to.
#[derive(Default)]
struct Tables {
    list: &'static str,
    file: &'static str,
    published_on: Option<Date>,
    /// Reference values by element name and number.
    words: HashMap<(String, String), String>,
    /// Locations.
    locations: HashMap<String, Location>,
    /// Documents by the identity they belong to.
    documents: HashMap<String, Vec<Node>>,
    /// Index of the entry of a profile.
    profiles: HashMap<String, usize>,
}

impl Tables {
    fn take(&mut self, gathering: &mut Gathering, node: &Node) {
        match node.name.as_str() {
            "DateOfIssue" => self.published_on = day(node).and_then(|day| day.parse().ok()),
            "ReferenceValueSets" => self.reference_values(node),
            "Location" => self.location(node),
            "IDRegDocument" => {
                self.documents.entry(node.attribute("IdentityID").to_owned()).or_default().push(node.clone());
            }
            "DistinctParty" => self.party(gathering, node),
            "ProfileRelationship" => self.relationship(gathering, node),
            _ => self.sanctions_entry(gathering, node),
        }
    }

    fn word(&self, kind: &str, number: &str) -> &str {
        self.words.get(&(kind.to_owned(), number.to_owned())).map_or("", String::as_str)
    }

    fn reference_values(&mut self, sets: &Node) {
        for value in sets.children.iter().flat_map(|set| &set.children) {
            let number = value.attribute("ID").to_owned();
            if value.name == "PartySubType" {
                let party_type = value.attribute("PartyTypeID").to_owned();
                self.words.insert((TYPE_OF_SUBTYPE.to_owned(), number.clone()), party_type);
            }
            self.words.insert((value.name.clone(), number), spaced(value.text()));
        }
    }

    fn location(&mut self, node: &Node) {
        let parts = node
            .below(&["LocationPart", "LocationPartValue", "Value"])
            .iter()
            .map(|part| spaced(part.text()))
            .collect();
        let country = node.first("LocationCountry").map_or("", |country| country.attribute("CountryID"));
        let country = self.word("Country", country).to_owned();
        let mut further = Vec::new();
        node.left(&mut |_, element, name, text| {
            if !is_structural(name, text) {
                further.push((format!("location {element} {name}"), spaced(text)));
            }
        });
        let location = Location { line: node.line, parts, country, further };
        self.locations.insert(node.attribute("ID").to_owned(), location);
    }

    fn party(&mut self, gathering: &mut Gathering, node: &Node) {
        let (file, line) = (self.file, node.line);
        for profile in node.children.iter().filter(|child| child.name == "Profile") {
            let entity = self.entity(At { file, line }, node, profile);
            if entity.is_some() {
                self.profiles.insert(profile.attribute("ID").to_owned(), gathering.entities.len());
            }
            gathering.record(file, line, entity, "the party has no primary name");
        }
    }

    fn entity(&self, at: At<'_>, party: &Node, profile: &Node) -> Option<Draft> {
        let schema = self.schema(profile.attribute("PartySubTypeID"));
        let number = [party.attribute("FixedRef"), profile.attribute("ID")]
            .into_iter()
            .find(|number| !number.is_empty())?;
        let mut entity = Draft::new(format!("{}-{number}", self.list), schema);
        for identity in profile.children.iter().filter(|child| child.name == "Identity") {
            self.put_names(at, &mut entity, identity);
            for document in self.documents.get(identity.attribute("ID")).into_iter().flatten() {
                self.put_document(at.on(document.line), &mut entity, document);
            }
        }
        entity.texts(Property::Name).next()?;
        at.put(&mut entity, Property::Topic, "sanction");
        for feature in profile.children.iter().filter(|child| child.name == "Feature") {
            self.put_feature(at, &mut entity, feature);
        }
        for comment in party.children.iter().filter(|child| child.name == "Comment") {
            at.on(comment.line).put(&mut entity, Property::Notes, &spaced(comment.text()));
        }
        put_left(at, &mut entity, profile, "", &is_structural);
        Some(entity)
    }

    /// The subtype says vessel or aircraft; of persons and organisations it is "Unknown", and its type tells them apart.
    fn schema(&self, subtype: &str) -> Schema {
        let party_type = self.word("PartyType", self.word(TYPE_OF_SUBTYPE, subtype));
        match (self.word("PartySubType", subtype), party_type) {
            ("Vessel", _) => Schema::Vessel,
            ("Aircraft", _) => Schema::Airplane,
            ("Individual", _) | (_, "Individual") => Schema::Person,
            _ => Schema::Organization,
        }
    }

    fn put_names(&self, at: At<'_>, entity: &mut Draft, identity: &Node) {
        let groups: HashMap<&str, &str> = identity
            .below(&["NamePartGroups", "MasterNamePartGroup", "NamePartGroup"])
            .into_iter()
            .map(|group| {
                (group.attribute("ID"), self.word("NamePartType", group.attribute("NamePartTypeID")))
            })
            .collect();
        for alias in identity.children.iter().filter(|child| child.name == "Alias") {
            let kind = self.word("AliasType", alias.attribute("AliasTypeID"));
            let weak = alias.attribute("LowQuality") == "true";
            let primary = alias.attribute("Primary") == "true";
            for documented in alias.children.iter().filter(|child| child.name == "DocumentedName") {
                let at = at.on(documented.line);
                let name = self.name(documented, &groups);
                // A primary name in a second script is an alias that is as good as the name.
                let main =
                    primary && (name.script == "Latn" || entity.texts(Property::Name).next().is_none());
                let property = match kind {
                    _ if main => Property::Name,
                    "F.K.A." | "f.k.a." => Property::PreviousName,
                    _ if weak => Property::WeakAlias,
                    _ => Property::Alias,
                };
                let script = if name.script == "Latn" { "" } else { name.script };
                at.put_noted(entity, property, &name.whole, script);
                if property == Property::Name && entity.schema == Schema::Person {
                    at.put(entity, Property::FirstName, &name.given);
                    at.put(entity, Property::LastName, &name.family);
                }
            }
        }
    }

    fn name(&self, documented: &Node, groups: &HashMap<&str, &str>) -> Name {
        // Given names come before family names, whatever the order in the file.
        let mut parts: Vec<(u8, &str, String)> = Vec::new();
        let mut script = "Latn";
        for part in documented.below(&["DocumentedNamePart", "NamePartValue"]) {
            let kind = groups.get(part.attribute("NamePartGroupID")).copied().unwrap_or_default();
            let rank = match kind {
                "First Name" => 0,
                "Middle Name" => 1,
                "Patronymic" | "Matronymic" => 2,
                "Nickname" => 4,
                _ => 3,
            };
            parts.push((rank, kind, spaced(part.text())));
            script = script_code(self.word("Script", part.attribute("ScriptID")));
        }
        parts.sort_by_key(|(rank, ..)| *rank);
        let joined = |wanted: &dyn Fn(u8, &str) -> bool| {
            parts
                .iter()
                .filter(|(rank, kind, _)| wanted(*rank, kind))
                .map(|(.., text)| text.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        Name {
            whole: joined(&|_, _| true),
            given: joined(&|rank, _| rank < 3),
            family: joined(&|_, kind| kind == "Last Name"),
            script,
        }
    }

    fn put_document(&self, at: At<'_>, entity: &mut Draft, node: &Node) {
        let days: HashMap<&str, String> = node
            .children
            .iter()
            .filter(|child| child.name == "DocumentDate")
            .filter_map(|dated| {
                let kind = self.word("IDRegDocDateType", dated.attribute("IDRegDocDateTypeID"));
                Some((kind, period(dated).first()?.clone()))
            })
            .collect();
        let of = |word: &str| {
            days.iter().find(|(kind, _)| kind.starts_with(word)).map_or("", |(_, day)| day.as_str())
        };
        let described = Document {
            number: node.text_of("IDRegistrationNo"),
            country: self.word("Country", node.attribute("IssuedBy-CountryID")),
            label: self.word("IDRegDocType", node.attribute("IDRegDocTypeID")),
            issued: of("Issue"),
            expires: of("Expir"),
        };
        if described.number.is_empty() {
            at.put_described(entity, Property::IdNumber, &described, described.label);
        } else {
            put_typed_id(at, entity, &described);
        }
        let place = node.attribute("IssuedIn-LocationID");
        if let Some(Location { parts, country, .. }) = self.locations.get(place) {
            let parts = parts.iter().chain([country]).filter(|part| !part.is_empty());
            let place = parts.map(String::as_str).collect::<Vec<_>>().join(", ");
            at.put_noted(entity, Property::Notes, &place, "document issued in");
        }
        put_left(at, entity, node, "document", &is_structural);
    }

    fn put_feature(&self, at: At<'_>, entity: &mut Draft, feature: &Node) {
        let label = self.word("FeatureType", feature.attribute("FeatureTypeID"));
        for version in feature.children.iter().filter(|child| child.name == "FeatureVersion") {
            let at = at.on(version.line);
            for location in version.children.iter().filter(|child| child.name == "VersionLocation") {
                self.put_location(at, entity, label, location.attribute("LocationID"));
            }
            for period_node in version.children.iter().filter(|child| child.name == "DatePeriod") {
                let published = period(period_node).join(" to ");
                match label {
                    "Birthdate" | "Date of Birth" => at.put_date(entity, Property::BirthDate, &published),
                    _ => Self::put_value(at, entity, label, &published),
                }
            }
            for detail in version.children.iter().filter(|child| child.name == "VersionDetail") {
                let reference = self.word("DetailReference", detail.attribute("DetailReferenceID"));
                let text = spaced(detail.text());
                Self::put_value(at, entity, label, if text.is_empty() { reference } else { &text });
                if !text.is_empty() && text != reference {
                    at.put_noted(entity, Property::Notes, reference, label);
                }
            }
        }
    }

    fn put_location(&self, at: At<'_>, entity: &mut Draft, label: &str, number: &str) {
        let Some(Location { line, parts, country, further }) = self.locations.get(number) else { return };
        let at = at.on(*line);
        for (note, text) in further {
            at.put_noted(entity, Property::Notes, text, note);
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let property = match label {
            "Nationality" | "Nationality Country" => Some(Property::Nationality),
            "Citizenship" | "Citizenship Country" => Some(Property::Citizenship),
            "Nationality of Registration" => Some(Property::Jurisdiction),
            "Vessel Flag" => Some(Property::Flag),
            "Former Vessel Flag" | "Other Vessel Flag" => Some(Property::PastFlag),
            _ => None,
        };
        match property {
            Some(property) => at.put_country(entity, property, country),
            None if label == "Place of Birth" => {
                let whole: Vec<&str> =
                    parts.into_iter().chain([country.as_str()]).filter(|part| !part.is_empty()).collect();
                at.put_birth_place(entity, &whole.join(", "));
            }
            None => at.put_address(entity, &parts, country),
        }
    }

    fn put_value(at: At<'_>, entity: &mut Draft, label: &str, value: &str) {
        if let Some(currency) = label.strip_prefix("Digital Currency Address - ") {
            return at.put_noted(entity, Property::Wallet, value, currency);
        }
        match (label, kind_of(label)) {
            ("Title", _) => at.put(entity, Property::Title, value),
            ("Nationality", _) => at.put_country(entity, Property::Nationality, value),
            ("Tonnage", _) => at.put(entity, Property::DeadweightTonnage, value),
            ("Place of Birth", _) => at.put_birth_place(entity, value),
            ("Date of Birth" | "Birthdate", _) => at.put_date(entity, Property::BirthDate, value),
            ("Address", _) => at.put_address(entity, &[value], ""),
            (_, Some((known, kind))) if kind != Kind::Wallet => put_labelled(at, entity, known, kind, value),
            _ => at.put_noted(entity, Property::Notes, value, label),
        }
    }

    fn relationship(&self, gathering: &mut Gathering, node: &Node) {
        let kind = self.word("RelationType", node.attribute("RelationTypeID"));
        let former = if node.attribute("Former") == "true" { "former: " } else { "" };
        let of = |end: &str| self.profiles.get(node.attribute(end)).copied();
        let (Some(from), Some(to)) = (of("From-ProfileID"), of("To-ProfileID")) else {
            return gathering.notice(
                self.file,
                node.line,
                NoticeKind::Doubtful,
                "a tie names a profile that is not in the file",
            );
        };
        let Some((target, name)) = gathering.entities.get(to).map(|e| (e.id.clone(), e.caption().to_owned()))
        else {
            return;
        };
        if let Some(entity) = gathering.entities.get_mut(from) {
            let at = At { file: self.file, line: node.line };
            at.relate(entity, &format!("{former}{kind}"), &target, &name);
            put_left(at, entity, node, "tie", &is_structural);
        }
    }

    fn sanctions_entry(&self, gathering: &mut Gathering, node: &Node) {
        let at = At { file: self.file, line: node.line };
        let index = self.profiles.get(node.attribute("ProfileID")).copied();
        let Some(entity) = index.and_then(|index| gathering.entities.get_mut(index)) else { return };
        for event in node.children.iter().filter(|child| child.name == "EntryEvent") {
            at.put(entity, Property::LegalBasis, self.word("LegalBasis", event.attribute("LegalBasisID")));
            if let Some(day) = event.first("Date").and_then(day) {
                at.put(entity, Property::ListedOn, &day);
            }
        }
        for measure in node.children.iter().filter(|child| child.name == "SanctionsMeasure") {
            at.put(entity, Property::Program, &spaced(measure.text_of("Comment")));
        }
        at.put_noted(entity, Property::Notes, self.word("List", node.attribute("ListID")), "list");
        put_left(at, entity, node, "listing", &is_structural);
    }
}

/// A location with the line it stands on.
struct Location {
    line: u64,
    /// In order, without the country.
    parts: Vec<String>,
    country: String,
    /// What else is said of it, each with its note.
    further: Vec<(String, String)>,
}

/// Numbers that refer to elsewhere in the file, marks of how a part is to be read, and the parts of dates, which are read as a
/// whole. Of the marks on dates one says something: that it is approximate.
fn is_structural(name: &str, text: &str) -> bool {
    const WORDS: [&str; 13] = [
        "FixedRef",
        "Primary",
        "LowQuality",
        "Acronym",
        "DeltaAction",
        "ReferenceType",
        "Year",
        "Month",
        "Day",
        "Fixed",
        "YearFixed",
        "MonthFixed",
        "DayFixed",
    ];
    name.ends_with("ID") || WORDS.contains(&name) || (name == "Approximate" && text == "false")
}

struct Name {
    whole: String,
    given: String,
    family: String,
    script: &'static str,
}

/// ISO 15924 code of a script by OFAC's name for it.
fn script_code(name: &str) -> &'static str {
    match name {
        "Arabic" => "Arab",
        "Cyrillic" => "Cyrl",
        "Chinese Simplified" => "Hans",
        "Chinese Traditional" => "Hant",
        "Hebrew" => "Hebr",
        "Japanese" => "Jpan",
        "Korean" => "Kore",
        "Greek" => "Grek",
        "Burmese" => "Mymr",
        "Thai" => "Thai",
        "Georgian" => "Geor",
        "Armenian" => "Armn",
        "Latin" | "" => "Latn",
        _ => "Zyyy",
    }
}

fn day(node: &Node) -> Option<String> {
    let part = |name: &str| Some(node.text_of(name)).filter(|text| !text.is_empty() && *text != "0");
    let year = part("Year")?;
    Some(match (part("Month"), part("Day")) {
        (Some(month), Some(day)) => format!("{year:0>4}-{month:0>2}-{day:0>2}"),
        (Some(month), None) => format!("{year:0>4}-{month:0>2}"),
        _ => format!("{year:0>4}"),
    })
}

/// A period as one date, or as its two ends. A whole year or month is written as such.
fn period(node: &Node) -> Vec<String> {
    let node = if node.name == "DatePeriod" { node } else { node.first("DatePeriod").unwrap_or(node) };
    let end = |path: [&str; 2]| node.below(&path).first().and_then(|found| day(found));
    let (Some(from), Some(to)) = (end(["Start", "From"]), end(["End", "To"])) else {
        return end(["Start", "From"]).into_iter().collect();
    };
    if from == to {
        return vec![from];
    }
    match (from.strip_suffix("-01-01"), to.strip_suffix("-12-31")) {
        (Some(first), Some(last)) if first == last => vec![first.to_owned()],
        (Some(first), Some(last)) => vec![first.to_owned(), last.to_owned()],
        _ => vec![from, to],
    }
}
