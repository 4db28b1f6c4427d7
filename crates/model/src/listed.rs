//! Listed entities: one model for every published watchlist, in the vocabulary of FollowTheMoney.
//!
//! A list's publisher decides what an entry says; this model keeps each value with the place it was read from
//! ([`Origin`]) so that a reviewer can be shown the source. Listed parties are public by publication, so their
//! values print; customers' values never do.

use crate::words::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// What a listed entity is: the FollowTheMoney schema it is written in.
    pub enum Schema as "schema of a listed entity" {
        /// A human being.
        Person = "Person",
        /// A registered company.
        Company = "Company",
        /// An organisation that is not known to be a company.
        Organization = "Organization",
        /// A body or person of unknown kind.
        LegalEntity = "LegalEntity",
        /// A ship.
        Vessel = "Vessel",
        /// An aircraft.
        Airplane = "Airplane",
        /// A wallet listed for itself.
        CryptoWallet = "CryptoWallet",
        /// Any other thing.
        Thing = "Thing",
    }
}

words! {
    /// A property of a listed entity, named as in FollowTheMoney where that vocabulary has a name.
    pub enum Property as "property of a listed entity" {
        /// Main name as published.
        Name = "name",
        /// Strong also-known-as.
        Alias = "alias",
        /// Alias the publisher itself calls weak (nicknames, handles, very common names).
        WeakAlias = "weakAlias",
        /// Former name.
        PreviousName = "previousName",
        /// Given name(s), when published apart.
        FirstName = "firstName",
        /// Second or middle name(s), when published apart.
        MiddleName = "middleName",
        /// Name of the father or patronymic.
        FatherName = "fatherName",
        /// Family name, when published apart.
        LastName = "lastName",
        /// Title such as "Major General".
        Title = "title",
        /// Date of birth: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; a range is one value, two of these with a slash between
        /// (`1957/1960-06`, an interval of ISO 8601).
        BirthDate = "birthDate",
        /// Place of birth.
        BirthPlace = "birthPlace",
        /// Country of birth, lower-case ISO 3166-1 alpha-2.
        BirthCountry = "birthCountry",
        /// Date of death.
        DeathDate = "deathDate",
        /// `male` or `female`.
        Gender = "gender",
        /// Nationality, lower-case ISO 3166-1 alpha-2.
        Nationality = "nationality",
        /// Citizenship where the publisher tells it from nationality.
        Citizenship = "citizenship",
        /// Country the entity belongs to or works in.
        Country = "country",
        /// Jurisdiction of incorporation.
        Jurisdiction = "jurisdiction",
        /// Date an organisation was founded.
        IncorporationDate = "incorporationDate",
        /// Full postal address in one line.
        Address = "address",
        /// Passport number.
        PassportNumber = "passportNumber",
        /// Any national identity document number.
        IdNumber = "idNumber",
        /// Tax number.
        TaxNumber = "taxNumber",
        /// Company registration number.
        RegistrationNumber = "registrationNumber",
        /// Legal Entity Identifier.
        LeiCode = "leiCode",
        /// D-U-N-S number.
        DunsCode = "dunsCode",
        /// SWIFT/BIC code.
        SwiftBic = "swiftBic",
        /// IMO number of a ship or its owner.
        ImoNumber = "imoNumber",
        /// Maritime Mobile Service Identity.
        Mmsi = "mmsi",
        /// International Securities Identification Number of an issue.
        Isin = "isinCode",
        /// Stock exchange ticker.
        Ticker = "ticker",
        /// Russian bank identification code.
        Bik = "bikCode",
        /// Radio call sign.
        CallSign = "callSign",
        /// Serial or tail number of an aircraft.
        SerialNumber = "serialNumber",
        /// Flag state.
        Flag = "flag",
        /// Former flag state.
        PastFlag = "pastFlags",
        /// Type of vessel or aircraft.
        Type = "type",
        /// Date a vessel or aircraft was built.
        BuildDate = "buildDate",
        /// Gross tonnage.
        GrossTonnage = "grossRegisteredTonnage",
        /// Deadweight tonnage.
        DeadweightTonnage = "deadweightTonnage",
        /// E-mail address.
        Email = "email",
        /// Web site.
        Website = "website",
        /// Telephone number.
        Phone = "phone",
        /// Virtual-currency address, with its currency in the value's note.
        Wallet = "publicKey",
        /// Position or role held.
        Position = "position",
        /// Line of business.
        Sector = "sector",
        /// Programme or legal basis under which the entry is listed.
        Program = "programId",
        /// Order, directive or regulation the publisher names, for example "Executive Order 13662".
        LegalBasis = "legalBasis",
        /// Warning that dealing with the entry carries a risk of secondary sanctions.
        SecondarySanctionsRisk = "secondarySanctionsRisk",
        /// Topic such as `sanction` or `export.control`.
        Topic = "topics",
        /// Remark that no rule turned into a field.
        Notes = "notes",
        /// Publisher's own page on the entry.
        SourceUrl = "sourceUrl",
        /// Date of listing.
        ListedOn = "startDate",
        /// Date the entry was last changed by its publisher.
        ModifiedAt = "modifiedAt",
    }
}

