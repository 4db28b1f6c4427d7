//! From the form of a fact to what the register takes. One table says which fields each kind of fact has; a field that
//! lacks or does not belong is named, and what was typed into it never is.

use super::words::{fact_label, plain, short, title};
use crate::console::forms::FactForm;
use crate::console::views::facts::{Control, FactDraft, Input, Need};
use crate::console::views::parts::Choice;
use std::net::IpAddr;
use std::str::FromStr;
use tenantry_model::evidence::{CheckMethod, CheckResult};
use tenantry_model::fact::{
    AccessKind, AddressUse, Claim, DocumentKind, EmailAddress, EntityForm, FactKind, FactValue, NameUse,
    PaymentMethod, PaymentToken, PersonalIp, Source, Strength, TelephoneNumber,
};
use tenantry_model::id::FactId;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::party::PartyKind;
use tenantry_model::personal::PersonalText;
use tenantry_model::time::Date;
use tenantry_register::intake::{NewCheck, NewFact};
use tenantry_register::parties::{FactView, NewStatements, PartyView};

/// Facts a form offers to take the place of, newest first; with the other fields they stay below what a form may send.
const REPLACEABLE_MAX: usize = 40;
/// The check of a form, by which its fact points to it.
const CHECK: &str = "check";

/// The kinds of facts that are recorded here, most needed first: everything that a pack may require, so that no case about something
/// missing waits for a machine.
pub(super) const fn offered(party: PartyKind) -> &'static [FactKind] {
    use FactKind as K;
    match party {
        PartyKind::Individual => &[
            K::Citizenship,
            K::PermanentResidence,
            K::LocatedIn,
            K::IdentityDocument,
            K::StatusClaim,
            K::DateOfBirth,
            K::LegalName,
            K::OtherName,
            K::Address,
            K::PlaceOfUse,
            K::Email,
            K::Telephone,
            K::Payment,
            K::AccessFrom,
        ],
        PartyKind::Organisation => &[
            K::OrganisedUnder,
            K::OrganisationForm,
            K::RegistrationNumber,
            K::Headquarters,
            K::StatusClaim,
            K::LegalName,
            K::OtherName,
            K::Address,
            K::LocatedIn,
            K::PlaceOfUse,
            K::Email,
            K::Telephone,
            K::Payment,
            K::AccessFrom,
        ],
    }
}

/// Reads a form; what was not understood is said in a sentence.
pub(super) fn parse(form: &FactForm, kind: FactKind, party: &PartyView) -> Result<NewStatements, String> {
    for field in Field::ALL.iter().filter(|field| !fields(kind).contains(field)) {
        if !field.sent(form).is_empty() {
            let (field, kind) = (field.label(kind), fact_label(kind));
            return Err(format!("“{field}” does not belong to “{kind}”; leave it empty."));
        }
    }
    let typed = Typed { form, kind };
    let fact = value(&typed, party.kind)?;
    // When somebody connected is the instant of the fact; of a person's note the day is known.
    let connected_on: Option<Date> = match kind {
        FactKind::AccessFrom => Some(typed.required(Field::Date)?),
        _ => None,
    };
    let check = check(form)?;
    supported(form, check.as_ref())?;
    let fact = NewFact {
        fact,
        source: Source::Reviewer,
        check: check.as_ref().map(|_| CHECK.to_owned()),
        stated_at: connected_on.map(Date::start).or(check.as_ref().map(|check| check.checked_at)),
    };
    Ok(NewStatements {
        facts: vec![fact],
        checks: check.into_iter().collect(),
        supersedes: superseded(form, kind, party)?,
    })
}

/// The form of a kind of fact, with what was typed.
pub(super) fn draft(form: &FactForm, kind: FactKind, party: &PartyView) -> FactDraft {
    let strength = |strength: Strength, text: &str| chosen(strength.as_str(), text, &form.strength);
    let ticked: Vec<&str> = form.supersedes.split_whitespace().collect();
    let replaceable = |fact: &FactView| {
        let id = fact.id.to_string();
        let choice = Choice::new(&id, &on_record(fact));
        if ticked.contains(&id.as_str()) { choice.chosen() } else { choice }
    };
    let in_force = party.facts.iter().rev().filter(|f| f.kind == kind && f.superseded_at.is_none());
    FactDraft {
        kind: kind.as_str().to_owned(),
        title: fact_label(kind),
        inputs: fields(kind).iter().map(|field| input(*field, form, kind, party.kind)).collect(),
        strengths: vec![
            strength(Strength::SelfAsserted, "self-asserted: your note, nothing independent confirms it"),
            strength(Strength::Corroborated, "corroborated: the check below confirms it"),
        ],
        methods: words(CheckMethod::ALL, CheckMethod::as_str, &form.method),
        results: vec![
            chosen(CheckResult::Pass.as_str(), "it confirms the fact", &form.result),
            chosen(CheckResult::Fail.as_str(), "it contradicts the fact", &form.result),
            chosen(CheckResult::Inconclusive.as_str(), "it says nothing, or could not be made", &form.result),
        ],
        checked_on: form.checked_on.clone(),
        description: form.description.clone(),
        replaceable: in_force.take(REPLACEABLE_MAX).map(replaceable).collect(),
    }
}

