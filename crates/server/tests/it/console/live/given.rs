//! A deployment with staff of every role, and browsers that follow no redirect and run no script.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tenantry_lists::{OwnMapping, read_own_csv};
use tenantry_model::id::{AccountId, StaffId};
use tenantry_model::staff::{Actor, Job, Role};
use tenantry_register::people::NewStaff;
use tenantry_register::{Call, Register, SetUp};
use tenantry_server::console::ConsoleOptions;
use tenantry_server::http::rate::{Rate, Rates};
use tenantry_server::webhooks::target::TargetPolicy;
use tenantry_server::{ServerOptions, server};
use tenantry_store::{MIGRATIONS, Store, StoreExt};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::{FixedClock, SeededEntropy};
use tenantry_vault::{RootKey, SealedFile, StretchCost, Unlock};
use tower::ServiceExt;

use crate::console::html::tags;

const PACK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/eo13984-nprm-2024.toml"));
/// When every test begins.
pub(crate) const START: &str = "2026-11-23T08:00:00Z";
/// The applicant who resembles the listed person. No page, address or log line may hold any of these unasked.
pub(crate) const NAME: &str = "Dmitri Sergeyevich Volkonskov";
pub(crate) const BORN: &str = "1969-03-14";
pub(crate) const EMAIL: &str = "volkonskov.seeded@example.org";
pub(crate) const PHONE: &str = "+64912004321";
pub(crate) const PASSPORT: &str = "P7654321";
pub(crate) const STREET: &str = "17 Seeded Lane";
/// All seeded values of the applicant.
pub(crate) const SEEDED: &[&str] =
    &[NAME, "Volkonskov", BORN, EMAIL, PHONE, PASSPORT, STREET, "198.51.100.77", "tok_seeded_1"];

const LIST: &str = "id,name,born,country\n1,\"VOLKONSKOV, Dmitri Sergeyevich\",1969-03-14,ru\n2,\"ZUBRANSKY, Ottokar\",1951-07-02,cz\n";
const LIST_MAPPING: &str = r#"
list = "test-list"
title = "Listed for the tests"
id = "id"
schema = "Person"
[columns]
name = "name"
born = "birthDate"
country = "country"
"#;

/// So high that no test meets them.
const RATES: Rates = {
    let rate = Rate { per_second: 1_000_000, burst: 1_000_000 };
    Rates { gate: rate, general: rate, anonymous: rate }
};

