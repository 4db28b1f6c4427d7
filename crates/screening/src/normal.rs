//! Normal forms of values that must agree exactly: identifiers, wallets, e-mail addresses, domains, numbers.

use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::listed::Property;

/// Shortest identifier that can make a hit by itself, in characters.
pub(crate) const IDENTIFIER_CHARS_MIN: usize = 5;

/// Properties that identify by an exact number.
pub(crate) const IDENTIFIERS: &[Property] = &[
    Property::PassportNumber,
    Property::IdNumber,
    Property::TaxNumber,
    Property::RegistrationNumber,
    Property::LeiCode,
    Property::DunsCode,
    Property::SwiftBic,
    Property::ImoNumber,
    Property::Mmsi,
    Property::CallSign,
    Property::SerialNumber,
];

/// Letters and digits only, upper case; `None` when too short to identify.
pub(crate) fn identifier(text: &str) -> Option<String> {
    let out: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let digits = out.chars().any(|c| c.is_ascii_digit());
    let out = out.strip_prefix("IMO").map_or(out.clone(), str::to_owned);
    (out.chars().count() >= IDENTIFIER_CHARS_MIN && (digits || out.len() >= 8)).then_some(out)
}

/// A wallet address without blanks. Ethereum-like addresses are not case-sensitive, others are.
pub(crate) fn wallet(text: &str) -> Option<String> {
    let out: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    if out.len() < 20 {
        return None;
    }
    Some(if out.starts_with("0x") || out.starts_with("0X") || out.starts_with("bc1") {
        out.to_ascii_lowercase()
    } else {
        out
    })
}

/// Lower-case address with an `@`.
pub(crate) fn email(text: &str) -> Option<String> {
    let out = text.trim().to_lowercase();
    out.contains('@').then_some(out)
}

/// Host of a web address, without `www.`.
pub(crate) fn domain(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let host = lower.split("://").last().unwrap_or_default();
    let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    (host.contains('.') && !host.contains('@')).then(|| host.to_owned())
}

/// Last nine digits, which leaves prefixes out.
pub(crate) fn phone(text: &str) -> Option<String> {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 7).then(|| digits.iter().skip(digits.len().saturating_sub(9)).collect())
}

/// The country of a code in any case; `None` when it is not a code.
pub(crate) fn country(text: &str) -> Option<Jurisdiction> {
    text.trim().to_uppercase().parse::<Jurisdiction>().ok().map(Jurisdiction::country)
}