/// A fact as it is told apart from others of its kind while its value is masked.
fn on_record(fact: &FactView) -> String {
    let (source, strength) = (plain(fact.source.as_str()), plain(fact.strength.as_str()));
    format!("{} {source}, {strength}, {}", short(&fact.id.to_string()), fact.stated_at.date())
}

/// A field about the fact itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Jurisdiction,
    Text,
    Usage,
    Street,
    Locality,
    Date,
    Number,
    Document,
    ExpiresOn,
    Claim,
    Form,
}

/// The fields of a kind, in the order in which they are asked for.
const fn fields(kind: FactKind) -> &'static [Field] {
    use Field as F;
    match kind {
        FactKind::Citizenship
        | FactKind::PermanentResidence
        | FactKind::LocatedIn
        | FactKind::PlaceOfUse
        | FactKind::OrganisedUnder
        | FactKind::Headquarters => &[F::Jurisdiction],
        FactKind::LegalName | FactKind::Email => &[F::Text],
        FactKind::OtherName => &[F::Text, F::Usage],
        FactKind::DateOfBirth => &[F::Date],
        FactKind::Address => &[F::Usage, F::Street, F::Locality, F::Jurisdiction],
        FactKind::IdentityDocument => &[F::Document, F::Jurisdiction, F::Number, F::ExpiresOn],
        FactKind::RegistrationNumber => &[F::Jurisdiction, F::Number],
        FactKind::Telephone => &[F::Number],
        FactKind::Payment => &[F::Usage, F::Number, F::Text, F::Jurisdiction],
        FactKind::AccessFrom => &[F::Number, F::Usage, F::Date, F::Jurisdiction],
        FactKind::StatusClaim => &[F::Claim],
        FactKind::OrganisationForm => &[F::Form],
        _ => &[],
    }
}

