//! Facts: dated, sourced statements about a party, one type per field of the requirements table (1.3).
//!
//! Facts are stored; verdicts are derived. A fact is never overwritten: a later one supersedes it, and both stay.
//! Every value is personal data, so [`FactValue`] and [`Fact`] print their kind only.

use crate::id::{EvidenceId, FactId, PartyId};
use crate::jurisdiction::Jurisdiction;
use crate::personal::PersonalText;
use crate::time::{Date, PartialDate, Timestamp};
use crate::words::words;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;

words! {
    /// Where a fact comes from.
    pub enum Source as "source of a fact" {
        /// The party (or who applies for it) said so.
        Declared = "declared",
        /// Read from a document.
        Document = "document",
        /// Presented as a verifiable credential.
        Credential = "credential",
        /// Found in a public or commercial registry.
        Registry = "registry",
        /// Observed by the provider: an address connected from, a payment processor's answer.
        Observed = "observed",
        /// Filed by the reseller for its own customer.
        Reseller = "reseller",
        /// Entered by a reviewer with a note.
        Reviewer = "reviewer",
    }
}

words! {
    /// How strongly a fact is supported. Ordered: each word is stronger than the one before.
    pub enum Strength as "strength of a fact" {
        /// Only somebody's word.
        SelfAsserted = "self_asserted",
        /// Fits other data (check digits, formats, geography), which catches errors and proves nothing.
        Consistent = "consistent",
        /// An independent source says the same.
        Corroborated = "corroborated",
        /// Cryptographically or officially authenticated.
        Authenticated = "authenticated",
    }
}

words! {
    /// What kind of other name.
    pub enum NameUse as "use of a name" {
        /// Name an organisation trades under.
        Trade = "trade",
        /// Name formerly held or traded under.
        Former = "former",
        /// Any other name the party is known by.
        Alias = "alias",
        /// The legal name in its native script.
        NativeScript = "native_script",
    }
}

words! {
    /// What an address is for.
    pub enum AddressUse as "use of an address" {
        /// Where an individual lives.
        Residential = "residential",
        /// Where an individual or organisation does business.
        Business = "business",
        /// Military or diplomatic post box, accepted when there is no street address.
        ApoFpo = "apo_fpo",
        /// Principal place of business of an organisation.
        PrincipalPlace = "principal_place",
        /// Where inquiries go, for a party that is not a business.
        Inquiries = "inquiries",
    }
}

words! {
    /// How an organisation stands to the entity it belongs to (DEF-06: a branch shares its parent's nationality,
    /// a subsidiary does not).
    pub enum EntityForm as "form of an organisation" {
        /// An entity of its own, with or without a parent.
        SeparateEntity = "separate_entity",
        /// A branch: the same legal person as its head office.
        Branch = "branch",
    }
}

words! {
    /// What the party says it is, on a signed form.
    pub enum Claim as "status claim" {
        /// Claims to be a US person (as on form W-9).
        UsPerson = "us_person",
        /// Claims to be a foreign person (as on form W-8BEN or W-8BEN-E).
        ForeignPerson = "foreign_person",
    }
}

words! {
    /// How an instrument pays.
    pub enum PaymentMethod as "payment method" {
        /// Credit or debit card, by processor token; a card number is never stored.
        Card = "card",
        /// Bank account, by token or masked number.
        BankAccount = "bank_account",
        /// Virtual-currency wallet or address.
        Wallet = "wallet",
        /// Customer identifier at a processor.
        ProcessorCustomer = "processor_customer",
        /// Transaction identifier.
        Transaction = "transaction",
        /// Any other method.
        Other = "other",
    }
}

words! {
    /// Kind of identity document.
    pub enum DocumentKind as "kind of document" {
        /// Passport booklet or card.
        Passport = "passport",
        /// National identity card.
        NationalIdCard = "national_id_card",
        /// Driving licence.
        DrivingLicence = "driving_licence",
        /// Residence permit that is limited in time or purpose, or does not show that it is not.
        ResidencePermit = "residence_permit",
        /// Card or stamp that shows permanent residence, such as the US permanent resident card (Form I-551).
        PermanentResidentCard = "permanent_resident_card",
        /// Any other official document.
        Other = "other",
    }
}

words! {
    /// Why an address connected.
    pub enum AccessKind as "kind of access" {
        /// Signing up.
        SignUp = "sign_up",
        /// Using the product.
        Access = "access",
        /// Administering the account.
        Administration = "administration",
    }
}

words! {
    /// Gender as an identity document states it; only ever compared with a listed entity's.
    pub enum Gender as "gender" {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
        /// Neither is stated on the document.
        Unspecified = "unspecified",
    }
}