/// Where in the publisher's file a value was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// File name within the list, for example `add.csv`. Where an entity of its own gave the value to another, as in
    /// FollowTheMoney, its identifier follows: `entities.ftm.json#passport-7`.
    pub file: String,
    /// Line (or, for XML, line of the element's start), counted from 1; 0 when unknown.
    pub line: u64,
}

/// One value of one property.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// The text as published, trimmed.
    pub text: String,
    /// What the publisher says about the value, as words joined by `; `; empty when nothing is said. By property:
    ///
    /// * wallet: the currency first, for example `XBT`;
    /// * document or number: lower-case ISO code of the issuing country first when it is known, then the
    ///   publisher's label, `issued YYYY-MM-DD`, `expires YYYY-MM-DD`;
    /// * address: lower-case ISO code of its country;
    /// * date: `circa`; for dates other than of birth `range FROM/TO` on both ends of a range;
    /// * name: its script (ISO 15924: `Arab`, `Cyrl`) or language (lower-case ISO 639: `bg`) when the publisher marks one;
    /// * any: `cut off` last, when the publisher's file broke off inside the value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where it was read.
    pub origin: Origin,
}

impl Value {
    /// A value with nothing said about it.
    pub fn new(text: impl Into<String>, origin: Origin) -> Self {
        Self { text: text.into(), note: String::new(), origin }
    }

    /// The country the note opens with, as a lower-case ISO 3166-1 alpha-2 code.
    pub fn note_country(&self) -> Option<&str> {
        let first = self.note.split("; ").next()?;
        (first.len() == 2 && first.bytes().all(|b| b.is_ascii_lowercase())).then_some(first)
    }

    /// Whether the publisher's file broke off inside this value, so that it must not be compared as a whole.
    pub fn is_cut_off(&self) -> bool {
        self.note.split("; ").last() == Some("cut off")
    }
}

/// A tie to another entry of the same list, for example "linked to" or "owned by".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// The publisher's word for the tie.
    pub kind: String,
    /// Identifier of the other entry when the publisher gives one, else empty.
    pub target: String,
    /// Name of the other entry as written.
    pub target_name: String,
    /// Where it was read.
    pub origin: Origin,
}

/// One entry of a watchlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedEntity {
    /// Stable identifier: list code, dash, publisher's identifier, for example `ofac-sdn-36`.
    pub id: String,
    /// What it is.
    pub schema: Schema,
    /// Values by property, in source order within a property.
    pub properties: BTreeMap<Property, Vec<Value>>,
    /// Ties to other entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<Relation>,
}

impl ListedEntity {
    /// An entry without values.
    pub fn new(id: String, schema: Schema) -> Self {
        Self { id, schema, properties: BTreeMap::new(), relations: Vec::new() }
    }

    /// Adds a value unless it is empty or already there. It looks through what is there, which is right for the few values of an
    /// entry that is written down; what reads foreign files keeps an index.
    pub fn push(&mut self, property: Property, value: Value) {
        if value.text.is_empty() {
            return;
        }
        let values = self.properties.entry(property).or_default();
        if !values.iter().any(|v| v.text == value.text && v.note == value.note) {
            values.push(value);
        }
    }

    /// The texts of one property, in source order.
    pub fn texts(&self, property: Property) -> impl Iterator<Item = &str> {
        self.properties.get(&property).into_iter().flatten().map(|v| v.text.as_str())
    }

    /// The name to show: the first main name, else the first alias, else the identifier.
    pub fn caption(&self) -> &str {
        self.texts(Property::Name).chain(self.texts(Property::Alias)).next().unwrap_or(&self.id)
    }
}

/// What a snapshot says of itself: which list, which version, and a digest that changes with any entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotHeader {
    /// Short code of the list, for example `ofac-sdn`, `us-csl`, `un-sc`.
    pub list: String,
    /// Title for people, for example "OFAC Specially Designated Nationals".
    pub title: String,
    /// Date the publisher gives the version, when it gives one.
    pub published_on: Option<crate::time::Date>,
    /// Number of entries.
    pub entities: u64,
    /// SHA-256 over the packed entries, lower-case hexadecimal.
    pub digest: String,
}
