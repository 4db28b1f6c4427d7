//! The labels OFAC writes before a value, and where each value goes.
//!
//! The same labels appear in the remarks of the legacy files, in the `ids` column of the Consolidated Screening
//! List and as identity document types and features in OFAC's XML files, so there is one table for all of them.

use tenantry_model::listed::Property;

/// What a labelled value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number of a document or register; the country of issue in brackets after it.
    Document(Property),
    /// The same, under a label that says more than the property does, so that the label is kept.
    Labelled(Property),
    /// Plain text.
    Text(Property),
    /// A date, perhaps partial or a range.
    Date(Property),
    /// A country by name.
    Country(Property),
    BirthPlace,
    Gender,
    /// A tie to another entry.
    Relation(&'static str),
    /// A wallet; the currency is the first word.
    Wallet,
    /// Kept as a remark under its label.
    Remark,
    /// A remark that also says whether the entry is a company.
    TargetType,
}

/// A label found at the start of a text, and the rest.
pub(crate) fn labelled(text: &str) -> Option<(&'static str, Kind, &str)> {
    let at = LABELS.partition_point(|(label, _)| *label <= text);
    // Of the labels that open the text the longest sorts last, and all sort before the text itself.
    let first_byte = text.as_bytes().first()?;
    LABELS
        .get(..at)?
        .iter()
        .rev()
        .take_while(|(label, _)| label.as_bytes().first() == Some(first_byte))
        .find_map(|(label, kind)| Some((*label, *kind, rest_after(text, label)?)))
}

/// The kind of a label that stands alone.
pub(crate) fn kind_of(label: &str) -> Option<(&'static str, Kind)> {
    let (found, kind, rest) = labelled(label.trim())?;
    rest.is_empty().then_some((found, kind))
}

fn rest_after<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(label)?;
    let apart = rest.is_empty() || rest.starts_with([' ', ':']) || label.ends_with([' ', ':', '-', '(', '#']);
    apart.then(|| rest.trim_start_matches(':').trim())
}

use Kind::{
    BirthPlace, Country, Date, Document, Gender, Labelled, Relation, Remark, TargetType, Text, Wallet,
};
use Property as P;

