//! A server over a world, and browsers that follow no redirect and run no script.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use tenantry_model::id::StaffId;
use tenantry_model::staff::Role;
use tenantry_server::console::ConsoleOptions;
use tenantry_server::server;
use tower::ServiceExt;

use super::world::World;
use crate::console::html::tags;

/// A deployment of one test.
pub(crate) struct House {
    world: World,
    app: Router,
}

impl Deref for House {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(
            ConsoleOptions { provider: "Northwind Cloud".to_owned(), demo_story: None },
            "http://127.0.0.1",
        )
    }

    pub(crate) fn with(console: ConsoleOptions, public_url: &str) -> Self {
        crate::harness::start_log();
        let world = World::new();
        let options = world.options(console, public_url);
        let state = server::state(world.register.clone(), &options).unwrap();
        let app = server::app(&state, server::edge(&state, &options), options.console.clone());
        Self { world, app }
    }

    /// Somebody of this role, logged in as with password and code.
    pub(crate) async fn visitor(&self, role: Role) -> Browser {
        self.browser_of(self.staff[&role]).await
    }

    /// A second person of this role.
    pub(crate) async fn colleague(&self, role: Role) -> Browser {
        self.browser_of(self.hire(role)).await
    }

    pub(crate) async fn browser_of(&self, staff: StaffId) -> Browser {
        let mut browser = self.browser();
        browser.get(&self.login_path(staff)).await.is(StatusCode::OK);
        browser.send_form("/console/login/link", &[]).await.leads_to("/console/credentials");
        self.vouch();
        browser
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser {
            app: self.app.clone(),
            cookies: BTreeMap::new(),
            page: String::new(),
            addresses: Arc::default(),
        }
    }
}

/// A browser without scripts: cookies, the page it shows, and every address it was sent to.
pub(crate) struct Browser {
    app: Router,
    cookies: BTreeMap<String, String>,
    pub(crate) page: String,
    pub(crate) addresses: Arc<Mutex<Vec<String>>>,
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Seen {
        self.send(Request::get(path).body(Body::empty()).unwrap(), path).await
    }

    /// Fills in and sends the form of the page with this action. Fields not given keep what the page has in them.
    pub(crate) async fn send_form(&mut self, action: &str, fields: &[(&str, &str)]) -> Seen {
        let mut sent = hidden_fields(&self.page, action);
        assert!(!sent.is_empty(), "no form posts to {action} here:\n{}", self.page);
        sent.retain(|(name, _)| !fields.iter().any(|(given, _)| given == name));
        sent.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(action, &sent).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(String, String)]) -> Seen {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .unwrap();
        self.send(request, path).await
    }

    pub(crate) async fn post_body(&mut self, path: &str, kind: &str, body: Vec<u8>) -> Seen {
        let request = Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap();
        self.send(request, path).await
    }

    async fn send(&mut self, mut request: Request<Body>, path: &str) -> Seen {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        request.headers_mut().insert(header::ACCEPT, "text/html".parse().unwrap());
        let response = self.app.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let status = response.status();
        let headers = response.headers().clone();
        let location = headers.get(header::LOCATION).map(|l| l.to_str().unwrap().to_owned());
        let body = to_bytes(response.into_body(), 1 << 24).await.unwrap();
        let text = String::from_utf8_lossy(&body).into_owned();
        self.addresses.lock().unwrap().extend(location.clone().into_iter().chain([path.to_owned()]));
        if location.is_none() {
            text.clone_into(&mut self.page);
        }
        Seen { status, location, text, body: body.to_vec(), headers }
    }

    /// Follows where a form led.
    pub(crate) async fn follow(&mut self, seen: Seen) -> Seen {
        let path = seen.location.clone().unwrap_or_else(|| panic!("{}: {}", seen.status, seen.text));
        self.get(&path).await
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) text: String,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: axum::http::HeaderMap,
}

impl Seen {
    #[track_caller]
    pub(crate) fn is(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn leads_to(self, path: &str) -> Self {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        assert_eq!(self.location.as_deref(), Some(path));
        self
    }

    #[track_caller]
    pub(crate) fn shows(self, text: &str) -> Self {
        assert!(self.text.contains(text), "{text} is not on the page:\n{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn hides(self, text: &str) -> Self {
        assert!(!self.text.contains(text), "{text} is on the page");
        self
    }
}

/// Hidden and prefilled fields of the form with this action.
pub(crate) fn hidden_fields(page: &str, action: &str) -> Vec<(String, String)> {
    let tags = tags(page);
    let is_form = |tag: &crate::console::html::Tag| {
        tag.name == "form" && tag.get("action") == Some(action) && tag.get("method") == Some("post")
    };
    let Some(at) = tags.iter().position(is_form) else { return Vec::new() };
    let inside = tags[at + 1..].iter().take_while(|tag| tag.name != "/form");
    let inputs =
        inside.filter(|tag| tag.name == "input" && !matches!(tag.get("type"), Some("radio" | "checkbox")));
    inputs
        .filter_map(|tag| Some((tag.get("name")?.to_owned(), unescape(tag.get("value").unwrap_or_default()))))
        .collect()
}

fn unescape(text: &str) -> String {
    text.replace("&#38;", "&")
        .replace("&amp;", "&")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