impl Field {
    const ALL: [Self; 11] = [
        Self::Jurisdiction,
        Self::Text,
        Self::Usage,
        Self::Street,
        Self::Locality,
        Self::Date,
        Self::Number,
        Self::Document,
        Self::ExpiresOn,
        Self::Claim,
        Self::Form,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Jurisdiction => "jurisdiction",
            Self::Text => "text",
            Self::Usage => "usage",
            Self::Street => "street",
            Self::Locality => "locality",
            Self::Date => "date",
            Self::Number => "number",
            Self::Document => "document",
            Self::ExpiresOn => "expires_on",
            Self::Claim => "claim",
            Self::Form => "form",
        }
    }

    const fn label(self, kind: FactKind) -> &'static str {
        match (self, kind) {
            (Self::Jurisdiction, FactKind::IdentityDocument) => "Issuing state",
            (Self::Jurisdiction, FactKind::RegistrationNumber) => "Where the register is kept",
            (Self::Jurisdiction, FactKind::Payment) => "Country of the issuing bank",
            (Self::Jurisdiction, FactKind::AccessFrom) => "Country the address maps to",
            (Self::Jurisdiction, _) => "Country or subdivision",
            (Self::Text, FactKind::Email) => "E-mail address",
            (Self::Text, FactKind::Payment) => "Processor or currency",
            (Self::Text, _) => "Name",
            (Self::Usage, FactKind::Payment) => "How it pays",
            (Self::Usage, FactKind::AccessFrom) => "What the connection was for",
            (Self::Usage, _) => "What it is for",
            (Self::Street, _) => "Street and number",
            (Self::Locality, _) => "Town and postal code",
            (Self::Date, FactKind::AccessFrom) => "Day of the connection",
            (Self::Date, _) => "Date of birth",
            (Self::Number, FactKind::Payment) => "Token",
            (Self::Number, FactKind::AccessFrom) => "IP address",
            (Self::Number, _) => "Number",
            (Self::Document, _) => "Kind of document",
            (Self::ExpiresOn, _) => "Valid until",
            (Self::Claim, _) => "What it claims to be",
            (Self::Form, _) => "What it is",
        }
    }

    /// What is said beside it.
    const fn hint(self, kind: FactKind) -> &'static str {
        match (self, kind) {
            (Self::Jurisdiction, FactKind::Payment | FactKind::AccessFrom) => {
                "a code: NZ, US; may stay empty"
            }
            (Self::Jurisdiction, _) => "a code: NZ, US, US-CA",
            (Self::Text, FactKind::Payment) => "what gives the token its meaning; may stay empty",
            (Self::Text, FactKind::Email) => "",
            (Self::Text, _) => "as the source writes it",
            (Self::Date, FactKind::AccessFrom) => "in UTC",
            (Self::Number, FactKind::Payment) => {
                "as the processor gives it; never the number of a card or an account"
            }
            (Self::Date, _) => "year, year-month or year-month-day",
            (Self::Number, FactKind::Telephone) => "+ and 7 to 15 digits",
            (Self::Locality | Self::ExpiresOn, _) => "may stay empty",
            (Self::Claim, _) => "on a signed form; a claim alone shows no status",
            _ => "",
        }
    }

    /// What it has to be, said where it was not understood.
    const fn must_be(self, kind: FactKind) -> &'static str {
        match (self, kind) {
            (Self::Jurisdiction, _) => "the code of a country, a subdivision or a region, as NZ, US or US-CA",
            (Self::Date, FactKind::AccessFrom) | (Self::ExpiresOn, _) => "written year-month-day, and exist",
            (Self::Date, _) => "written year, year-month or year-month-day, and exist",
            (Self::Text, FactKind::Email) => "one address, as name@example.org",
            (Self::Number, FactKind::Payment) => "a token without spaces, and not the number of a card",
            (Self::Number, FactKind::AccessFrom) => "an IPv4 or IPv6 address",
            (Self::Number, FactKind::Telephone) => "+ and 7 to 15 digits",
            (Self::Text | Self::Street | Self::Locality | Self::Number, _) => {
                "one line of at most 400 characters"
            }
            (Self::Usage | Self::Document | Self::Claim | Self::Form, _) => "chosen from the list",
        }
    }

    const fn need(self, kind: FactKind) -> Need {
        match (self, kind) {
            (Self::Locality | Self::ExpiresOn, _)
            | (Self::Text, FactKind::Payment)
            | (Self::Jurisdiction, FactKind::Payment | FactKind::AccessFrom) => Need::Optional,
            _ => Need::Required,
        }
    }

    /// What the form holds for it.
    fn sent(self, form: &FactForm) -> &str {
        let text = match self {
            Self::Jurisdiction => &form.jurisdiction,
            Self::Text => &form.text,
            Self::Usage => &form.usage,
            Self::Street => &form.street,
            Self::Locality => &form.locality,
            Self::Date => &form.date,
            Self::Number => &form.number,
            Self::Document => &form.document,
            Self::ExpiresOn => &form.expires_on,
            Self::Claim => &form.claim,
            Self::Form => &form.form,
        };
        text.trim()
    }
}

/// The fields of a form, read as those of one kind of fact.
struct Typed<'a> {
    form: &'a FactForm,
    kind: FactKind,
}

impl Typed<'_> {
    fn required<T: FromStr>(&self, field: Field) -> Result<T, String> {
        self.optional(field)?.ok_or_else(|| format!("“{}” is missing.", field.label(self.kind)))
    }

    fn optional<T: FromStr>(&self, field: Field) -> Result<Option<T>, String> {
        self.read(field, |text| text.parse().ok())
    }

    fn text(&self, field: Field) -> Result<PersonalText, String> {
        self.optional_text(field)?.ok_or_else(|| format!("“{}” is missing.", field.label(self.kind)))
    }

    fn optional_text(&self, field: Field) -> Result<Option<PersonalText>, String> {
        self.read(field, |text| PersonalText::parse("text", text).ok())
    }

    /// One of the words that are offered, which for some fields are not all there are.
    fn word<T: FromStr + Copy + PartialEq>(&self, field: Field, offered: &[T]) -> Result<T, String> {
        let word: T = self.required(field)?;
        if offered.contains(&word) { Ok(word) } else { Err(self.wrong(field)) }
    }

    fn read<T>(&self, field: Field, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, String> {
        match field.sent(self.form) {
            "" => Ok(None),
            text => parse(text).map(Some).ok_or_else(|| self.wrong(field)),
        }
    }

    fn wrong(&self, field: Field) -> String {
        format!("“{}” must be {}.", field.label(self.kind), field.must_be(self.kind))
    }
}