/// The value of a fact, one variant per field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FactValue {
    /// Full legal name (individual) or business name (organisation).
    LegalName {
        /// The name as the party writes it.
        text: PersonalText,
    },
    /// Any other name, past or present.
    OtherName {
        /// What kind of name.
        usage: NameUse,
        /// The name.
        text: PersonalText,
    },
    /// A street address.
    Address {
        /// What it is for.
        usage: AddressUse,
        /// Street and number, one line.
        street: PersonalText,
        /// Town and postal code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        locality: Option<PersonalText>,
        /// Country or subdivision it lies in.
        jurisdiction: Jurisdiction,
    },
    /// Where the product will be used from.
    PlaceOfUse {
        /// Country or subdivision.
        jurisdiction: Jurisdiction,
    },
    /// Law under which an organisation is constituted.
    OrganisedUnder {
        /// Country or subdivision whose law it is.
        jurisdiction: Jurisdiction,
    },
    /// Whether an organisation is a separate entity or a branch of another.
    OrganisationForm {
        /// The form.
        form: EntityForm,
    },
    /// Citizenship of an individual; one fact per citizenship.
    Citizenship {
        /// The state.
        jurisdiction: Jurisdiction,
    },
    /// Lawful permanent residence of an individual.
    PermanentResidence {
        /// Where.
        jurisdiction: Jurisdiction,
    },
    /// Physical presence now.
    LocatedIn {
        /// Where.
        jurisdiction: Jurisdiction,
    },
    /// What the party claims to be (CIP-07: a claim alone is never an end state).
    StatusClaim {
        /// The claim.
        claim: Claim,
    },
    /// Date of birth of an individual.
    DateOfBirth {
        /// Whole or in part.
        date: PartialDate,
    },
    /// Gender as documented.
    Gender {
        /// The gender.
        gender: Gender,
    },
    /// E-mail address.
    Email {
        /// The address.
        address: EmailAddress,
    },
    /// Telephone contact.
    Telephone {
        /// International number, `+` and 7 to 15 digits.
        number: TelephoneNumber,
    },
    /// Means and source of payment, by token.
    Payment {
        /// How it pays.
        method: PaymentMethod,
        /// Processor token, wallet address, or identifier: never a card number.
        token: PaymentToken,
        /// Processor or currency that gives the token its meaning, for example `stripe` or `XBT`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issuer: Option<PersonalText>,
        /// Country of the issuing bank, when the processor tells it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issuer_jurisdiction: Option<Jurisdiction>,
    },
    /// Financial institution behind the payment (EO 13984 s.1(a)(ii)(B)); optional.
    FinancialInstitution {
        /// Its name.
        text: PersonalText,
        /// Where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        jurisdiction: Option<Jurisdiction>,
    },
    /// An address from which the account was reached; the instant is the fact's `stated_at`.
    AccessFrom {
        /// The address.
        ip: PersonalIp,
        /// Why it connected.
        access: AccessKind,
        /// Country the address maps to, when known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        jurisdiction: Option<Jurisdiction>,
    },
    /// National identification number (EO 13984 s.1(a)(ii)(A)); optional, off by default.
    NationalId {
        /// Issuing state.
        jurisdiction: Jurisdiction,
        /// The number.
        number: PersonalText,
    },
    /// A document that was read; a description, not a copy (REC-02).
    IdentityDocument {
        /// What kind.
        document: DocumentKind,
        /// Issuing state.
        jurisdiction: Jurisdiction,
        /// Document number.
        number: PersonalText,
        /// Last day of validity, when printed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_on: Option<Date>,
    },
    /// Registration number of an organisation.
    RegistrationNumber {
        /// Register's jurisdiction.
        jurisdiction: Jurisdiction,
        /// The number.
        number: PersonalText,
    },
    /// Where the organisation is headquartered.
    Headquarters {
        /// Country or subdivision.
        jurisdiction: Jurisdiction,
    },
    /// Ultimate parent of an organisation, when it is not itself a party.
    UltimateParent {
        /// Its name.
        text: PersonalText,
        /// Where it is headquartered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        jurisdiction: Option<Jurisdiction>,
    },
}

impl FactValue {
    /// The word for this kind of fact, as in the API and in policy packs.
    pub const fn kind(&self) -> FactKind {
        match self {
            Self::LegalName { .. } => FactKind::LegalName,
            Self::OtherName { .. } => FactKind::OtherName,
            Self::Address { .. } => FactKind::Address,
            Self::PlaceOfUse { .. } => FactKind::PlaceOfUse,
            Self::OrganisedUnder { .. } => FactKind::OrganisedUnder,
            Self::OrganisationForm { .. } => FactKind::OrganisationForm,
            Self::Citizenship { .. } => FactKind::Citizenship,
            Self::PermanentResidence { .. } => FactKind::PermanentResidence,
            Self::LocatedIn { .. } => FactKind::LocatedIn,
            Self::StatusClaim { .. } => FactKind::StatusClaim,
            Self::DateOfBirth { .. } => FactKind::DateOfBirth,
            Self::Gender { .. } => FactKind::Gender,
            Self::Email { .. } => FactKind::Email,
            Self::Telephone { .. } => FactKind::Telephone,
            Self::Payment { .. } => FactKind::Payment,
            Self::FinancialInstitution { .. } => FactKind::FinancialInstitution,
            Self::AccessFrom { .. } => FactKind::AccessFrom,
            Self::NationalId { .. } => FactKind::NationalId,
            Self::IdentityDocument { .. } => FactKind::IdentityDocument,
            Self::RegistrationNumber { .. } => FactKind::RegistrationNumber,
            Self::Headquarters { .. } => FactKind::Headquarters,
            Self::UltimateParent { .. } => FactKind::UltimateParent,
        }
    }

