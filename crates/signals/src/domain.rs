//! A listed domain, and the domain of an e-mail address beside it.

use crate::SignalsError;
use std::fmt;
use std::str::FromStr;

/// Longest domain, in bytes.
const DOMAIN_BYTES_MAX: usize = 253;
/// Longest label of a domain, in bytes.
const LABEL_BYTES_MAX: usize = 63;
/// What registries of countries call the level below which they give out domains. An entry such as `co.uk` would name everybody.
const REGISTRY_LEVELS: [&str; 19] = [
    "ac", "co", "com", "edu", "gob", "gov", "gouv", "id", "info", "ltd", "me", "mil", "ne", "net", "nom",
    "or", "org", "plc", "sch",
];

/// A domain in the form in which two can be compared: lower case, in ASCII, as IDNA writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailDomain(String);

impl MailDomain {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MailDomain {
    type Err = SignalsError;

    fn from_str(text: &str) -> Result<Self, SignalsError> {
        let domain = comparable(text).ok_or(SignalsError::NotADomain)?;
        let letters = |label: &str| {
            let fits = (1..=LABEL_BYTES_MAX).contains(&label.len());
            fits && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        let labels: Vec<&str> = domain.split('.').collect();
        let number = labels.last().is_none_or(|last| last.bytes().all(|b| b.is_ascii_digit()));
        if domain.len() > DOMAIN_BYTES_MAX || !labels.iter().all(|label| letters(label)) || number {
            return Err(SignalsError::NotADomain);
        }
        let registry = match labels.as_slice() {
            [_] => true,
            [level, country] => country.len() == 2 && REGISTRY_LEVELS.contains(level),
            _ => false,
        };
        if registry { Err(SignalsError::Registry) } else { Ok(Self(domain)) }
    }
}

impl fmt::Display for MailDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A domain as it is compared; `None` when it is none. One dot at the end says only that it is whole.
fn comparable(domain: &str) -> Option<String> {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    // Most are ASCII already, and IDNA would do nothing but make them lower case.
    if domain.is_ascii() && !domain.contains("xn--") && !domain.contains("XN--") {
        return Some(domain.to_ascii_lowercase());
    }
    idna::domain_to_ascii(domain).ok()
}

/// The domain of an e-mail address and everything above it, nearest first.
pub(crate) fn levels_of(address: &str) -> Vec<String> {
    let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
    let Some(domain) = comparable(domain) else { return Vec::new() };
    let mut levels = vec![domain.clone()];
    let mut rest = domain.as_str();
    while let Some((_, above)) = rest.split_once('.') {
        levels.push(above.to_owned());
        rest = above;
    }
    levels
}
