//! Who is looking, and that a form was really sent from a page of ours.
//!
//! A session is a random token in a cookie that scripts cannot read and other sites cannot make the browser send with
//! a form; the register holds its hash. Every form carries the session's form token and the idempotency key of the
//! rendering; [`Sent`] is the one place where the form token is checked. Before log-in a second cookie stands in for
//! the session, so that nobody can be logged in by somebody else's form.

use super::Console;
use super::desk::{Desk, Lobby, Reach, Trouble};
use crate::console::Reply;
use crate::console::theme::{Look, safe_return};
use crate::http::admit::ClientAddress;
use crate::http::blocking;
use crate::http::form_data::{self, PartKind};
use crate::http::json::read_body;
use crate::http::request_id::RequestId;
use axum::body::Body;
use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use subtle::ConstantTimeEq;
use tenantry_model::random::draw;
use tenantry_register::IdempotencyKey;
use tenantry_register::orders::DOCUMENT_BYTES_MAX;
use tenantry_register::people::ComesFrom;

/// Fields one form may send.
const FIELDS_MAX: usize = 64;
/// What a session that a one-time link began may reach: setting what replaces the link, and leaving.
const OPEN_BY_LINK: [&str; 2] = [CREDENTIALS, "/console/logout"];
/// Where password and authenticator are set.
pub(super) const CREDENTIALS: &str = "/console/credentials";
/// Largest form read, bytes.
const FORM_BYTES_MAX: usize = 256 << 10;
/// Largest form with a file read, bytes: the file, and the form around it.
const FILE_FORM_BYTES_MAX: usize = DOCUMENT_BYTES_MAX + FORM_BYTES_MAX;
const TOO_LARGE: &str =
    "The form did not arrive whole, or its file has more than 8 MiB. Of a larger one give SHA-256 and size.";

/// The two cookies, by name. With HTTPS the browser binds them to this host and to HTTPS (prefix `__Host-`).
#[derive(Debug, Clone, Copy)]
pub(super) struct Cookies {
    secure: Secure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Secure {
    Yes,
    No,
}

impl Cookies {
    /// The cookies of a deployment that is reached under this address.
    pub(super) fn under(public_url: &str) -> Self {
        Self { secure: if public_url.starts_with("https://") { Secure::Yes } else { Secure::No } }
    }

    const fn session(self) -> &'static str {
        match self.secure {
            Secure::Yes => "__Host-tenantry_session",
            Secure::No => "tenantry_session",
        }
    }

    const fn lobby(self) -> &'static str {
        match self.secure {
            Secure::Yes => "__Host-tenantry_lobby",
            Secure::No => "tenantry_lobby",
        }
    }

    fn set(self, name: &str, value: &str) -> String {
        let secure = if self.secure == Secure::Yes { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")
    }

    /// The cookie that holds a session until the browser is closed.
    pub(super) fn begin(self, token: &[u8; 32]) -> String {
        self.set(self.session(), &hex(token))
    }

    /// The cookie that ends a session.
    pub(super) fn end(self) -> String {
        format!("{}; Max-Age=0", self.set(self.session(), ""))
    }

    /// The cookie that stands in for a session before log-in.
    pub(super) fn wait(self, token: &str) -> String {
        self.set(self.lobby(), token)
    }
}

/// A form somebody with a session sent from a page of ours.
pub(super) struct Sent<F> {
    pub(super) desk: Desk,
    pub(super) form: F,
    /// Key of the rendering: sending the same form twice does it once.
    pub(super) once: IdempotencyKey,
}

impl<F: DeserializeOwned + Send> FromRequest<Console> for Sent<F> {
    type Rejection = Reply;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Reply> {
        let (mut parts, body) = request.into_parts();
        let desk = Desk::from_request_parts(&mut parts, console).await?;
        let expected = hex(&desk.session.form_token);
        let fields = fields(Request::from_parts(parts, body), Files::Taken).await;
        let checked: Result<(IdempotencyKey, F), Trouble> =
            fields.and_then(|fields| Ok((guarded(&fields, &expected)?, read(fields)?)));
        let trouble = match checked {
            Ok((once, form)) => return Ok(Self { desk, form, once }),
            Err(trouble) => trouble,
        };
        Err(desk.answer(|_| Err(trouble)).await)
    }
}

/// A form sent before log-in.
pub(super) struct Knocked<F> {
    pub(super) lobby: Lobby,
    pub(super) form: F,
}

impl<F: DeserializeOwned> FromRequest<Console> for Knocked<F> {
    type Rejection = Reply;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Reply> {
        let (mut parts, body) = request.into_parts();
        let known = cookie(&parts.headers, console.cookies().lobby()).map(str::to_owned);
        let Ok(lobby) = Lobby::from_request_parts(&mut parts, console).await;
        let expected = known.unwrap_or_default();
        let fields = fields(Request::from_parts(parts, body), Files::Refused).await;
        match fields.and_then(|fields| guarded(&fields, &expected).and_then(|_| read(fields))) {
            Ok(form) => Ok(Self { lobby, form }),
            Err(trouble) => Err(lobby.trouble(trouble)),
        }
    }
}

