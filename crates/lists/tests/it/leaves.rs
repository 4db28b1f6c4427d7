//! Nothing that an XML or CSV list says is lost: every text and attribute of a file is found in what was read of it.

use crate::formats::fixture;
use crate::golden::published;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::HashSet;
use std::io::Read as _;
use tenantry_lists::{
    ListsError, OfacList, Reading, country_code, read_eu_xml, read_ofac_advanced_xml, read_ofac_xml,
    read_uk_csv, read_uk_xml, read_un_xml,
};
use tenantry_model::listed::{ListedEntity, Property};

/// A format of XML files, and the names of what need not be found as it stands.
struct Kind {
    read: fn(&[u8]) -> Result<Reading, ListsError>,
    /// Numbers of the publisher's database, and words that decide where a value goes (`Primary Name`, `weak`,
    /// `Individual`); remarks that are taken apart.
    structural: &'static [&'static str],
}

const UN: Kind = Kind {
    read: |xml| read_un_xml(xml),
    structural: &["DATAID", "VERSIONNUM", "QUALITY", "TYPE_OF_DATE", "TYPE_OF_DOCUMENT"],
};
const EU: Kind = Kind {
    read: |xml| read_eu_xml(xml),
    structural: &[
        "logicalId",
        "globalFileId",
        "regulationLanguage",
        "classificationCode",
        "code",
        "strong",
        "circa",
        "calendarType",
        "countryDescription",
        "identificationTypeCode",
        "identificationTypeDescription",
        "diplomatic",
        "knownExpired",
        "knownFalse",
        "reportedLost",
        "revokedByIssuer",
    ],
};
const UK: Kind =
    Kind { read: |xml| read_uk_xml(xml), structural: &["NameType", "AliasStrength", "IndividualEntityShip"] };
const OFAC: Kind = Kind {
    read: |xml| read_ofac_xml(OfacList::Sdn, xml),
    structural: &["uid", "Record_Count", "mainEntry", "sdnType", "type", "category", "idType", "remarks"],
};
const ADVANCED: Kind = Kind {
    read: |xml| read_ofac_advanced_xml(OfacList::Sdn, xml),
    structural: &["Version", "FixedRef", "Primary", "LowQuality", "Acronym", "Month", "Day", "Former"],
};

/// Dates are told in another form: of these the year must be found.
const DATES: &[&str] = &[
    "dateGenerated",
    "generationDate",
    "DateGenerated",
    "LastUpdated",
    "DateDesignated",
    "DOB",
    "Publish_Date",
    "LISTED_ON",
    "dateOfBirth",
    "expirationDate",
    "Year",
    "NOTE",
];