/// Sorted by label, which a test checks.
const LABELS: &[(&str, Kind)] = &[
    ("Additional Sanctions Information -", Text(P::SecondarySanctionsRisk)),
    ("Afghan Money Service Provider License Number", Labelled(P::RegistrationNumber)),
    ("Aircraft Construction Number (also called L/N or S/N or F/N)", Document(P::SerialNumber)),
    ("Aircraft Manufacture Date", Date(P::BuildDate)),
    ("Aircraft Manufacturer's Serial Number (MSN)", Document(P::SerialNumber)),
    ("Aircraft Mode S Transponder Code", Labelled(P::SerialNumber)),
    ("Aircraft Model", Text(P::Type)),
    ("Aircraft Operator", Relation("operator")),
    ("Aircraft Tail Number", Document(P::RegistrationNumber)),
    ("Aircraft Type", Text(P::Type)),
    ("BIC", Text(P::SwiftBic)),
    ("BIK (RU)", Text(P::Bik)),
    ("Birth Certificate Number", Labelled(P::IdNumber)),
    ("Birthdate", Date(P::BirthDate)),
    ("Bosnian Personal ID No.", Labelled(P::IdNumber)),
    ("Branch Unit Number", Labelled(P::RegistrationNumber)),
    ("British National Overseas Passport", Labelled(P::PassportNumber)),
    ("Business Number", Labelled(P::RegistrationNumber)),
    ("Business Registration Document #", Labelled(P::RegistrationNumber)),
    ("Business Registration Number", Labelled(P::RegistrationNumber)),
    ("C.I.F.", Labelled(P::TaxNumber)),
    ("C.R. No.", Labelled(P::RegistrationNumber)),
    ("C.U.I.P.", Labelled(P::IdNumber)),
    ("C.U.I.T.", Labelled(P::TaxNumber)),
    ("C.U.R.P.", Labelled(P::IdNumber)),
    ("CAATSA Section 235 Information", Text(P::LegalBasis)),
    ("CNP (Personal Numerical Code)", Labelled(P::IdNumber)),
    ("CUI", Labelled(P::IdNumber)),
    ("CUIT", Labelled(P::TaxNumber)),
    ("Call Sign", Text(P::CallSign)),
    ("Cartilla de Servicio Militar Nacional", Labelled(P::IdNumber)),
    ("Cedula No.", Labelled(P::IdNumber)),
    ("Cedula de Ciudadania", Labelled(P::IdNumber)),
    ("Cedula de Residencia", Labelled(P::IdNumber)),
    ("Central Registration System Number", Labelled(P::RegistrationNumber)),
    ("Certificate of Incorporation Number", Labelled(P::RegistrationNumber)),
    ("Chamber of Commerce Number", Labelled(P::RegistrationNumber)),
    ("Chinese Commercial Code", Labelled(P::IdNumber)),
    ("Citizen's Card Number", Labelled(P::IdNumber)),
    ("Citizenship", Country(P::Citizenship)),
    ("Citizenship Country", Country(P::Citizenship)),
    ("Commercial Registry Number", Labelled(P::RegistrationNumber)),
    ("Company ID", Labelled(P::RegistrationNumber)),
    ("Company Number", Labelled(P::RegistrationNumber)),
    ("Company Number IMO", Text(P::ImoNumber)),
    ("Credencial electoral", Labelled(P::IdNumber)),
    ("D-U-N-S Number", Text(P::DunsCode)),
    ("D.N.I.", Labelled(P::IdNumber)),
    ("DOB", Date(P::BirthDate)),
    ("DOD", Date(P::DeathDate)),
    ("Digital Currency Address -", Wallet),
    ("Diplomatic Passport", Labelled(P::PassportNumber)),
    ("Driver's License No.", Labelled(P::IdNumber)),
    ("Driver's License is issued by the State of", Remark),
    ("Dubai Chamber of Commerce Membership No.", Labelled(P::RegistrationNumber)),
    ("Economic Register Number (CBLS)", Labelled(P::RegistrationNumber)),
    ("Effective Date", Remark),
    ("Electoral Registry No.", Labelled(P::IdNumber)),
    ("Email Address", Text(P::Email)),
    ("Enterprise Number", Labelled(P::RegistrationNumber)),
    ("Equity Ticker", Text(P::Ticker)),
    ("Executive Order", Text(P::LegalBasis)),
    ("Fax", Remark),
    ("File Number", Labelled(P::RegistrationNumber)),
    ("Fiscal Code", Labelled(P::TaxNumber)),
    ("Flag", Country(P::Flag)),
    ("Folio Mercantil No.", Labelled(P::RegistrationNumber)),
    ("Former Vessel Flag", Country(P::PastFlag)),
    ("Former Vessel Type", Text(P::Type)),
    ("Gazette Number", Labelled(P::RegistrationNumber)),
    ("Gender", Gender),
    ("Government Gazette Number", Labelled(P::RegistrationNumber)),
    ("Gross Registered Tonnage", Text(P::GrossTonnage)),
    ("I.F.E.", Labelled(P::IdNumber)),
    ("ISIN", Text(P::Isin)),
    ("Identification Number", Labelled(P::IdNumber)),
    ("Identification Number IMO", Text(P::ImoNumber)),
    ("Immigration No.", Labelled(P::IdNumber)),
    ("Interpol: Red Notice. File No.", Remark),
    ("Iranian Identification Number", Labelled(P::IdNumber)),
    ("Issuer Name", Text(P::Alias)),
    ("Istanbul Chamber of Comm. No.", Labelled(P::RegistrationNumber)),
    ("Italian Fiscal Code", Labelled(P::TaxNumber)),
    ("Kenyan ID No.", Labelled(P::IdNumber)),
    ("LE Number", Labelled(P::IdNumber)),
    ("Legal Entity Number", Labelled(P::LeiCode)),
    ("License", Labelled(P::RegistrationNumber)),
    ("Linked To", Relation("linked to")),
    ("Listing Date", Remark),
    ("MMSI", Text(P::Mmsi)),
    ("MSB Registration Number", Labelled(P::RegistrationNumber)),
    ("Matricula Mercantil No", Labelled(P::RegistrationNumber)),
    ("Military Registration Number", Labelled(P::IdNumber)),
    ("Moroccan Personal ID No.", Labelled(P::IdNumber)),
    ("Moroccan Tax No.", Labelled(P::TaxNumber)),
    ("N.I.E.", Labelled(P::IdNumber)),
    ("NIT #", Labelled(P::TaxNumber)),
    ("National Foreign ID Number", Labelled(P::IdNumber)),
    ("National ID No.", Labelled(P::IdNumber)),
    ("Nationality Country", Country(P::Nationality)),
    ("Nationality of Registration", Country(P::Jurisdiction)),
    ("Numero Unico de Identificacao Tributaria (NUIT)", Labelled(P::TaxNumber)),
    ("Numero de Identidad", Labelled(P::IdNumber)),
    ("Organization Code", Labelled(P::RegistrationNumber)),
    ("Organization Established Date", Date(P::IncorporationDate)),
    ("Organization Type", Text(P::Sector)),
    ("Other Vessel Call Sign", Text(P::CallSign)),
    ("Other Vessel Flag", Country(P::PastFlag)),
    ("Other Vessel Type", Text(P::Type)),
    ("PEESA Information", Text(P::LegalBasis)),
    ("POB", BirthPlace),
    ("Paraguayan tax ID number", Labelled(P::TaxNumber)),
    ("Passport", Document(P::PassportNumber)),
    ("Personal ID Card", Labelled(P::IdNumber)),
    ("Phone Number", Text(P::Phone)),
    ("Pilot License Number", Labelled(P::IdNumber)),
    ("Place of Birth", BirthPlace),
    ("Previous Aircraft Tail Number", Labelled(P::RegistrationNumber)),
    ("Public Registration Number", Labelled(P::RegistrationNumber)),
    ("Public Security and Immigration No.", Labelled(P::IdNumber)),
    ("Purchase/Sales For Divestment Date", Remark),
    ("R.F.C.", Labelled(P::TaxNumber)),
    ("RFC", Labelled(P::TaxNumber)),
    ("RIF #", Labelled(P::TaxNumber)),
    ("RSIN", Labelled(P::TaxNumber)),
    ("RTN", Labelled(P::TaxNumber)),
    ("RUC #", Labelled(P::TaxNumber)),
    ("Refugee ID Card", Labelled(P::IdNumber)),
    ("Registered Charity No.", Labelled(P::RegistrationNumber)),
    ("Registration Certificate Number (Dubai)", Labelled(P::RegistrationNumber)),
    ("Registration ID", Labelled(P::RegistrationNumber)),
    ("Registration Number", Labelled(P::RegistrationNumber)),
    ("Residency Number", Labelled(P::IdNumber)),
    ("Romanian C.R.", Labelled(P::RegistrationNumber)),
    ("Romanian Permanent Resident", Labelled(P::IdNumber)),
    ("Romanian Tax Registration", Labelled(P::TaxNumber)),
    ("SRE Permit No.", Labelled(P::RegistrationNumber)),
    ("SSN", Labelled(P::IdNumber)),
    ("SWIFT/BIC", Text(P::SwiftBic)),
    ("Seafarer's Identification Document", Labelled(P::IdNumber)),
    ("Secondary sanctions risk", Text(P::SecondarySanctionsRisk)),
    ("Serial No.", Document(P::SerialNumber)),
    ("Serial Number", Document(P::SerialNumber)),
    ("Stateless Person ID Card", Labelled(P::IdNumber)),
    ("Stateless Person Passport", Labelled(P::PassportNumber)),
    ("Target Type", TargetType),
    ("Tarjeta Profesional", Labelled(P::IdNumber)),
    ("Tarjeta de Identidad", Labelled(P::IdNumber)),
    ("Tax ID No.", Document(P::TaxNumber)),
    ("Tazkira National ID Card", Labelled(P::IdNumber)),
    ("Telephone", Text(P::Phone)),
    ("Tourism License No.", Labelled(P::RegistrationNumber)),
    ("Trade License No.", Labelled(P::RegistrationNumber)),
    (
        "Transactions Prohibited For Persons Owned or Controlled By U.S. Financial Institutions",
        Text(P::SecondarySanctionsRisk),
    ),
    ("Travel Document Number", Labelled(P::IdNumber)),
    ("Turkish Identification Number", Labelled(P::IdNumber)),
    ("U.S. FEIN", Labelled(P::TaxNumber)),
    ("UAE Identification", Labelled(P::IdNumber)),
    ("UK Company Number", Labelled(P::RegistrationNumber)),
    ("US FEIN", Labelled(P::TaxNumber)),
    ("Unified Social Credit Code (USCC)", Labelled(P::RegistrationNumber)),
    ("United Social Credit Code Certificate (USCCC)", Labelled(P::RegistrationNumber)),
    ("V.A.T. Number", Labelled(P::TaxNumber)),
    ("VAT Number", Labelled(P::TaxNumber)),
    ("VESSEL TYPE", Text(P::Type)),
    ("Vessel Call Sign", Text(P::CallSign)),
    ("Vessel Flag", Country(P::Flag)),
    ("Vessel Gross Registered Tonnage", Text(P::GrossTonnage)),
    ("Vessel Gross Tonnage", Text(P::DeadweightTonnage)),
    ("Vessel Other Flag", Country(P::PastFlag)),
    ("Vessel Other Type", Text(P::Type)),
    ("Vessel Owner", Relation("owner")),
    ("Vessel Registration Identification", Text(P::ImoNumber)),
    ("Vessel Registration Identification IMO", Text(P::ImoNumber)),
    ("Vessel Registration Number", Text(P::RegistrationNumber)),
    ("Vessel Tonnage", Text(P::DeadweightTonnage)),
    ("Vessel Type", Text(P::Type)),
    ("Vessel Year of Build", Date(P::BuildDate)),
    ("VisaNumberID", Labelled(P::IdNumber)),
    ("Voter Identification Number", Labelled(P::IdNumber)),
    ("Website", Text(P::Website)),
    ("citizen", Country(P::Citizenship)),
    ("nationality", Country(P::Nationality)),
];

#[cfg(test)]
mod tests {
    use super::{LABELS, labelled};

    #[test]
    fn the_table_is_sorted_and_without_repeats() {
        for pair in LABELS.windows(2) {
            assert!(pair[0].0 < pair[1].0, "`{}` must come before `{}`", pair[1].0, pair[0].0);
        }
    }

    #[test]
    fn the_longest_label_wins() {
        for (text, label, rest) in [
            ("Company Number IMO 5055293", "Company Number IMO", "5055293"),
            ("Company Number 01074897 (United Kingdom)", "Company Number", "01074897 (United Kingdom)"),
            ("Registration Number C378737", "Registration Number", "C378737"),
            ("Linked To: HIZBALLAH", "Linked To", "HIZBALLAH"),
            ("citizen Mexico", "citizen", "Mexico"),
            ("Passport A-992535 (Saudi Arabia)", "Passport", "A-992535 (Saudi Arabia)"),
        ] {
            let (found, _, after) = labelled(text).unwrap();
            assert_eq!((found, after), (label, rest), "{text}");
        }
        assert!(labelled("Passports are many").is_none());
        assert!(labelled("").is_none());
    }
}
