//! Versions of a resource as strong entity tags (RFC 9110, 8.8.3), and `If-Match`, which keeps a decision
//! bound to what the person saw. `If-Match: *` is refused: it would mean "whatever is there now".

use super::limits::IF_MATCH_TAGS_MAX;
use super::problem::{Code, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};
use std::convert::Infallible;
use std::fmt;

/// The version of a resource: counts its changes. Written `"v7"`; add it to a response as a part of the tuple.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"v{}\"", self.0)
    }
}

impl Version {
    fn parse(tag: &str) -> Option<Self> {
        let digits = tag.strip_prefix("\"v")?.strip_suffix('"')?;
        let canonical = digits == "0" || !digits.starts_with(['0', '+']);
        digits.parse().ok().filter(|_| canonical).map(Self)
    }
}

impl IntoResponseParts for Version {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        if let Ok(value) = HeaderValue::try_from(self.to_string()) {
            parts.headers_mut().insert(header::ETAG, value);
        }
        Ok(parts)
    }
}

/// The versions a caller is willing to act on. As an extractor it requires the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Vec<Version>);

impl IfMatch {
    /// Reads a header value: one or more strong tags.
    pub fn parse(value: &str) -> Result<Self, Problem> {
        let refuse = |text: &'static str| Problem::new(Code::HeaderInvalid).detail(text);
        let mut versions = Vec::new();
        for tag in value.split(',').map(str::trim) {
            if tag == "*" {
                return Err(refuse("`If-Match: *` is not accepted; name the version you looked at"));
            }
            if versions.len() == IF_MATCH_TAGS_MAX {
                return Err(refuse("`If-Match` names too many versions"));
            }
            // A tag of another kind, or a weak one, is sound but can never match.
            match Version::parse(tag) {
                Some(version) => versions.push(version),
                None if is_entity_tag(tag) => {}
                None => {
                    return Err(refuse(
                        "`If-Match` must be the `ETag` of the version you looked at, quotes included",
                    ));
                }
            }
        }
        Ok(Self(versions))
    }

    /// Fails unless the present version is one of those named.
    pub fn check(&self, current: Version) -> Result<(), Problem> {
        if self.0.contains(&current) {
            return Ok(());
        }
        Err(Problem::new(Code::VersionOutdated)
            .detail("the current version is in `ETag`")
            .header(header::ETAG, current.to_string()))
    }

    /// The one version named; for use cases that take the expected version as a parameter.
    pub fn single(&self) -> Result<Version, Problem> {
        match self.0.as_slice() {
            [one] => Ok(*one),
            [] => Err(Problem::new(Code::VersionOutdated)),
            _ => Err(Problem::new(Code::HeaderInvalid).detail("`If-Match` must name one version here")),
        }
    }
}

fn is_entity_tag(tag: &str) -> bool {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).is_some_and(|inner| !inner.contains('"'))
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let values: Result<Vec<_>, _> =
            parts.headers.get_all(header::IF_MATCH).iter().map(HeaderValue::to_str).collect();
        let values =
            values.map_err(|_| Problem::new(Code::HeaderInvalid).detail("`If-Match` is not ASCII"))?;
        if values.is_empty() {
            return Err(Problem::new(Code::VersionMissing));
        }
        Self::parse(&values.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_strictly_and_compared_strongly() {
        let cases: [(&str, Result<(), Code>); 11] = [
            ("\"v7\"", Ok(())),
            ("\"v6\", \"v7\"", Ok(())),
            ("\"other\", \"v7\"", Ok(())),
            ("\"v8\"", Err(Code::VersionOutdated)),
            ("W/\"v7\"", Err(Code::VersionOutdated)),
            ("\"v07\"", Err(Code::VersionOutdated)),
            ("\"v+7\"", Err(Code::VersionOutdated)),
            ("v7", Err(Code::HeaderInvalid)),
            ("7", Err(Code::HeaderInvalid)),
            ("*", Err(Code::HeaderInvalid)),
            ("", Err(Code::HeaderInvalid)),
        ];
        for (given, expect) in cases {
            let found = IfMatch::parse(given).and_then(|m| m.check(Version(7))).map_err(|p| p.code());
            assert_eq!(found, expect, "{given}");
        }
        let many = vec!["\"v1\""; IF_MATCH_TAGS_MAX + 1].join(",");
        assert_eq!(IfMatch::parse(&many).unwrap_err().code(), Code::HeaderInvalid);
    }

    #[test]
    fn the_single_version_is_what_was_written() {
        assert_eq!(
            IfMatch::parse(&Version(u64::MAX).to_string()).and_then(|m| m.single()).unwrap(),
            Version(u64::MAX)
        );
        assert!(IfMatch::parse("\"v1\",\"v2\"").and_then(|m| m.single()).is_err());
    }
}