fn value(typed: &Typed<'_>, party: PartyKind) -> Result<FactValue, String> {
    let jurisdiction = || typed.required::<Jurisdiction>(Field::Jurisdiction);
    Ok(match typed.kind {
        FactKind::Citizenship => FactValue::Citizenship { jurisdiction: jurisdiction()? },
        FactKind::PermanentResidence => FactValue::PermanentResidence { jurisdiction: jurisdiction()? },
        FactKind::LocatedIn => FactValue::LocatedIn { jurisdiction: jurisdiction()? },
        FactKind::PlaceOfUse => FactValue::PlaceOfUse { jurisdiction: jurisdiction()? },
        FactKind::OrganisedUnder => FactValue::OrganisedUnder { jurisdiction: jurisdiction()? },
        FactKind::Headquarters => FactValue::Headquarters { jurisdiction: jurisdiction()? },
        FactKind::LegalName => FactValue::LegalName { text: typed.text(Field::Text)? },
        FactKind::OtherName => FactValue::OtherName {
            text: typed.text(Field::Text)?,
            usage: typed.word(Field::Usage, names(party))?,
        },
        FactKind::DateOfBirth => FactValue::DateOfBirth { date: typed.required(Field::Date)? },
        FactKind::Address => FactValue::Address {
            usage: typed.word(Field::Usage, addresses(party))?,
            street: typed.text(Field::Street)?,
            locality: typed.optional_text(Field::Locality)?,
            jurisdiction: jurisdiction()?,
        },
        FactKind::IdentityDocument => FactValue::IdentityDocument {
            document: typed.required(Field::Document)?,
            jurisdiction: jurisdiction()?,
            number: typed.text(Field::Number)?,
            expires_on: typed.optional(Field::ExpiresOn)?,
        },
        FactKind::RegistrationNumber => FactValue::RegistrationNumber {
            jurisdiction: jurisdiction()?,
            number: typed.text(Field::Number)?,
        },
        FactKind::Telephone => {
            let number = typed.read(Field::Number, |text| TelephoneNumber::parse(text).ok())?;
            FactValue::Telephone { number: number.ok_or("“Number” is missing.")? }
        }
        FactKind::Email => {
            let address = typed.read(Field::Text, |text| EmailAddress::parse(text).ok())?;
            FactValue::Email { address: address.ok_or("“E-mail address” is missing.")? }
        }
        FactKind::Payment => {
            let method = typed.required(Field::Usage)?;
            let token = typed.read(Field::Number, |text| PaymentToken::parse(text).ok())?;
            FactValue::Payment {
                method,
                token: token.ok_or("“Token” is missing.")?,
                issuer: typed.optional_text(Field::Text)?,
                issuer_jurisdiction: typed.optional(Field::Jurisdiction)?,
            }
        }
        FactKind::AccessFrom => {
            let (ip, access) = (typed.required::<IpAddr>(Field::Number)?, typed.required(Field::Usage)?);
            // The day is the instant of the fact; see `parse`.
            typed.required::<Date>(Field::Date)?;
            let jurisdiction = typed.optional(Field::Jurisdiction)?;
            FactValue::AccessFrom { ip: PersonalIp::new(ip), access, jurisdiction }
        }
        FactKind::StatusClaim => FactValue::StatusClaim { claim: typed.required(Field::Claim)? },
        FactKind::OrganisationForm => FactValue::OrganisationForm { form: typed.required(Field::Form)? },
        other => return Err(format!("“{}” is not recorded here.", fact_label(other))),
    })
}

/// The check of a form, if any of its fields was filled in: then all of them are needed.
fn check(form: &FactForm) -> Result<Option<NewCheck>, String> {
    let parts = [
        ("How you checked", form.method.trim()),
        ("What you looked at", form.description.trim()),
        ("When", form.checked_on.trim()),
        ("What came of it", form.result.trim()),
    ];
    if parts.iter().all(|(_, text)| text.is_empty()) {
        return Ok(None);
    }
    if let Some((label, _)) = parts.iter().find(|(_, text)| text.is_empty()) {
        return Err(format!("“{label}” of the check is missing."));
    }
    let day: Date = form
        .checked_on
        .trim()
        .parse()
        .map_err(|_| "“When” of the check must be written year-month-day, and exist.".to_owned())?;
    Ok(Some(NewCheck {
        key: CHECK.to_owned(),
        method: form.method.parse().map_err(|_| "Choose how you checked from the list.".to_owned())?,
        result: form.result.parse().map_err(|_| "Choose what came of the check from the list.".to_owned())?,
        checked_at: day.start(),
        description: PersonalText::parse("description", &form.description).map_err(|_| {
            "What you looked at is described in one line of at most 400 characters.".to_owned()
        })?,
    }))
}