/// Every text and attribute with its name, as published.
fn leaves(xml: &[u8]) -> Vec<(String, String)> {
    let mut reader = Reader::from_reader(xml);
    reader.config_mut().expand_empty_elements = true;
    let (mut names, mut found, mut text) = (Vec::new(), Vec::new(), String::new());
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).unwrap() {
            Event::Start(start) => {
                text.clear();
                names.push(start.local_name().as_ref().to_owned());
                for attribute in start.attributes() {
                    let attribute = attribute.unwrap();
                    let name = attribute.key.as_ref().to_owned();
                    if !name.starts_with("xmlns") && !name.starts_with("xsi:") {
                        let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
                        found.push((name, value));
                    }
                }
            }
            Event::Text(piece) => text.push_str(&piece),
            Event::GeneralRef(reference) => {
                let predefined = quick_xml::escape::resolve_predefined_entity(&reference);
                let letter = reference.resolve_char_ref().ok().flatten().map(String::from);
                text.push_str(&letter.or(predefined.map(str::to_owned)).unwrap());
            }
            Event::End(_) => {
                found.push((names.pop().unwrap_or_default(), std::mem::take(&mut text)));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    found.retain(|(_, text)| !text.trim().is_empty());
    found
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything a reading says.
fn said(reading: &Reading) -> HashSet<String> {
    let mut said = HashSet::new();
    for entity in reading.snapshot.entities() {
        said.insert(entity.id.clone());
        for value in entity.properties.values().flatten() {
            said.insert(spaced(&value.text));
            said.extend(value.note.split("; ").map(str::to_owned));
        }
        said.extend(entity.relations.iter().flat_map(|tie| [spaced(&tie.target_name), tie.kind.clone()]));
    }
    said
}

fn check(file: &str, xml: &[u8], kind: &Kind) {
    let reading = (kind.read)(xml).unwrap();
    let mut said = said(&reading);
    said.extend(reading.snapshot.header().published_on.map(|date| date.to_string()));
    let whole = said.iter().map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n");
    let found = |text: &str| {
        let text = spaced(text);
        let country = || country_code(&text).is_some_and(|code| said.contains(code));
        said.contains(&text) || country() || whole.contains(&text.to_lowercase())
    };
    let year = |text: &str| {
        let digits = text.split(|letter: char| !letter.is_ascii_digit());
        digits.filter(|part| part.len() == 4).any(|year| whole.contains(year))
    };
    // Reference values are words of the format; only those that an entry uses are said.
    let text = String::from_utf8_lossy(xml);
    let (before, after) = text.split_once("<ReferenceValueSets>").unwrap_or((&text, ""));
    let after = after.split_once("</ReferenceValueSets>").map_or(after, |(_, after)| after);
    let lost: Vec<(String, String)> = leaves(format!("{before}{after}").as_bytes())
        .into_iter()
        .filter(|(name, text)| {
            let number = name.ends_with("ID") && !["UniqueID", "OFSIGroupID"].contains(&name.as_str());
            let structural = number || kind.structural.contains(&name.as_str());
            let told = || {
                text == "UN List"
                    || found(text)
                    || text.split("; ").all(|part| found(part.trim_end_matches('.')))
                    || found(text.trim_matches(['(', ')', '.']).trim_start_matches("IMO "))
                    || (DATES.contains(&name.as_str()) && year(text))
            };
            !structural && !told()
        })
        .collect();
    assert!(lost.is_empty(), "{file}: {} lost, first {:?}", lost.len(), &lost[..lost.len().min(10)]);
}

/// From a review: what no rule knew was dropped without a word.
#[test]
fn every_leaf_of_the_samples_lands_somewhere() {
    for (file, kind) in
        [("un.xml", UN), ("eu.xml", EU), ("uk.xml", UK), ("sdn.xml", OFAC), ("sdn_advanced.xml", ADVANCED)]
    {
        check(file, &fixture(file), &kind);
    }
}

#[test]
fn every_leaf_of_the_published_files_lands_somewhere() {
    for (file, kind) in [
        ("un/UN_consolidated_2026-02-27.xml.zst", UN),
        ("eu/eu_fsf_export_EXCERPT_2018-12-21.xml", EU),
        ("uk/uk_sanctions_list_EXCERPT_2026-09-02.xml", UK),
        ("ofac/schemas/SYNTHETIC-sdn-fixture.xml", OFAC),
        ("ofac/schemas/SYNTHETIC-sdn-advanced-fixture.xml", ADVANCED),
    ] {
        let Some(mut input) = published(file) else { continue };
        let mut xml = Vec::new();
        input.read_to_end(&mut xml).unwrap();
        check(file, &xml, &kind);
    }
}

/// The values of one property with their notes, and the ties.
fn told(reading: &Reading, property: Property) -> Vec<String> {
    let entity = reading.snapshot.entities().first().unwrap();
    let values = entity.properties.get(&property).into_iter().flatten();
    values.map(|value| format!("{}: {}", value.note, value.text)).collect()
}

fn ties(entity: &ListedEntity) -> Vec<String> {
    entity.relations.iter().map(|tie| format!("{}: {} {}", tie.kind, tie.target_name, tie.target)).collect()
}

#[test]
fn the_uk_list_says_who_owns_what_and_why_it_is_listed() {
    let xml = "<Designations><Designation><UniqueID>S1</UniqueID><OFSIGroupID>77</OFSIGroupID>\
        <UNReferenceNumber>EXe.001</UNReferenceNumber><DesignationSource>UN</DesignationSource><SanctionsImposed>Asset freeze|Ban</SanctionsImposed>\
        <Names><Name><Name6>EXAMPLE STAR</Name6><NameType>Primary Name</NameType></Name></Names><IndividualEntityShip>Ship</IndividualEntityShip>\
        <EntityDetails><Entity><TypeOfEntities><TypeOfEntity>Company</TypeOfEntity></TypeOfEntities>\
        <ParentCompanies><ParentCompany>Example Holding</ParentCompany></ParentCompanies><Subsidiaries><Subsidiary>Example Works</Subsidiary></Subsidiaries></Entity></EntityDetails>\
        <IndividualDetails><Individual><PassportDetails><Passport><PassportNumber>P1</PassportNumber><PassportAdditionalInformation>lost</PassportAdditionalInformation></Passport></PassportDetails></Individual></IndividualDetails>\
        <ShipDetails><Ship><CurrentOwnerOperators><CurrentOwnerOperator>Sea Example</CurrentOwnerOperator></CurrentOwnerOperators>\
        <PreviousOwnerOperators><PreviousOwnerOperator>Old Example</PreviousOwnerOperator></PreviousOwnerOperators><TonnageOfShip>7000</TonnageOfShip><LengthOfShip>120</LengthOfShip>\
        <YearBuilt>1999</YearBuilt><HullIdentificationNumbers><HullIdentificationNumber>H1</HullIdentificationNumber></HullIdentificationNumbers></Ship></ShipDetails></Designation>\
        <Designation><UniqueID>S2</UniqueID><Names><Name><Name6>SEA EXAMPLE</Name6><NameType>Primary Name</NameType></Name></Names></Designation></Designations>";
    let csv = "Unique ID,OFSI Group ID,UN Reference Number,Designation source,Sanctions Imposed,Name 6,Name type,Designation Type,Type of entity,Parent company,Subsidiaries,\
        Passport number,Passport additional information,Current owner/operator (s),Previous owner/operator (s),Tonnage of ship,Length of ship,Year Built,Hull identification number (HIN)\n\
        S1,77,EXe.001,UN,Asset freeze|Ban,EXAMPLE STAR,Primary Name,Ship,Company,Example Holding,Example Works,P1,lost,Sea Example,Old Example,7000,120,1999,H1\n\
        S2,,,,,SEA EXAMPLE,Primary Name,Entity,,,,,,,,,,,\n";
    for (reading, notes) in [
        (
            read_uk_xml(xml.as_bytes()).unwrap(),
            [
                "OFSIGroupID: 77",
                "UNReferenceNumber: EXe.001",
                "DesignationSource: UN",
                "SanctionsImposed: Asset freeze|Ban",
                "Passport PassportAdditionalInformation: lost",
                "Ship TonnageOfShip: 7000",
                "Ship LengthOfShip: 120",
                "HullIdentificationNumbers HullIdentificationNumber: H1",
            ],
        ),
        (
            read_uk_csv(csv.as_bytes(), None).unwrap(),
            [
                "OFSI Group ID: 77",
                "UN Reference Number: EXe.001",
                "Designation source: UN",
                "Sanctions Imposed: Asset freeze|Ban",
                "Passport additional information: lost",
                "Tonnage of ship: 7000",
                "Length of ship: 120",
                "Hull identification number (HIN): H1",
            ],
        ),
    ] {
        assert_eq!(told(&reading, Property::Notes), notes);
        assert_eq!(told(&reading, Property::BuildDate), [": 1999"]);
        assert_eq!(told(&reading, Property::Sector), [": Company"]);
        assert_eq!(
            ties(reading.snapshot.entities().first().unwrap()),
            [
                "parent company: Example Holding ",
                "subsidiary: Example Works ",
                "owner or operator: Sea Example uk-sl-S2",
                "former owner or operator: Old Example ",
            ]
        );
    }
}

#[test]
fn the_eu_list_says_what_is_wrong_with_a_document_and_how_to_reach_somebody() {
    let xml = r#"<export><sanctionEntity euReferenceNumber="EU.1" unitedNationId="EXi.001"><nameAlias wholeName="Ada Example" strong="true"/>
        <address city="Graz" countryIso2Code="AT" countryDescription="AUSTRIA"><contactInfo key="EMAIL" value="a@example.org"/><contactInfo key="FAX" value="+43 1"/><remark>former</remark></address>
        <birthdate circa="false" calendarType="GREGORIAN" birthdate="1961-05-02" dayOfMonth="2" monthOfYear="5" year="1961" zipCode="8010" countryIso2Code="00" countryDescription="UNKNOWN"/>
        <identification number="ПЭ 1" latinNumber="PE 1" issuedBy="Example Office" nameOnDocument="A. Sample" knownExpired="false" reportedLost="true" countryIso2Code="AT"
          identificationTypeCode="passport" identificationTypeDescription="National passport"><remark>seen 2010</remark></identification>
        <identification identificationTypeCode="id" identificationTypeDescription="Identity card" countryIso2Code="AT"/></sanctionEntity></export>"#;
    let reading = read_eu_xml(xml.as_bytes()).unwrap();
    assert_eq!(told(&reading, Property::PassportNumber), ["at: ПЭ 1", "at: PE 1"]);
    assert_eq!(told(&reading, Property::Email), [": a@example.org"]);
    assert_eq!(told(&reading, Property::BirthDate), [": 1961-05-02"]);
    assert_eq!(
        told(&reading, Property::Notes),
        [
            "FAX: +43 1",
            "identification: reportedLost ПЭ 1",
            "document without a number: at; Identity card",
            "unitedNationId: EXi.001",
            "address remark: former",
            "birthdate zipCode: 8010",
            "identification issuedBy: Example Office",
            "identification nameOnDocument: A. Sample",
            "identification remark: seen 2010",
        ]
    );
}

#[test]
fn the_un_list_says_which_document_and_where_it_was_issued() {
    let xml = "<CONSOLIDATED_LIST><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>ADA</FIRST_NAME><REFERENCE_NUMBER>EXi.001</REFERENCE_NUMBER>\
        <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><TYPE_OF_DOCUMENT2>diplomatic</TYPE_OF_DOCUMENT2><NUMBER>P1</NUMBER>\
        <ISSUING_COUNTRY>Rwanda</ISSUING_COUNTRY><COUNTRY_OF_ISSUE>Austria</COUNTRY_OF_ISSUE><CITY_OF_ISSUE>Graz</CITY_OF_ISSUE><DATE_OF_ISSUE>in spring</DATE_OF_ISSUE></INDIVIDUAL_DOCUMENT>\
        <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>National card</TYPE_OF_DOCUMENT></INDIVIDUAL_DOCUMENT>\
        <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1971</FROM_YEAR><TO_YEAR>1973</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>\
        <HEIGHT>1.80</HEIGHT></INDIVIDUAL></CONSOLIDATED_LIST>";
    let reading = read_un_xml(xml.as_bytes()).unwrap();
    assert_eq!(told(&reading, Property::PassportNumber), ["rw; diplomatic: P1"]);
    assert_eq!(told(&reading, Property::BirthDate), [": 1971/1973"]);
    assert_eq!(
        told(&reading, Property::Notes),
        [
            "document country of issue: Austria",
            "document date of issue: in spring",
            "document city of issue: Graz",
            "document without a number: National card",
            "HEIGHT: 1.80",
        ]
    );
}

#[test]
fn the_advanced_list_says_everything_that_is_remarked() {
    let sample = String::from_utf8(fixture("sdn_advanced.xml")).unwrap();
    let xml = sample
        .replacen("<Comment/>", "<Comment>One</Comment><Comment>Two</Comment>", 1)
        .replace(
            "</IDRegistrationNo>",
            "</IDRegistrationNo><IssuingAuthority>Example Office</IssuingAuthority><Comment>Seen</Comment>",
        )
        .replace("IssuedBy-CountryID=\"11068\"", "IssuedBy-CountryID=\"11068\" IssuedIn-LocationID=\"70\"")
        .replacen("<FeatureVersion>", "<FeatureVersion><Comment>About</Comment>", 1)
        .replace(
            "RelationTypeID=\"15003\"/>",
            "RelationTypeID=\"15003\" Former=\"true\"><Comment>Until 2019</Comment></ProfileRelationship>",
        )
        .replace(
            "<EntryEvent LegalBasisID=\"1\">",
            "<EntryEvent LegalBasisID=\"1\"><Comment>Press release</Comment>",
        );
    let reading = read_ofac_advanced_xml(OfacList::Sdn, xml.as_bytes()).unwrap();
    assert_eq!(
        told(&reading, Property::Notes),
        [
            "document issued in: Havana, Cuba",
            "document IssuingAuthority: Example Office",
            "document Comment: Seen",
            ": One",
            ": Two",
            "FeatureVersion Comment: About",
            "listing EntryEvent Comment: Press release",
        ]
    );
    let holding = reading.snapshot.entities().last().unwrap();
    assert_eq!(ties(holding), ["former: Owned or Controlled By: Emil EXAMPLE ofac-sdn-1"]);
    assert!(holding.texts(Property::Notes).any(|note| note == "Until 2019"));
}
