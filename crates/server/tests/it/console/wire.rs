//! What goes over the wire: headers of pages, caching of assets, and that forms send what handlers read.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tenantry_server::console::assets::serve;
use tenantry_server::console::forms::{
    AppealForm, ApprovalForm, BareForm, BehindForm, CredentialsForm, DecisionForm, DisclosureForm,
    ExtendForm, FactForm, HoldForm, InviteForm, KeyForm, LiftForm, LinkForm, LoginForm, LookForm,
    MeasureForm, OrderForm, ReadDocumentForm, RevealForm, RotationForm,
};
use tenantry_server::console::theme::{Look, Theme, safe_return};
use tenantry_server::console::views::help::HelpPage;
use tenantry_server::console::views::shell::Section;
use tenantry_server::console::{CONTENT_SECURITY_POLICY, page};

use super::html::{Tag, tags};
use super::samples::pages;

#[test]
fn a_page_carries_the_policy_and_is_not_stored() {
    let view =
        HelpPage { shell: super::samples::shell(Theme::System, Section::Help), version: "0".to_owned() };
    let reply = page(&view);
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(reply.headers()[header::CONTENT_SECURITY_POLICY], CONTENT_SECURITY_POLICY);
    assert_eq!(reply.headers()[header::CACHE_CONTROL], "no-store");
    assert!(
        CONTENT_SECURITY_POLICY.starts_with("default-src 'none'")
            && !CONTENT_SECURITY_POLICY.contains("unsafe")
    );
}

#[test]
fn an_asset_is_sent_once_and_then_confirmed() {
    let first = serve("console.css", &HeaderMap::new());
    assert_eq!(
        (first.status(), &first.headers()[header::CONTENT_TYPE]),
        (StatusCode::OK, &"text/css; charset=utf-8".parse().unwrap())
    );
    let mut known = HeaderMap::new();
    known.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
    assert_eq!(serve("console.css", &known).status(), StatusCode::NOT_MODIFIED);
    assert_eq!(serve("keys.js", &known).status(), StatusCode::OK);
    assert_eq!(serve("../console.css", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
}

#[test]
fn the_look_survives_its_cookie() {
    for theme in [Theme::System, Theme::Light, Theme::Dark] {
        let look = Look { theme, ..Look::default() };
        let cookie = look.to_set_cookie();
        assert_eq!(Look::from_cookies(cookie.split(';').next().unwrap()), look);
    }
    for odd in ["", "tenantry_look", "tenantry_look=", "tenantry_look=red.sometimes", "x=dark.off"] {
        assert_eq!(Look::from_cookies(odd), Look::default(), "{odd}");
    }
}

#[test]
fn a_switch_returns_only_inside_the_console() {
    let check = |wanted: &str, expect: &str| assert_eq!(safe_return(wanted), expect, "{wanted}");
    check("/console", "/console");
    check("/console/cases/4821?x=1", "/console/cases/4821?x=1");
    for outside in [
        "",
        "/",
        "/v1/accounts",
        "/consolex",
        "//console/",
        "https://a.example/console/",
        "/console/\r\nSet-Cookie: a",
        "/console/\\a",
    ] {
        check(outside, "/console");
    }
}

/// Every posting form of every page: its path with ids replaced, and the names it can send.
fn posting_forms() -> BTreeMap<String, Vec<String>> {
    let mut forms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, html) in pages(Theme::System) {
        let tags = tags(&html);
        for (at, form) in
            tags.iter().enumerate().filter(|(_, tag)| tag.name == "form" && tag.get("method") == Some("post"))
        {
            let inside = tags[at + 1..].iter().take_while(|tag| tag.name != "/form");
            let names = inside.filter_map(Tag::name_sent).map(str::to_owned);
            forms.entry(pattern(form.get("action").unwrap_or_default())).or_default().extend(names);
        }
    }
    forms
}

impl Tag {
    fn name_sent(&self) -> Option<&str> {
        matches!(self.name.as_str(), "input" | "select" | "textarea" | "button")
            .then(|| self.get("name"))
            .flatten()
    }
}

fn pattern(action: &str) -> String {
    let is_id = |part: &str| part.chars().any(|c| c.is_ascii_digit());
    action.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect::<Vec<_>>().join("/")
}

/// The names must be exactly what the struct reads: unknown ones are refused by it, missing ones too.
fn check<F: DeserializeOwned>(names: &[String]) -> Result<(), String> {
    let sent: Map<String, Value> = names.iter().map(|name| (name.clone(), Value::from(""))).collect();
    serde_json::from_value::<F>(Value::Object(sent)).map(drop).map_err(|error| error.to_string())
}

#[test]
fn forms_send_what_the_handlers_read() {
    for (action, names) in posting_forms() {
        assert!(
            names.iter().any(|name| name == "csrf") && names.iter().any(|name| name == "once"),
            "{action} is unguarded"
        );
        let result = match action.as_str() {
            "/console/look" => check::<LookForm>(&names),
            "/console/login" => check::<LoginForm>(&names),
            "/console/login/link" => check::<LinkForm>(&names),
            "/console/cases/{id}/decision" => check::<DecisionForm>(&names),
            "/console/parties/{id}/reveal" => check::<RevealForm>(&names),
            "/console/accounts/{id}/parties" => check::<BehindForm>(&names),
            "/console/parties/{id}/facts" => check::<FactForm>(&names),
            "/console/approvals/{id}" => check::<ApprovalForm>(&names),
            "/console/rotations" => check::<RotationForm>(&names),
            "/console/holds" => check::<HoldForm>(&names),
            "/console/measures/{id}/lift" | "/console/holds/{id}/release" | "/console/erasures/{id}/ask" => {
                check::<LiftForm>(&names)
            }
            "/console/accounts/{id}/appeal" => check::<AppealForm>(&names),
            "/console/measures/{id}/extend" => check::<ExtendForm>(&names),
            "/console/credentials" => check::<CredentialsForm>(&names),
            "/console/measures/new" => check::<MeasureForm>(&names),
            "/console/orders/new" => check::<OrderForm>(&names),
            "/console/orders/{id}/document" => check::<ReadDocumentForm>(&names),
            "/console/disclosures/new" => check::<DisclosureForm>(&names),
            "/console/staff" => check::<InviteForm>(&names),
            "/console/keys" => check::<KeyForm>(&names),
            "/console/logout"
            | "/console/queue/next"
            | "/console/cases/{id}/lease"
            | "/console/cases/{id}/return"
            | "/console/holds/{id}/renew"
            | "/console/staff/{id}/suspend"
            | "/console/staff/{id}/link"
            | "/console/staff/{id}/link/show"
            | "/console/keys/{id}/revoke"
            | "/console/keys/asked/{id}/show"
            | "/console/disclosures/{id}/package"
            | "/console/webhooks/messages/{id}/replay" => check::<BareForm>(&names),
            other => Err(format!("no handler is known for {other}")),
        };
        assert_eq!(result, Ok(()), "{action} sends {names:?}");
    }
}
