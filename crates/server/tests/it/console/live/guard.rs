//! Sessions and form tokens: nobody gets in without the one, nothing is changed without the other.

use axum::http::StatusCode;
use tenantry_model::staff::Role;
use tenantry_server::console::ConsoleOptions;

use super::given::{House, hidden_fields};
use super::world::{hex, system};

/// Every path that a form of somebody logged in posts to.
const POSTS: &[&str] = &[
    "/console/logout",
    "/console/queue/next",
    "/console/cases/cse_00000000000000000000000000/lease",
    "/console/cases/cse_00000000000000000000000000/return",
    "/console/cases/cse_00000000000000000000000000/decision",
    "/console/approvals/apr_00000000000000000000000000",
    "/console/parties/pty_00000000000000000000000000/reveal",
    "/console/parties/pty_00000000000000000000000000/facts",
    "/console/measures/new",
    "/console/orders/new",
    "/console/orders/ord_00000000000000000000000000/document",
    "/console/disclosures/new",
    "/console/disclosures/dsc_00000000000000000000000000/package",
    "/console/measures/msr_00000000000000000000000000/lift",
    "/console/measures/msr_00000000000000000000000000/extend",
    "/console/accounts/acc_00000000000000000000000000/appeal",
    "/console/rotations",
    "/console/holds",
    "/console/holds/hld_00000000000000000000000000/renew",
    "/console/holds/hld_00000000000000000000000000/release",
    "/console/erasures/ers_00000000000000000000000000/ask",
    "/console/webhooks/messages/dlv_00000000000000000000000000/replay",
    "/console/staff",
    "/console/staff/stf_00000000000000000000000000/suspend",
    "/console/staff/stf_00000000000000000000000000/link",
    "/console/staff/stf_00000000000000000000000000/link/show",
    "/console/keys",
    "/console/keys/key_00000000000000000000000000/revoke",
    "/console/credentials",
];

#[tokio::test]
async fn without_the_form_token_nothing_happens() {
    let house = House::new();
    let mut browser = house.visitor(Role::Administrator).await;
    let before = house.register.ledger_state(&system_reader()).unwrap().size;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for path in POSTS {
        for fields in [
            Vec::new(),
            vec![pair("once", "0123")],
            vec![pair("csrf", ""), pair("once", "0123")],
            vec![pair("csrf", &"0".repeat(64)), pair("once", "0123")],
        ] {
            browser.post(path, &fields).await.is(StatusCode::BAD_REQUEST).shows("another session");
        }
    }
    browser.get("/console/help").await.is(StatusCode::OK);
    assert_eq!(house.register.ledger_state(&system_reader()).unwrap().size, before);
}

fn system_reader() -> tenantry_register::Call {
    use tenantry_model::staff::{Actor, Job};
    tenantry_register::Call::by(Actor::System { job: Job::Checkpoints })
}