pub(crate) struct House {
    pub(crate) register: Register,
    pub(crate) clock: FixedClock,
    pub(crate) staff: BTreeMap<Role, StaffId>,
    app: Router,
    _folder: TempDir,
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
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        store.migrate(MIGRATIONS).unwrap();
        let clock = FixedClock::at(START.parse().unwrap());
        let entropy = Arc::new(SeededEntropy::new(1));
        let set_up = SetUp { origin: "ledger.example.net/test".to_owned(), pack: PACK.to_owned() };
        let root = root_key(folder.path());
        let register =
            Register::set_up(store, root, Arc::new(clock.clone()), entropy.clone(), set_up).unwrap();
        let mapping: OwnMapping = LIST_MAPPING.parse().unwrap();
        let reading = read_own_csv(&mapping, None, LIST.as_bytes()).unwrap();
        register.import_list(&system(), &reading).unwrap();
        let staff = Role::ALL.iter().map(|role| (*role, hire(&register, *role, "one"))).collect();
        let options = ServerOptions {
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: public_url.to_owned(),
            trusted_proxies: Vec::new(),
            rates: RATES,
            webhook_targets: TargetPolicy::PublicOnly,
            clock: Arc::new(clock.clone()),
            entropy,
            console,
        };
        let state = server::state(register.clone(), &options).unwrap();
        let app = server::app(&state, server::edge(&state, &options), options.console.clone());
        Self { register, clock, staff, app, _folder: folder }
    }

    /// Somebody of this role, logged in by a one-time link.
    pub(crate) async fn visitor(&self, role: Role) -> Browser {
        self.browser_of(self.staff[&role]).await
    }

    /// A second person of this role.
    pub(crate) async fn colleague(&self, role: Role) -> Browser {
        self.browser_of(hire(&self.register, role, "two")).await
    }

    pub(crate) async fn browser_of(&self, staff: StaffId) -> Browser {
        let token = self.register.login_link(&system(), staff).unwrap();
        let mut browser = self.browser();
        let path = format!("/console/login/link?token={}", hex(&token));
        browser.get(&path).await.is(StatusCode::OK);
        browser.send_form("/console/login/link", &[]).await.leads_to("/console/credentials");
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

    /// Applies for the account of somebody who resembles a listed person.
    pub(crate) fn apply_listed(&self) -> AccountId {
        self.apply("ref-1", NAME, BORN, 1)
    }

    /// Applies for an account that opens.
    pub(crate) fn apply_harmless(&self) -> AccountId {
        self.apply("ref-2", "Aroha Wiremu Ngata", "1985-04-12", 2)
    }

    fn apply(&self, reference: &str, name: &str, born: &str, number: u32) -> AccountId {
        let first = number == 1;
        let checked = |fact: Value| json!({ "fact": fact, "check": "passport", "source": "document" });
        let said = |fact: Value| json!({ "fact": fact });
        let passport = if first { PASSPORT.to_owned() } else { format!("P{number:07}") };
        let email = if first { EMAIL.to_owned() } else { format!("person{number}@example.org") };
        let phone = if first { PHONE.to_owned() } else { format!("+64912{number:05}") };
        let street = if first { STREET.to_owned() } else { format!("{number} Queen Street") };
        let token = format!("tok_seeded_{number}");
        let application = json!({
            "reference": reference,
            "parties": [{
                "key": "me", "kind": "individual", "roles": ["customer", "user", "payer"],
                "facts": [
                    checked(json!({ "kind": "legal_name", "text": name })),
                    checked(json!({ "kind": "date_of_birth", "date": born })),
                    checked(json!({ "kind": "citizenship", "jurisdiction": "NZ" })),
                    checked(json!({ "kind": "identity_document", "document": "passport", "jurisdiction": "NZ", "number": passport })),
                    said(json!({ "kind": "status_claim", "claim": "foreign_person" })),
                    said(json!({ "kind": "address", "usage": "residential", "street": street, "locality": "Town", "jurisdiction": "NZ" })),
                    said(json!({ "kind": "place_of_use", "jurisdiction": "NZ" })),
                    said(json!({ "kind": "email", "address": email })),
                    said(json!({ "kind": "telephone", "number": phone })),
                    said(json!({ "kind": "payment", "method": "card", "token": token })),
                    said(json!({ "kind": "access_from", "ip": format!("198.51.100.{}", 76 + number), "access": "sign_up", "jurisdiction": "NZ" })),
                ],
                "checks": [{ "key": "passport", "method": "document_examined", "result": "pass", "checked_at": START,
                             "description": "passport, read by machine" }],
            }],
        });
        self.clock.advance_micros(1_000_000);
        let applied = self.register.apply(&system(), serde_json::from_value(application).unwrap()).unwrap();
        self.register.follow_gate().unwrap();
        applied.account
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
        let text = String::from_utf8(body.to_vec()).unwrap();
        self.addresses.lock().unwrap().extend(location.clone().into_iter().chain([path.to_owned()]));
        if location.is_none() {
            text.clone_into(&mut self.page);
        }
        Seen { status, location, text, headers }
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

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) const fn system() -> Call {
    Call::by(Actor::System { job: Job::SetUp })
}

fn hire(register: &Register, role: Role, which: &str) -> StaffId {
    let new = NewStaff {
        login: format!("{role}-{which}@staff.example"),
        name: format!("{role} {which}").replace('_', " "),
        role,
    };
    register.add_staff(&system(), new).unwrap()
}

fn root_key(folder: &Path) -> Arc<dyn RootKey> {
    let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };
    let entropy = SeededEntropy::new(2);
    Arc::new(
        SealedFile::create(&folder.join("root.key"), Unlock::Passphrase("test"), cost, &entropy).unwrap(),
    )
}
