//! Reading JSON bodies: two passes, every failure a clear problem.
//!
//! The first pass (`strict`) asks whether the body is sound JSON; the second reads it into a type and
//! names the place of the first value that does not fit. Answers never repeat a value of the body. Use
//! [`Json`] instead of axum's extractor in every handler.

mod strict;

use super::limits::{BODY_BYTES_MAX, JSON_DEPTH_MAX};
use super::problem::{Code, Problem};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use sha2::{Digest, Sha256};

/// A JSON body, read strictly, and what identifies the request for idempotency.
#[derive(Debug, Clone)]
pub struct Json<T> {
    /// The value.
    pub value: T,
    /// Identifies method, path and body.
    pub fingerprint: Fingerprint,
}

/// SHA-256 over method, path and the bytes of the body: equal exactly when a request was repeated as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a request.
    pub fn of(method: &str, path: &str, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for part in [method.as_bytes(), path.as_bytes(), body] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Self::read(request, BODY_BYTES_MAX).await
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// Reads a body with a bound of its own.
    ///
    /// # Errors
    /// The problem to answer with.
    pub async fn read(request: Request, bytes_max: usize) -> Result<Self, Problem> {
        media_type(request.headers())?;
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let body = read_body(request, bytes_max).await?;
        let fingerprint = Fingerprint::of(method.as_str(), &path, &body);
        Ok(Self { value: parse(&body)?, fingerprint })
    }
}

/// Reads a body of at most `bytes_max` bytes.
pub async fn read_body(request: Request, bytes_max: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(Code::BodyTooLarge).detail(format!("the bound is {bytes_max} bytes"));
    let declared =
        request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > bytes_max as u64) {
        return Err(too_large());
    }
    match Limited::new(request.into_body(), bytes_max).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::new(Code::BodyNotJson).detail("the connection broke while the body was read")),
    }
}

/// Reads sound JSON into a type, or says what is wrong and where.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let text = strict::check(body, JSON_DEPTH_MAX).map_err(|fault| match fault {
        strict::Fault::NotUtf8 { offset } => {
            Problem::new(Code::BodyNotUtf8).detail(format!("byte {offset} is not UTF-8"))
        }
        strict::Fault::Grammar { message } => Problem::new(Code::BodyNotJson).detail(message),
        strict::Fault::DuplicateKey { pointer } => {
            Problem::new(Code::BodyDuplicateKey).at(pointer, "occurs twice")
        }
        strict::Fault::TooDeep { pointer } => {
            Problem::new(Code::BodyTooDeep).at(pointer, format!("lies deeper than {JSON_DEPTH_MAX} levels"))
        }
    })?;
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(|error| {
        let message = error.inner().to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(before, _)| before);
        Problem::new(Code::BodyInvalid).at(pointer(&steps(error.path())), without_values(message))
    })
}

fn media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let refuse = |text| Err(Problem::new(Code::BodyTypeUnsupported).detail(text));
    if headers.get(header::CONTENT_ENCODING).is_some_and(|v| v != "identity") {
        return refuse("a `Content-Encoding` is not read");
    }
    let Some(given) = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()) else {
        return refuse("`Content-Type` is missing");
    };
    let mut parts = given.split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next().unwrap_or_default();
    if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
        return refuse("`Content-Type` must be `application/json`");
    }
    if parts.any(|p| p.strip_prefix("charset=").is_some_and(|c| c.trim_matches('"') != "utf-8")) {
        return refuse("the only charset of JSON is UTF-8");
    }
    Ok(())
}

/// A message of the typed reading without the values it repeats: "expected u8, found a string".
pub(super) fn without_values(message: &str) -> String {
    let found = ["invalid type: ", "invalid value: "].iter().find_map(|p| message.strip_prefix(p));
    if let Some((given, expected)) = found.and_then(|rest| rest.rsplit_once(", expected ")) {
        let kind = given.split([' ', '`', '"']).next().unwrap_or_default();
        return format!("expected {expected}, found {kind}");
    }
    for kind in ["unknown variant", "unknown field"] {
        if message.starts_with(kind) {
            let known = message.rsplit_once("`, ").map_or("", |(_, tail)| tail);
            let known = message.split_once(", expected ").map_or(known, |(_, tail)| tail);
            return if known.is_empty() { kind.to_owned() } else { format!("{kind}, expected {known}") };
        }
    }
    // Our own types name the word that they refused in backquotes.
    match message.strip_prefix('`').and_then(|rest| rest.rsplit_once("` is not ")) {
        Some((_, expected)) => format!("is not {expected}"),
        None => message.to_owned(),
    }
}

fn steps(path: &Path) -> Vec<String> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { variant } => Some(variant.clone()),
            Segment::Unknown => None,
        })
        .collect()
}

fn pointer(steps: &[String]) -> String {
    steps.iter().fold(String::new(), |text, step| text + "/" + &step.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the shape matters")]
    struct Order {
        name: String,
        count: u8,
        kind: Kind,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Person,
        Firm,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only the shape matters")]
    struct Line {
        share: u8,
    }

    #[track_caller]
    fn refused(body: &str, code: Code, pointer: &str, detail: &str) {
        let problem = parse::<Order>(body.as_bytes()).unwrap_err();
        let found: Vec<_> =
            problem.errors().iter().map(|e| (e.pointer.as_str(), e.detail.as_str())).collect();
        assert_eq!((problem.code(), found), (code, vec![(pointer, detail)]));
    }

    #[test]
    fn shape_errors_name_the_place_and_never_the_value() {
        let bad = Code::BodyInvalid;
        refused(r#"{"name":"A","kind":"firm"}"#, bad, "", "missing field `count`");
        refused(r#"{"name":7,"count":1,"kind":"firm"}"#, bad, "/name", "expected a string, found integer");
        refused(
            r#"{"name":"A","count":"Jane Roe, expected x","kind":"firm"}"#,
            bad,
            "/count",
            "expected u8, found string",
        );
        refused(r#"{"name":"A","count":256,"kind":"firm"}"#, bad, "/count", "expected u8, found integer");
        refused(
            r#"{"name":"A","count":1,"kind":"Jane Roe"}"#,
            bad,
            "/kind",
            "unknown variant, expected `person` or `firm`",
        );
        refused(
            r#"{"name":"A","count":1,"kind":"firm","lines":[{"share":1},{"share":null}]}"#,
            bad,
            "/lines/1/share",
            "expected u8, found null",
        );
        refused(
            r#"{"name":"A","count":1,"kind":"firm","who":1}"#,
            bad,
            "/who",
            "unknown field, expected one of `name`, `count`, `kind`, `lines`",
        );
        refused(r#"{"name":"A","lines":[],"lines":[]}"#, Code::BodyDuplicateKey, "/lines", "occurs twice");
    }

    #[test]
    fn words_of_our_own_types_are_left_out_too() {
        let given = "`Jane ` is not` is not a state of an account; use one of `a`, `b`";
        assert_eq!(without_values(given), "is not a state of an account; use one of `a`, `b`");
        assert_eq!(without_values("`Jane` is not an instant; write it"), "is not an instant; write it");
    }

    #[test]
    fn fingerprints_differ_by_every_part_and_its_border() {
        let base = Fingerprint::of("POST", "/a", b"b");
        assert_eq!(base, Fingerprint::of("POST", "/a", b"b"));
        for other in [
            Fingerprint::of("PUT", "/a", b"b"),
            Fingerprint::of("POST", "/ab", b""),
            Fingerprint::of("POST", "/a", b"c"),
        ] {
            assert_ne!(base, other);
        }
    }
}
