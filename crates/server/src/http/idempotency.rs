//! The `Idempotency-Key` header of draft-ietf-httpapi-idempotency-key-header: a structured-field string, one
//! fresh value per intended change. What a repeated key means is decided by the register, together with
//! [`super::json::Fingerprint`].

use super::limits::IDEMPOTENCY_KEY_CHARS_MAX;
use super::problem::{Code, Problem};
use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;

/// The header.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A caller's name for one intended change: 1 to 128 visible ASCII characters without quote and backslash.
///
/// The draft asks for quotes around the value; many clients leave them out, so both are read as the same key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a header value.
    pub fn parse(value: &str) -> Result<Self, Problem> {
        let value = value.trim();
        let inner = value.strip_prefix('"').map_or(Some(value), |rest| rest.strip_suffix('"'));
        inner
            .filter(|key| (1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&key.len()))
            .filter(|key| key.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\' | b',' | b';')))
            .map(|key| Self(key.to_owned()))
            .ok_or_else(|| {
                Problem::new(Code::HeaderInvalid).detail(
                    "`Idempotency-Key` must be one quoted string of 1 to 128 visible ASCII characters without quote, backslash, comma and semicolon",
                )
            })
    }

    /// The key without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else { return Err(Problem::new(Code::IdempotencyKeyMissing)) };
        if values.next().is_some() {
            return Err(Problem::new(Code::HeaderInvalid).detail("`Idempotency-Key` occurs twice"));
        }
        Self::parse(value.to_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_with_or_without_quotes_and_bounded() {
        let longest = "k".repeat(IDEMPOTENCY_KEY_CHARS_MAX);
        let too_long = "k".repeat(IDEMPOTENCY_KEY_CHARS_MAX + 1);
        let cases: [(&str, Option<&str>); 11] = [
            ("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", Some("8e03978e-40d5-43dd-bc93-6894a57f9324")),
            ("8e03978e-40d5", Some("8e03978e-40d5")),
            (&longest, Some(&longest)),
            (&too_long, None),
            ("", None),
            ("\"\"", None),
            ("\"abc", None),
            ("abc\"", None),
            ("a b", None),
            ("\"a\", \"b\"", None),
            ("\"a\\\"b\"", None),
        ];
        for (given, expect) in cases {
            assert_eq!(
                IdempotencyKey::parse(given).ok().as_ref().map(IdempotencyKey::as_str),
                expect,
                "{given}"
            );
        }
    }
}
