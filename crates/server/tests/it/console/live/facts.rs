//! What staff record about a party, through the form alone: it settles what does not agree, and says what it lacks.

use axum::http::StatusCode;
use serde_json::json;
use tenantry_model::case::CaseKind;
use tenantry_model::fact::{FactKind, Source, Strength};
use tenantry_model::id::{AccountId, CaseId, PartyId};
use tenantry_model::party::Status;
use tenantry_model::staff::Role;
use tenantry_register::parties::{FactView, PartyView};

use super::given::{House, hidden_fields};
use super::world::system;

/// A check that confirms.
const CHECKED: [(&str, &str); 5] = [
    ("strength", "corroborated"),
    ("method", "document_examined"),
    ("description", "certificate of naturalisation, original seen at the desk"),
    ("checked_on", "2026-11-22"),
    ("result", "pass"),
];
/// A note without a check.
const NOTED: [(&str, &str); 4] =
    [("strength", "self_asserted"), ("method", ""), ("result", ""), ("description", "")];

fn customer(house: &House, account: AccountId) -> PartyId {
    house.register.account(&system(), account).unwrap().roles[0].party
}

fn seen(house: &House, party: PartyId) -> PartyView {
    house.register.party(&system(), party).unwrap()
}

fn discrepancy(house: &House, account: AccountId) -> CaseId {
    let cases = house.register.account(&system(), account).unwrap().cases;
    cases.iter().find(|case| case.kind == CaseKind::Discrepancy).unwrap().id
}

/// The one fact that staff recorded.
fn recorded(view: &PartyView) -> &FactView {
    view.facts.iter().find(|fact| fact.source == Source::Reviewer).unwrap()
}

/// Rules the decision in force rests on.
fn rules(house: &House, account: AccountId) -> String {
    let decision = house.register.account(&system(), account).unwrap().decision.unwrap();
    serde_json::to_string(&decision.reasons).unwrap()
}

fn with<'a>(fields: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [fields, more].concat()
}

#[tokio::test]
async fn a_contradiction_is_settled_by_what_a_reviewer_found() {
    let house = House::new();
    let account = house.apply_contradicting();
    let party = customer(&house, account);
    house.clock.advance_micros(60_000_000);
    assert!(rules(&house, account).contains("status_contradiction"));
    let (page, facts) = (format!("/console/parties/{party}"), format!("/console/parties/{party}/facts"));
    let mut reviewer = house.visitor(Role::Reviewer).await;

    // From the case to the form.
    let case = discrepancy(&house, account);
    reviewer.get(&format!("/console/cases/{case}")).await.shows(&format!("href=\"{facts}\""));
    let citizenship = format!("{facts}?kind=citizenship");
    reviewer.get(&facts).await.is(StatusCode::OK).shows("Evidence of US citizenship").shows(&citizenship);
    reviewer.get(&page).await.shows("Contradictions").shows(&citizenship);

    reviewer.get(&citizenship).await.is(StatusCode::OK).hides("name=\"street\"");
    let fields = with(&[("jurisdiction", "US")], &CHECKED);
    let done = reviewer.send_form(&facts, &fields).await.leads_to(&format!("{page}?done=facts-recorded"));
    let state = house.register.account(&system(), account).unwrap().summary.state;
    let notice = format!("Assessed again: ref-3 is {}.", state.as_str().replace('_', " "));
    reviewer.follow(done).await.is(StatusCode::OK).shows(&notice).hides("Contradictions");

    assert!(!rules(&house, account).contains("status_contradiction"), "{}", rules(&house, account));
    let view = seen(&house, party);
    assert_eq!(view.status, Status::UsPerson);
    assert_eq!(view.finding.as_ref().unwrap().contradictions, []);
    let fact = recorded(&view);
    assert_eq!((fact.kind, fact.strength), (FactKind::Citizenship, Strength::Corroborated));
    let check = view.checks.iter().find(|check| Some(check.id) == fact.evidence).unwrap();
    assert_eq!(check.checked_at, "2026-11-22T00:00:00Z".parse().unwrap());
    assert_eq!(fact.stated_at, check.checked_at);
}

