//! Ways to reach or charge a party, each parsed into a form that can be compared.

use super::Ip;
use crate::ModelError;
use std::fmt;

/// Declares a personal text newtype with a parser, hidden printing, and serde by text.
macro_rules! hidden {
    ($(#[$meta:meta])* $name:ident, $parse:path) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Parses and normalises; the error never repeats the input.
            pub fn parse(text: &str) -> Result<Self, ModelError> {
                $parse(text).map(Self)
            }

            /// The normalised text; see [`crate::personal::Personal::expose`].
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[personal]")
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

hidden! {
    /// An e-mail address: something, `@`, a domain with a dot. The domain is lower case, the rest as given.
    EmailAddress, email
}
hidden! {
    /// A telephone number in international form: `+` and 7 to 15 digits; spaces, dots, dashes and brackets are
    /// dropped.
    TelephoneNumber, telephone
}
hidden! {
    /// A payment token. Refuses anything that reads as a card number (12 to 19 digits that pass the Luhn check),
    /// so that a card number cannot enter the register by mistake.
    PaymentToken, payment_token
}

fn email(text: &str) -> Result<String, ModelError> {
    let wrong =
        ModelError::Shape { what: "e-mail address", hint: "write name@example.org, at most 254 characters" };
    let text = text.trim();
    let Some((local, domain)) = text.rsplit_once('@') else { return Err(wrong) };
    let bad = |c: char| c.is_whitespace() || c.is_control();
    let labels_ok = domain.contains('.') && domain.split('.').all(|l| !l.is_empty() && l.len() <= 63);
    if local.is_empty()
        || local.len() > 64
        || text.len() > 254
        || text.contains(bad)
        || local.contains('@')
        || !labels_ok
    {
        return Err(wrong);
    }
    Ok(format!("{local}@{}", domain.to_lowercase()))
}

fn telephone(text: &str) -> Result<String, ModelError> {
    let wrong = ModelError::Shape {
        what: "telephone number",
        hint: "write + and 7 to 15 digits, for example +12025550123",
    };
    let Some(rest) = text.trim().strip_prefix('+') else { return Err(wrong) };
    let digits: String = rest.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect();
    if (7..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0')
    {
        return Ok(format!("+{digits}"));
    }
    Err(wrong)
}

fn payment_token(text: &str) -> Result<String, ModelError> {
    let wrong = ModelError::Shape {
        what: "payment token",
        hint: "send the processor's token, 1 to 200 printable characters; a card number is refused",
    };
    let text = text.trim();
    let printable = text.chars().all(|c| !c.is_control());
    if text.is_empty() || text.chars().count() > 200 || !printable || reads_as_card_number(text) {
        return Err(wrong);
    }
    Ok(text.to_owned())
}

fn reads_as_card_number(text: &str) -> bool {
    let digits: Vec<u32> =
        text.chars().filter(|c| !matches!(c, ' ' | '-')).map_while(|c| c.to_digit(10)).collect();
    let all_digits = digits.len() == text.chars().filter(|c| !matches!(c, ' ' | '-')).count();
    if !all_digits || !(12..=19).contains(&digits.len()) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| if i % 2 == 1 { (d * 2) / 10 + (d * 2) % 10 } else { *d })
        .sum();
    sum.is_multiple_of(10)
}

/// An internet address, v4 or v6, that does not print itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonalIp(Ip);

impl PersonalIp {
    /// Wraps an address; a v4 address mapped into v6 becomes the v4 address it means.
    pub fn new(ip: Ip) -> Self {
        Self(ip.to_canonical())
    }

    /// The address; see [`crate::personal::Personal::expose`].
    pub const fn expose(&self) -> Ip {
        self.0
    }
}

impl fmt::Debug for PersonalIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl serde::Serialize for PersonalIp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for PersonalIp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let wrong = ModelError::Shape {
            what: "internet address",
            hint: "write an IPv4 or IPv6 address without a port",
        };
        text.trim().parse().map(Self::new).map_err(|_| serde::de::Error::custom(wrong))
    }
}