/// Whether the check bears the strength that was chosen: the register derives the strength from the check, and nobody
/// shall find a fact stronger or weaker than they meant it.
fn supported(form: &FactForm, check: Option<&NewCheck>) -> Result<(), String> {
    let confirms = check.map(|check| check.result == CheckResult::Pass);
    let problem = match (form.strength.parse(), confirms) {
        (Ok(Strength::SelfAsserted), None | Some(false)) | (Ok(Strength::Corroborated), Some(true)) => {
            return Ok(());
        }
        (Ok(Strength::Corroborated), None) => {
            "A corroborated fact needs its check: say how you checked, what you looked at, when, and what came of it."
        }
        (Ok(Strength::Corroborated), Some(false)) => {
            "Only a check that confirms corroborates a fact. Choose “self-asserted”, or record what the check did confirm."
        }
        (Ok(Strength::SelfAsserted), Some(true)) => {
            "A check that confirms makes the fact corroborated. Choose “corroborated”, or leave the check empty."
        }
        (Ok(_) | Err(_), _) => "Choose how well it is supported: self-asserted, or corroborated by a check.",
    };
    Err(problem.to_owned())
}

/// The facts that were ticked. Whether they are in force is for the register to say.
fn superseded(form: &FactForm, kind: FactKind, party: &PartyView) -> Result<Vec<FactId>, String> {
    let same_kind = |id: &FactId| party.facts.iter().any(|fact| fact.id == *id && fact.kind == kind);
    let ids = form.supersedes.split_whitespace().map(|id| id.parse().ok().filter(same_kind));
    ids.collect::<Option<_>>().ok_or_else(|| {
        "A fact takes the place of facts of its own kind only; tick them in this form.".to_owned()
    })
}

fn input(field: Field, form: &FactForm, kind: FactKind, party: PartyKind) -> Input {
    let sent = field.sent(form);
    let control = match (field, kind) {
        (Field::ExpiresOn, _) | (Field::Date, FactKind::AccessFrom) => Control::Day(sent.to_owned()),
        (Field::Usage, FactKind::Payment) => {
            Control::Choice(words(PaymentMethod::ALL, PaymentMethod::as_str, sent))
        }
        (Field::Usage, FactKind::AccessFrom) => {
            Control::Choice(words(AccessKind::ALL, AccessKind::as_str, sent))
        }
        (Field::Usage, FactKind::OtherName) => Control::Choice(words(names(party), NameUse::as_str, sent)),
        (Field::Usage, _) => Control::Choice(words(addresses(party), AddressUse::as_str, sent)),
        (Field::Document, _) => Control::Choice(words(DocumentKind::ALL, DocumentKind::as_str, sent)),
        (Field::Form, _) => Control::Choice(words(EntityForm::ALL, EntityForm::as_str, sent)),
        (Field::Claim, _) => Control::Choice(vec![
            chosen(Claim::UsPerson.as_str(), "a US person, as on form W-9", sent),
            chosen(Claim::ForeignPerson.as_str(), "a foreign person, as on form W-8BEN or W-8BEN-E", sent),
        ]),
        _ => Control::Line(sent.to_owned()),
    };
    Input {
        name: field.name(),
        label: field.label(kind),
        hint: field.hint(kind),
        control,
        need: field.need(kind),
    }
}

/// Uses of another name that a party of this kind can have.
const fn names(party: PartyKind) -> &'static [NameUse] {
    match party {
        PartyKind::Individual => &[NameUse::Alias, NameUse::Former, NameUse::NativeScript],
        PartyKind::Organisation => &[NameUse::Trade, NameUse::Former, NameUse::Alias, NameUse::NativeScript],
    }
}

/// Uses of an address that a party of this kind can have.
const fn addresses(party: PartyKind) -> &'static [AddressUse] {
    match party {
        PartyKind::Individual => &[AddressUse::Residential, AddressUse::Business, AddressUse::ApoFpo],
        PartyKind::Organisation => &[AddressUse::PrincipalPlace, AddressUse::Business, AddressUse::Inquiries],
    }
}