impl FromRequestParts<Console> for Desk {
    type Rejection = Reply;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Reply> {
        let Ok(lobby) = Lobby::from_request_parts(parts, console).await;
        let token = cookie(&parts.headers, console.cookies().session()).and_then(unhex);
        let Some(token) = token else { return Err(to_login(parts)) };
        let register = console.state.register.clone();
        match blocking(move || register.session(&token)).await {
            Ok(Ok(Some(session))) => {
                let desk = Self::new(lobby, session, token);
                if desk.reach() == Reach::Credentials && !OPEN_BY_LINK.contains(&parts.uri.path()) {
                    return Err(see_other(CREDENTIALS));
                }
                Ok(desk)
            }
            Ok(Ok(None)) => Err(to_login(parts)),
            Ok(Err(error)) => Err(lobby.trouble(error.into())),
            Err(_) => Err(lobby.trouble(Trouble::Mistake)),
        }
    }
}

impl FromRequestParts<Console> for Lobby {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Self::Rejection> {
        let cookies = parts.headers.get(header::COOKIE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let known = cookie(&parts.headers, console.cookies().lobby()).filter(|t| unhex::<32>(t).is_some());
        let token = known.map_or_else(|| hex(&draw::<32>(&*console.state.entropy)), str::to_owned);
        let request =
            parts.extensions.get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
        Ok(Self {
            console: console.clone(),
            look: Look::from_cookies(cookies),
            here: here(&parts.method, &parts.uri),
            done: said(&parts.uri),
            request,
            token,
            from: parts
                .extensions
                .get::<ClientAddress>()
                .map_or(ComesFrom::nowhere(), |client| ComesFrom::address(client.0)),
        })
    }
}

/// Whether a form may carry files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Files {
    /// It may, base64 in the field's value. Only of people who have logged in.
    Taken,
    /// It may not.
    Refused,
}

/// Reads the fields of a form. A name sent more than once is one field with the values joined by spaces.
async fn fields(request: Request, files: Files) -> Result<Map<String, Value>, Trouble> {
    let unreadable = || Trouble::Wrong("The form did not arrive whole.".to_owned());
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if let (Files::Taken, Some(boundary)) = (files, kind.and_then(form_data::boundary_of)) {
        let boundary = boundary.to_owned();
        let body = read_body(request, FILE_FORM_BYTES_MAX).await;
        let body = body.map_err(|_| Trouble::Wrong(TOO_LARGE.to_owned()))?;
        return blocking(move || of_parts(&body, &boundary)).await.ok().flatten().ok_or_else(unreadable);
    }
    let request = request.map(|body| Body::new(http_body_util::Limited::new(body, FORM_BYTES_MAX)));
    let Form(pairs) =
        Form::<Vec<(String, String)>>::from_request(request, &()).await.map_err(|_| unreadable())?;
    if pairs.len() > FIELDS_MAX {
        return Err(unreadable());
    }
    let mut fields: Map<String, Value> = Map::new();
    for (name, value) in pairs {
        match fields.get_mut(&name) {
            Some(Value::String(before)) => {
                before.push(' ');
                before.push_str(&value);
            }
            _ => {
                fields.insert(name, Value::String(value));
            }
        }
    }
    Ok(fields)
}

/// The fields of a form with files; `None` when it did not arrive whole.
fn of_parts(body: &[u8], boundary: &str) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    for part in form_data::parts(body, boundary)? {
        let value = match part.kind {
            PartKind::Text => std::str::from_utf8(part.bytes).ok()?.to_owned(),
            PartKind::File => STANDARD.encode(part.bytes),
        };
        if fields.insert(part.name, Value::String(value)).is_some() {
            return None;
        }
    }
    Some(fields)
}

/// The one check of form tokens; answers the key of the rendering.
fn guarded(fields: &Map<String, Value>, expected: &str) -> Result<IdempotencyKey, Trouble> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let same: bool = text("csrf").as_bytes().ct_eq(expected.as_bytes()).into();
    if expected.is_empty() || !same {
        return Err(Trouble::Forged);
    }
    IdempotencyKey::parse(text("once")).map_err(|_| Trouble::Forged)
}

fn read<F: DeserializeOwned>(fields: Map<String, Value>) -> Result<F, Trouble> {
    serde_json::from_value(Value::Object(fields))
        .map_err(|_| Trouble::Wrong("The form lacks a field or has one too many.".to_owned()))
}

/// To the log-in page, which comes back here afterwards when here is a page.
fn to_login(parts: &Parts) -> Reply {
    let here = here(&parts.method, &parts.uri);
    if here == "/console" {
        see_other("/console/login")
    } else {
        see_other(&format!("/console/login?next={}", encoded(&here)))
    }
}

/// 303 to a path of the console.
pub(super) fn see_other(path: &str) -> Reply {
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(path) = HeaderValue::from_str(path) {
        reply.headers_mut().insert(header::LOCATION, path);
    }
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// The same answer with a cookie.
pub(super) fn with_cookie(mut reply: Reply, cookie: &str) -> Reply {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        reply.headers_mut().append(header::SET_COOKIE, cookie);
    }
    reply
}

/// The page's own path and query, where the switches return to; for a form, the page it belongs to is not known and
/// the start page is taken.
fn here(method: &Method, uri: &Uri) -> String {
    if method != Method::GET {
        return "/console".to_owned();
    }
    let kept = uri.query().map(|query| {
        let pairs = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("done="));
        pairs.collect::<Vec<_>>().join("&")
    });
    let whole = match kept {
        Some(query) if !query.is_empty() => format!("{}?{query}", uri.path()),
        _ => uri.path().to_owned(),
    };
    safe_return(&whole).to_owned()
}

/// The code of what was just done, as a redirect carries it.
fn said(uri: &Uri) -> String {
    let mut codes = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.strip_prefix("done="));
    codes.next_back().unwrap_or_default().to_owned()
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Bytes from lower-case hexadecimal of exactly their length.
pub(super) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>()?.try_into().ok()
}

/// A text as one value of a query.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