#[tokio::test]
async fn the_token_of_another_session_is_none() {
    let house = House::new();
    let mut other = house.visitor(Role::Reviewer).await;
    other.get("/console/help").await;
    let stolen = hidden_fields(&other.page, "/console/logout");
    let mut browser = house.visitor(Role::Administrator).await;
    browser.post("/console/logout", &stolen).await.is(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn without_a_session_everything_leads_to_the_log_in_and_back() {
    let house = House::new();
    let mut browser = house.browser();
    let next = "/console/accounts?state=open&after=acc_00000000000000000000000000";
    browser.get("/console").await.leads_to("/console/login");
    for path in ["/console/queue", "/console/anything/else"] {
        browser.get(path).await.leads_to(&format!("/console/login?next={path}"));
    }
    let seen = browser.get(next).await;
    let login =
        "/console/login?next=/console/accounts%3Fstate%3Dopen%26after%3Dacc_00000000000000000000000000";
    let seen = seen.leads_to(login);
    browser.follow(seen).await.is(StatusCode::OK);
    let fields = hidden_fields(&browser.page, "/console/login");
    assert!(fields.contains(&("next".to_owned(), next.to_owned())), "{fields:?}");
    for path in POSTS {
        browser.post(path, &[]).await.leads_to("/console/login");
    }
    browser.set_cookie("tenantry_session", &"0".repeat(64));
    browser.get("/console/queue").await.leads_to("/console/login?next=/console/queue");
}

#[tokio::test]
async fn a_link_works_once_by_its_button_and_never_by_another_site() {
    let house = House::new();
    let token = hex(&house.register.login_link(&system(), house.staff[&Role::Reviewer]).unwrap());
    let path = format!("/console/login/link?token={token}");
    // Looking does not use it up, and a form of another site lacks the cookie.
    let mut stranger = house.browser();
    stranger.get(&path).await.is(StatusCode::OK);
    let fields = hidden_fields(&stranger.page, "/console/login/link");
    house.browser().post("/console/login/link", &fields).await.is(StatusCode::BAD_REQUEST);
    let mut browser = house.browser();
    browser.get(&path).await.is(StatusCode::OK).hides("staff.example");
    browser.send_form("/console/login/link", &[]).await.leads_to("/console/credentials");
    let mut late = house.browser();
    late.get(&path).await.is(StatusCode::OK);
    late.send_form("/console/login/link", &[]).await.is(StatusCode::OK).shows("This link is used up");
}

/// A link may have gone through other hands: what it opens is the setting of what replaces it, and nothing of the register.
#[tokio::test]
async fn a_link_opens_nothing_but_the_setting_of_credentials() {
    let house = House::new();
    let mut browser = house.browser();
    browser.get(&house.login_path(house.staff[&Role::ComplianceOfficer])).await.is(StatusCode::OK);
    browser.send_form("/console/login/link", &[]).await.leads_to("/console/credentials");
    let page = browser.get("/console/credentials").await.is(StatusCode::OK).hides("Not now").text;
    let fields = hidden_fields(&page, "/console/credentials");
    for path in ["/console", "/console/queue", "/console/approvals", "/console/measures/new", "/console/help"]
    {
        browser.get(path).await.leads_to("/console/credentials");
    }
    for path in POSTS.iter().filter(|path| !["/console/credentials", "/console/logout"].contains(path)) {
        browser.post(path, &fields).await.leads_to("/console/credentials");
    }
    browser.page = page;
    browser.send_form("/console/logout", &[]).await.leads_to("/console/logged-out");
}

#[tokio::test]
async fn in_the_demo_a_link_is_all_there_is() {
    let demo = ConsoleOptions { provider: "Demo".to_owned(), demo_story: Some(Vec::new()) };
    let house = House::with(demo, "http://127.0.0.1");
    let mut browser = house.browser();
    browser.get(&house.login_path(house.staff[&Role::ComplianceOfficer])).await;
    browser.send_form("/console/login/link", &[]).await.leads_to("/console/story");
    browser.get("/console/approvals").await.is(StatusCode::OK);
}

/// Every check of a password takes 64 MiB by design, and anybody can send one.
#[tokio::test]
async fn a_flood_of_log_ins_is_refused_before_it_takes_memory() {
    let house = House::new();
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let mut browser = house.browser();
        crowd.spawn(async move {
            browser.get("/console/login").await;
            let fields = [("login", "nobody"), ("password", "wrong password here"), ("code", "000000")];
            browser.send_form("/console/login", &fields).await
        });
    }
    let answers = crowd.join_all().await;
    let (refused, answered): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|seen| seen.status == StatusCode::SERVICE_UNAVAILABLE);
    assert!(!answered.is_empty() && refused.len() >= 20, "{} of 40 were refused", refused.len());
    for seen in refused {
        assert_eq!(seen.headers["retry-after"], "5");
        seen.shows("Too much at one time");
    }
    for seen in answered {
        seen.is(StatusCode::OK).shows("That did not match");
    }
}

#[tokio::test]
async fn logging_out_ends_the_session_itself() {
    let house = House::new();
    let mut browser = house.visitor(Role::Reviewer).await;
    browser.get("/console/help").await;
    let session = browser.cookie("tenantry_session").unwrap().to_owned();
    browser.send_form("/console/logout", &[]).await.leads_to("/console/logged-out");
    assert_eq!(browser.cookie("tenantry_session"), None);
    browser.get("/console/logged-out").await.is(StatusCode::OK);
    browser.set_cookie("tenantry_session", &session);
    browser.get("/console/queue").await.leads_to("/console/login?next=/console/queue");
}

#[tokio::test]
async fn with_https_cookies_are_bound_to_the_host() {
    let house = House::with(ConsoleOptions::default(), "https://tenantry.provider.example");
    let browser = house.visitor(Role::Reviewer).await;
    assert!(browser.cookie("__Host-tenantry_session").is_some());
    let seen = house.browser().get("/console/login").await;
    let cookie = seen.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
}

#[tokio::test]
async fn colours_need_no_session_and_lead_nowhere_else() {
    let house = House::new();
    let mut browser = house.browser();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    browser.get("/console/login").await.shows("data-theme=\"system\"");
    let elsewhere = [pair("theme", "dark"), pair("here", "https://elsewhere.example/")];
    browser.post("/console/look", &elsewhere).await.leads_to("/console");
    browser.get("/console/login").await.shows("data-theme=\"dark\"");
}