fn words<T: Copy>(words: &[T], text: impl Fn(T) -> &'static str, sent: &str) -> Vec<Choice> {
    words.iter().map(|word| chosen(text(*word), &title(text(*word)), sent)).collect()
}

fn chosen(value: &str, label: &str, sent: &str) -> Choice {
    let choice = Choice::new(value, label);
    if value == sent { choice.chosen() } else { choice }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenantry_policy::pack::{Pack, Presence};

    /// A form with every field filled in as this kind of fact wants it.
    fn filled(kind: FactKind) -> FactForm {
        let text = |text: &str| text.to_owned();
        FactForm {
            jurisdiction: text(" us-ca "),
            text: text(if kind == FactKind::Email { "a@example.org" } else { "A Name" }),
            usage: text(match kind {
                FactKind::Address => "business",
                FactKind::Payment => "card",
                FactKind::AccessFrom => "sign_up",
                _ => "former",
            }),
            street: text("1 Street"),
            date: text(if kind == FactKind::AccessFrom { "2026-11-01" } else { "1980-02" }),
            number: text(match kind {
                FactKind::Payment => "tok_1",
                FactKind::AccessFrom => "2001:db8::7",
                _ => "+64 9 123 4567",
            }),
            document: text("passport"),
            claim: text("us_person"),
            form: text("branch"),
            ..FactForm::default()
        }
    }

    /// The same form with one field emptied.
    fn without(field: Field, kind: FactKind) -> FactForm {
        let mut form = filled(kind);
        match field {
            Field::Jurisdiction => form.jurisdiction.clear(),
            Field::Text => form.text.clear(),
            Field::Usage => form.usage.clear(),
            Field::Street => form.street.clear(),
            Field::Locality => form.locality.clear(),
            Field::Date => form.date.clear(),
            Field::Number => form.number.clear(),
            Field::Document => form.document.clear(),
            Field::ExpiresOn => form.expires_on.clear(),
            Field::Claim => form.claim.clear(),
            Field::Form => form.form.clear(),
        }
        form
    }

    #[test]
    fn each_kind_is_made_of_its_fields_and_misses_each_by_name() {
        for party in [PartyKind::Individual, PartyKind::Organisation] {
            for kind in offered(party) {
                let made = value(&Typed { form: &filled(*kind), kind: *kind }, party);
                assert_eq!(made.map(|value| value.kind()), Ok(*kind), "{kind} of an {party}");
                for field in fields(*kind).iter().filter(|field| field.need(*kind) == Need::Required) {
                    let missing = value(&Typed { form: &without(*field, *kind), kind: *kind }, party);
                    let expect = format!("“{}” is missing.", field.label(*kind));
                    assert_eq!(missing.err(), Some(expect), "{kind} of an {party}");
                }
            }
        }
    }

    /// A case about something missing can be settled here: whatever the shipped pack requires or asks for can be recorded, in a use of
    /// an address that counts.
    #[test]
    fn whatever_the_pack_asks_for_can_be_recorded() {
        const PACK: &str = include_str!("../../../../../packs/eo13984-nprm-2024.toml");
        let pack = Pack::parse(PACK).unwrap();
        for rule in pack.fields.iter().filter(|rule| rule.presence != Presence::Off) {
            for party in &rule.kinds {
                let (kinds, uses) = (offered(*party), addresses(*party));
                let recorded = |kind: &&FactKind| {
                    kinds.contains(kind)
                        && (**kind != FactKind::Address
                            || rule.address_uses.is_empty()
                            || rule.address_uses.iter().any(|usage| uses.contains(usage)))
                };
                let asked: Vec<_> =
                    rule.any_of.iter().filter(|kind| **kind != FactKind::NationalId).collect();
                let missing: Vec<_> = asked.iter().filter(|kind| !recorded(kind)).collect();
                assert!(missing.is_empty(), "{missing:?} of an {party}");
            }
        }
    }

    #[test]
    fn the_number_of_a_card_is_refused_and_not_repeated() {
        let form = FactForm { number: "4111 1111 1111 1111".to_owned(), ..filled(FactKind::Payment) };
        let refused =
            value(&Typed { form: &form, kind: FactKind::Payment }, PartyKind::Organisation).unwrap_err();
        assert!(refused.contains("not the number of a card") && !refused.contains("4111"), "{refused}");
    }
}
