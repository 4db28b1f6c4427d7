//! From facts to questions: what of a party is screened, and which of its values become keyed tokens.

use tenantry_linkage::TokenKind;
use tenantry_model::fact::{Fact, FactKind, FactValue, PaymentMethod};
use tenantry_model::id::FactId;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::party::PartyKind;
use tenantry_model::personal::{Personal, PersonalText};
use tenantry_names::{Form, Name, NameKind};
use tenantry_screening::{Identifier, Query};

/// What to ask the screening index about a party with these facts in force and these names that it had before: whoever takes
/// another name is still who they were. `None` when nothing is known that could find anybody: no name, number, wallet or e-mail
/// address. That the name is missing the policy engine finds.
pub(crate) fn screening_query(kind: PartyKind, facts: &[Fact], former_names: &[Fact]) -> Option<Query> {
    let mut query = empty(kind);
    for fact in facts.iter().filter(|fact| is_screened(fact.value.kind())) {
        add(&mut query, &fact.value);
    }
    for fact in former_names {
        if let FactValue::LegalName { text } | FactValue::OtherName { text, .. } = &fact.value
            && !query.names.iter().any(|known| known.expose() == text.expose())
        {
            add(&mut query, &fact.value);
        }
    }
    (!query.is_empty()).then_some(query)
}

/// The facts whose names the search does not read whole: an answer says nothing about the rest of them.
pub(crate) fn names_cut<'a>(kind: PartyKind, facts: impl Iterator<Item = &'a Fact>) -> Vec<FactId> {
    let cut = |fact: &&Fact| {
        let mut query = empty(kind);
        add(&mut query, &fact.value);
        query.has_cut_name()
    };
    facts.filter(|fact| is_name(fact.value.kind())).filter(cut).map(|fact| fact.id).collect()
}

fn empty(kind: PartyKind) -> Query {
    let schema = match kind {
        PartyKind::Individual => Schema::Person,
        PartyKind::Organisation => Schema::Organization,
    };
    let mut query = Query::new(schema, "");
    query.names.clear();
    query
}

/// Whether facts of this kind are names, which are screened even after others took their place.
pub(crate) const fn is_name(kind: FactKind) -> bool {
    matches!(kind, FactKind::LegalName | FactKind::OtherName)
}

/// Whether facts of this kind take part in screening; the others need not be opened for it.
pub(crate) const fn is_screened(kind: FactKind) -> bool {
    match kind {
        FactKind::LegalName
        | FactKind::OtherName
        | FactKind::DateOfBirth
        | FactKind::Gender
        | FactKind::Citizenship
        | FactKind::PermanentResidence
        | FactKind::LocatedIn
        | FactKind::OrganisedUnder
        | FactKind::Headquarters
        | FactKind::Address
        | FactKind::Email
        | FactKind::Telephone
        | FactKind::Payment
        | FactKind::NationalId
        | FactKind::IdentityDocument
        | FactKind::RegistrationNumber => true,
        FactKind::PlaceOfUse
        | FactKind::OrganisationForm
        | FactKind::StatusClaim
        | FactKind::FinancialInstitution
        | FactKind::AccessFrom
        | FactKind::UltimateParent => false,
    }
}

fn add(query: &mut Query, value: &FactValue) {
    let personal = |text: &str| Personal::new(text.to_owned());
    match value {
        FactValue::LegalName { text } | FactValue::OtherName { text, .. } => {
            query.names.push(personal(text.expose()));
        }
        FactValue::DateOfBirth { date } => query.birth_dates.push(Personal::new(*date)),
        FactValue::Gender { gender } => query.gender = Some(*gender),
        FactValue::Citizenship { jurisdiction } => query.nationalities.push(jurisdiction.country()),
        FactValue::PermanentResidence { jurisdiction }
        | FactValue::LocatedIn { jurisdiction }
        | FactValue::OrganisedUnder { jurisdiction }
        | FactValue::Headquarters { jurisdiction } => query.countries.push(jurisdiction.country()),
        FactValue::Address { street, locality, jurisdiction, .. } => {
            query.countries.push(jurisdiction.country());
            let locality = locality.as_ref().map(PersonalText::expose).unwrap_or_default();
            query.addresses.push(Personal::new(format!("{}, {locality}", street.expose())));
        }
        FactValue::Email { address } => query.emails.push(personal(address.expose())),
        FactValue::Telephone { number } => query.phones.push(personal(number.expose())),
        FactValue::Payment { method: PaymentMethod::Wallet, token, .. } => {
            query.wallets.push(personal(token.expose()));
        }
        FactValue::IdentityDocument { number, .. } => {
            let value = personal(number.expose());
            query.identifiers.push(Identifier { property: None, country: None, value });
        }
        FactValue::NationalId { jurisdiction, number } => {
            let (property, country) = (Some(Property::IdNumber), Some(jurisdiction.country()));
            query.identifiers.push(Identifier { property, country, value: personal(number.expose()) });
        }
        FactValue::RegistrationNumber { jurisdiction, number } => {
            let (property, country) = (Some(Property::RegistrationNumber), Some(jurisdiction.country()));
            query.identifiers.push(Identifier { property, country, value: personal(number.expose()) });
        }
        _ => {}
    }
    query.countries.dedup();
}