#[tokio::test]
async fn an_organisation_is_asked_for_its_own_kinds_of_facts() {
    let house = House::new();
    let law = |code: &str| json!({ "fact": { "kind": "organised_under", "jurisdiction": code } });
    let application = json!({ "reference": "ref-4", "parties": [{
        "key": "co", "kind": "organisation", "roles": ["customer"],
        "facts": [{ "fact": { "kind": "legal_name", "text": "Examplar Holdings" } }, law("US-DE"), law("CY")],
    }] });
    let account =
        house.register.apply(&system(), serde_json::from_value(application).unwrap()).unwrap().account;
    let party = customer(&house, account);
    house.clock.advance_micros(60_000_000);
    let facts = format!("/console/parties/{party}/facts");
    let mut officer = house.visitor(Role::ComplianceOfficer).await;
    let page =
        officer.get(&facts).await.is(StatusCode::OK).shows("A register extract of the place of constitution");
    page.shows("value=\"headquarters\"").hides("value=\"citizenship\"");
    officer.get(&format!("{facts}?kind=date_of_birth")).await.shows("not recorded here for an organisation");
    officer.get(&format!("{facts}?kind=organised_under")).await.is(StatusCode::OK);
    let done = officer.send_form(&facts, &with(&[("jurisdiction", "us-de")], &CHECKED)).await;
    officer.follow(done).await.shows("Recorded. Assessed again: ref-4").hides("Contradictions");
    assert_eq!(seen(&house, party).status, Status::UsPerson);
}

#[tokio::test]
async fn a_note_is_recorded_and_settles_nothing() {
    let house = House::new();
    let account = house.apply_contradicting();
    let party = customer(&house, account);
    let facts = format!("/console/parties/{party}/facts");
    let mut officer = house.visitor(Role::ComplianceOfficer).await;
    officer.get(&format!("{facts}?kind=citizenship")).await.is(StatusCode::OK);
    let done = officer.send_form(&facts, &with(&[("jurisdiction", "US")], &NOTED)).await;
    officer
        .follow(done)
        .await
        .is(StatusCode::OK)
        .shows("Recorded. Assessed again: ref-3")
        .shows("Contradictions");
    let view = seen(&house, party);
    let fact = recorded(&view);
    assert_eq!((fact.strength, fact.evidence), (Strength::SelfAsserted, None));
}

/// What a form shows again: everything but what does not belong to it and a word that is not in its list.
fn kept<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let foreign =
        |name: &str, value: &str| ["street", "supersedes"].contains(&name) || value == "authenticated";
    fields.iter().copied().filter(|(name, value)| !value.is_empty() && !foreign(name, value)).collect()
}

#[tokio::test]
async fn what_is_missing_or_not_expected_is_named_and_what_was_typed_stays() {
    let house = House::new();
    let party = customer(&house, house.apply_harmless());
    let facts = format!("/console/parties/{party}/facts");
    let before = seen(&house, party).facts.len();
    let mut reviewer = house.visitor(Role::Reviewer).await;
    let document = [
        ("document", "passport"),
        ("jurisdiction", "US"),
        ("number", "X1234567"),
        ("expires_on", "2031-05-01"),
    ];
    let but = |name: &'static str, value: &'static str| {
        let mut fields = with(&document, &CHECKED);
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value));
        fields
    };
    for (fields, problem) in [
        (but("number", ""), "“Number” is missing."),
        (but("document", ""), "“Kind of document” is missing."),
        (but("jurisdiction", "Atlantis"), "“Issuing state” must be the code of a country"),
        (but("expires_on", "2031-02-30"), "“Valid until” must be written year-month-day, and exist."),
        (but("street", "1 Street"), "“Street and number” does not belong to “Identity document”"),
        (but("strength", ""), "Choose how well it is supported"),
        (but("strength", "authenticated"), "Choose how well it is supported"),
        (but("strength", "self_asserted"), "A check that confirms makes the fact corroborated."),
        (but("result", "fail"), "Only a check that confirms corroborates a fact."),
        (but("method", ""), "“How you checked” of the check is missing."),
        (but("description", ""), "“What you looked at” of the check is missing."),
        (
            but("checked_on", "2026-11-24"),
            "The day of the check lies in the future; days are counted in UTC.",
        ),
        (but("supersedes", "fct_00000000000000000000000000"), "of its own kind only"),
    ] {
        reviewer.get(&format!("{facts}?kind=identity_document")).await.is(StatusCode::OK);
        let again = reviewer.send_form(&facts, &fields).await.is(StatusCode::OK);
        let again = again.shows("role=\"alert\"").shows(problem);
        for (name, value) in kept(&fields) {
            let chosen = ["document", "strength", "method", "result"].contains(&name);
            let shown =
                if chosen { format!("value=\"{value}\" selected") } else { format!("value=\"{value}\"") };
            assert!(again.text.contains(&shown), "{name} is lost after {problem}");
        }
    }
    // A corroborated fact without any check.
    reviewer.get(&format!("{facts}?kind=identity_document")).await;
    let unchecked = with(&document, &[("strength", "corroborated"), ("method", ""), ("result", "")]);
    reviewer
        .send_form(&facts, &unchecked)
        .await
        .is(StatusCode::OK)
        .shows("A corroborated fact needs its check");
    // What the register itself refuses is said in the form too.
    reviewer.get(&format!("{facts}?kind=date_of_birth")).await;
    let unborn = with(&[("date", "2030-01-01")], &CHECKED);
    reviewer.send_form(&facts, &unborn).await.is(StatusCode::OK).shows("A date of birth lies in the past.");
    for kind in ["organised_under", "national_id", "nothing"] {
        let seen = reviewer.get(&format!("{facts}?kind={kind}")).await.is(StatusCode::OK);
        seen.shows("not recorded here for an individual").shows("Choose a kind");
    }
    assert_eq!(seen(&house, party).facts.len(), before);
}