    /// The jurisdiction the fact points to, when it has one.
    pub const fn jurisdiction(&self) -> Option<Jurisdiction> {
        match self {
            Self::Address { jurisdiction, .. }
            | Self::PlaceOfUse { jurisdiction }
            | Self::OrganisedUnder { jurisdiction }
            | Self::Citizenship { jurisdiction }
            | Self::PermanentResidence { jurisdiction }
            | Self::LocatedIn { jurisdiction }
            | Self::NationalId { jurisdiction, .. }
            | Self::IdentityDocument { jurisdiction, .. }
            | Self::RegistrationNumber { jurisdiction, .. }
            | Self::Headquarters { jurisdiction } => Some(*jurisdiction),
            Self::FinancialInstitution { jurisdiction, .. }
            | Self::AccessFrom { jurisdiction, .. }
            | Self::UltimateParent { jurisdiction, .. } => *jurisdiction,
            Self::Payment { issuer_jurisdiction, .. } => *issuer_jurisdiction,
            Self::LegalName { .. }
            | Self::OtherName { .. }
            | Self::OrganisationForm { .. }
            | Self::StatusClaim { .. }
            | Self::DateOfBirth { .. }
            | Self::Gender { .. }
            | Self::Email { .. }
            | Self::Telephone { .. } => None,
        }
    }
}

impl fmt::Debug for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}([personal])", self.kind())
    }
}

words! {
    /// The kinds of facts, as named in packs, API and console.
    pub enum FactKind as "kind of fact" {
        /// See [`FactValue::LegalName`].
        LegalName = "legal_name",
        /// See [`FactValue::OtherName`].
        OtherName = "other_name",
        /// See [`FactValue::Address`].
        Address = "address",
        /// See [`FactValue::PlaceOfUse`].
        PlaceOfUse = "place_of_use",
        /// See [`FactValue::OrganisedUnder`].
        OrganisedUnder = "organised_under",
        /// See [`FactValue::OrganisationForm`].
        OrganisationForm = "organisation_form",
        /// See [`FactValue::Citizenship`].
        Citizenship = "citizenship",
        /// See [`FactValue::PermanentResidence`].
        PermanentResidence = "permanent_residence",
        /// See [`FactValue::LocatedIn`].
        LocatedIn = "located_in",
        /// See [`FactValue::StatusClaim`].
        StatusClaim = "status_claim",
        /// See [`FactValue::DateOfBirth`].
        DateOfBirth = "date_of_birth",
        /// See [`FactValue::Gender`].
        Gender = "gender",
        /// See [`FactValue::Email`].
        Email = "email",
        /// See [`FactValue::Telephone`].
        Telephone = "telephone",
        /// See [`FactValue::Payment`].
        Payment = "payment",
        /// See [`FactValue::FinancialInstitution`].
        FinancialInstitution = "financial_institution",
        /// See [`FactValue::AccessFrom`].
        AccessFrom = "access_from",
        /// See [`FactValue::NationalId`].
        NationalId = "national_id",
        /// See [`FactValue::IdentityDocument`].
        IdentityDocument = "identity_document",
        /// See [`FactValue::RegistrationNumber`].
        RegistrationNumber = "registration_number",
        /// See [`FactValue::Headquarters`].
        Headquarters = "headquarters",
        /// See [`FactValue::UltimateParent`].
        UltimateParent = "ultimate_parent",
    }
}

/// One dated, sourced statement about a party.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Its identifier.
    pub id: FactId,
    /// Whom it is about.
    pub party: PartyId,
    /// What it says.
    pub value: FactValue,
    /// Where it comes from.
    pub source: Source,
    /// How strongly it is supported.
    pub strength: Strength,
    /// What supports it, when something was examined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceId>,
    /// When it was said, read or observed.
    pub stated_at: Timestamp,
    /// When the register learned it: clocks that start from knowledge start here (DEF-16).
    pub recorded_at: Timestamp,
}

impl fmt::Debug for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fact({} {} {} {})", self.id, self.value.kind(), self.source, self.strength)
    }
}

mod contact;
pub use contact::{EmailAddress, PaymentToken, PersonalIp, TelephoneNumber};

/// An address on the internet, kept as personal data.
pub(crate) type Ip = IpAddr;