/// The values of a party that can show it to be the same actor as another, each with the text its token is made of.
/// Normalised so that writing habits do not matter.
pub(crate) fn linking_values(facts: &[Fact]) -> Vec<(TokenKind, Personal<String>)> {
    let mut values = Vec::new();
    for fact in facts {
        let (kind, text) = match &fact.value {
            FactValue::IdentityDocument { jurisdiction, number, .. } => (
                TokenKind::DocumentNumber,
                format!("{}:{}", jurisdiction.country(), squeeze(number.expose())),
            ),
            FactValue::NationalId { jurisdiction, number } => {
                (TokenKind::NationalId, format!("{}:{}", jurisdiction.country(), squeeze(number.expose())))
            }
            FactValue::RegistrationNumber { jurisdiction, number } => (
                TokenKind::RegistrationNumber,
                format!("{}:{}", jurisdiction.country(), squeeze(number.expose())),
            ),
            FactValue::Payment { method: PaymentMethod::Wallet, token, .. } => {
                (TokenKind::Wallet, token.expose().to_owned())
            }
            FactValue::Payment { method: PaymentMethod::Transaction, .. } => continue,
            FactValue::Payment { method: PaymentMethod::BankAccount, token, .. } => {
                (TokenKind::BankAccount, squeeze(token.expose()))
            }
            FactValue::Payment { method, token, .. } => {
                (TokenKind::Payment, format!("{method}:{}", token.expose()))
            }
            FactValue::Email { address } => (TokenKind::Email, address.expose().to_lowercase()),
            FactValue::Telephone { number } => (TokenKind::Phone, number.expose().to_owned()),
            FactValue::AccessFrom { ip, .. } => (TokenKind::AccessAddress, ip.expose().to_string()),
            FactValue::Address { street, locality, jurisdiction, .. } => {
                let locality = locality.as_ref().map(PersonalText::expose).unwrap_or_default();
                let written = format!("{}:{}", squeeze(street.expose()), squeeze(locality));
                (TokenKind::StreetAddress, format!("{}:{written}", jurisdiction.country()))
            }
            _ => continue,
        };
        values.push((kind, Personal::new(text)));
    }
    values.extend(names_with_birth(facts).map(|text| (TokenKind::NameAndBirthDate, text)));
    values
}

/// Each legal name beside each whole date of birth. Words in romanised form and in one order, because accents, alphabets and where the
/// family name stands are habits of writing.
fn names_with_birth(facts: &[Fact]) -> impl Iterator<Item = Personal<String>> {
    let dates = facts.iter().filter_map(|fact| match &fact.value {
        FactValue::DateOfBirth { date } => date.day().map(|_| date.to_string()),
        _ => None,
    });
    let dates: Vec<String> = dates.collect();
    let names = facts.iter().filter_map(|fact| match &fact.value {
        FactValue::LegalName { text } => Some(words_of(text.expose())),
        _ => None,
    });
    let names: Vec<String> = names.flatten().collect();
    names.into_iter().flat_map(move |name| {
        let beside = dates.iter().map(|date| Personal::new(format!("{name}:{date}")));
        beside.collect::<Vec<_>>()
    })
}

/// The words of a person's name, or nothing where it is not read whole: part of a name is not the name.
fn words_of(name: &str) -> Option<String> {
    let name = Name::analyse(name, NameKind::Person);
    let mut words: Vec<&str> = name.forms().iter().map(Form::ascii).collect();
    words.sort_unstable();
    (!name.is_cut() && !words.is_empty()).then(|| words.join(" "))
}

fn squeeze(number: &str) -> String {
    number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}