#[tokio::test]
async fn who_may_not_add_facts_sees_no_form_and_is_refused() {
    let house = House::new();
    let account = house.apply_contradicting();
    let (party, case) = (customer(&house, account), discrepancy(&house, account));
    let (page, facts) = (format!("/console/parties/{party}"), format!("/console/parties/{party}/facts"));
    let before = seen(&house, party).facts.len();
    for role in [Role::Auditor, Role::Legal, Role::Operator, Role::Administrator] {
        let mut browser = house.visitor(role).await;
        browser.get(&page).await.is(StatusCode::OK).shows("Contradictions").hides(&facts);
        browser.get(&format!("/console/cases/{case}")).await.hides(&facts);
        browser.get(&facts).await.is(StatusCode::FORBIDDEN);
        let mut fields = hidden_fields(&browser.page, "/console/logout");
        for (name, value) in with(&[("kind", "citizenship"), ("jurisdiction", "US")], &CHECKED) {
            fields.push((name.to_owned(), value.to_owned()));
        }
        browser.post(&facts, &fields).await.is(StatusCode::FORBIDDEN);
    }
    assert_eq!(seen(&house, party).facts.len(), before);
}

#[tokio::test]
async fn a_wrong_fact_is_retired_by_the_one_that_takes_its_place() {
    let house = House::new();
    let party = customer(&house, house.apply_harmless());
    let facts = format!("/console/parties/{party}/facts");
    let old = seen(&house, party).facts.into_iter().find(|fact| fact.kind == FactKind::Address).unwrap().id;
    let mut reviewer = house.visitor(Role::Reviewer).await;
    let form = format!("{facts}?kind=address");
    let (street, ticked) = ("5 Quillfeather Rise", old.to_string());
    reviewer.get(&form).await.is(StatusCode::OK).shows(&ticked).hides("2 Queen Street");
    let mut fields = hidden_fields(&reviewer.page, &facts);
    let typed =
        [("usage", "residential"), ("street", street), ("jurisdiction", "NZ"), ("supersedes", &ticked)];
    fields.retain(|(name, _)| !typed.iter().chain(&NOTED).any(|(given, _)| given == name));
    let given = typed.iter().chain(&NOTED).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    fields.extend(given);
    let done = format!("/console/parties/{party}?done=facts-recorded");
    // Sent twice, done once.
    reviewer.post(&facts, &fields).await.leads_to(&done);
    reviewer.post(&facts, &fields).await.leads_to(&done);
    let addresses: Vec<_> =
        seen(&house, party).facts.into_iter().filter(|fact| fact.kind == FactKind::Address).collect();
    assert_eq!(addresses.len(), 2);
    assert_eq!(addresses.iter().filter(|fact| fact.superseded_at.is_none()).count(), 1);
    assert!(addresses.iter().any(|fact| fact.id == old && fact.superseded_at.is_some()));
    // What is no longer in force is not offered, and refused when it is sent all the same.
    reviewer.get(&form).await.hides(&ticked);
    let late = with(&typed, &NOTED);
    reviewer.send_form(&facts, &late).await.is(StatusCode::OK).shows("no longer in force").shows(street);

    let addresses = reviewer.addresses.lock().unwrap().join("\n");
    assert!(!addresses.contains("Quillfeather"), "{addresses}");
    assert!(!crate::harness::log_text().contains("Quillfeather"), "a typed value is in the log");
}
