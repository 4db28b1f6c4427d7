//! The work of a day through forms alone, as a browser without scripts sends them.

use axum::http::StatusCode;
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::party::PartyKind;
use tenantry_model::staff::Role;

use super::given::House;
use super::world::{BORN, NAME, system};

#[tokio::test]
async fn a_match_is_confirmed_by_two_people() {
    let house = House::new();
    let account = house.apply_listed();
    let mut reviewer = house.visitor(Role::Reviewer).await;
    reviewer.get("/console/queue").await.is(StatusCode::OK).shows("ref-1").hides(NAME);
    let seen = reviewer.send_form("/console/queue/next", &[]).await;
    let case = seen.location.clone().unwrap();
    // The lease is the record of looking: only now the values are there.
    reviewer.follow(seen).await.is(StatusCode::OK).shows(BORN).shows("listed");
    let decision = format!("{case}/decision");
    let confirm =
        |note, reason| [("verdict", "confirm"), ("reason", reason), ("note", note), ("then", "stay")];
    reviewer
        .send_form(&decision, &confirm("too bad", "different_birth_date"))
        .await
        .is(StatusCode::OK)
        .shows("does not go with this verdict");
    reviewer
        .send_form(&decision, &confirm("", "same_identity"))
        .await
        .is(StatusCode::OK)
        .shows("need a note");
    let note = "Name, date of birth and document agree.";
    let seen = reviewer
        .send_form(&decision, &confirm(note, "same_identity"))
        .await
        .leads_to(&format!("{case}?done=asked-second"));
    reviewer
        .follow(seen)
        .await
        .shows("A second person was asked")
        .shows("Your verdict waits for a second person")
        .hides(BORN);
    // The maker sees the request and cannot approve it.
    reviewer.get("/console/approvals").await.shows("Asked by you").shows("Nothing waits for your approval");

    let mut officer = house.visitor(Role::ComplianceOfficer).await;
    let list = officer.get("/console/approvals").await.is(StatusCode::OK).shows("verdict on a case").text;
    let request = link_below(&list, "/console/approvals/");
    officer
        .get(&request)
        .await
        .is(StatusCode::OK)
        .shows("same identity")
        .shows("Evidence and note are in the case")
        .hides(note);
    // The second person looks at the evidence first, which is on record too.
    officer.get(&case).await.is(StatusCode::OK).hides(note);
    officer.send_form(&format!("{case}/lease"), &[]).await.leads_to(&format!("{case}?done=leased"));
    officer.get(&case).await.is(StatusCode::OK).shows(note).shows(BORN).shows("Approve this content");
    officer.get(&request).await;
    officer
        .send_form(&request, &[("verdict", "approve"), ("phrase", "yes"), ("note", "")])
        .await
        .is(StatusCode::BAD_REQUEST);
    officer.get(&request).await;
    officer
        .send_form(&request, &[("verdict", "approve"), ("phrase", "Approve"), ("note", "")])
        .await
        .leads_to("/console/approvals?done=approved");
    let view = house.register.account(&system(), account).unwrap();
    assert_eq!((view.summary.state, view.for_cause), (AccountState::Refused, true));
    officer.get(&case).await.is(StatusCode::OK).shows("This case is closed").shows("same identity");
}

#[tokio::test]
async fn a_verdict_goes_back_with_a_reason() {
    let house = House::new();
    house.apply_listed();
    let mut reviewer = house.visitor(Role::Reviewer).await;
    reviewer.get("/console/queue").await;
    let seen = reviewer.send_form("/console/queue/next", &[]).await;
    let case = seen.location.clone().unwrap();
    reviewer.follow(seen).await;
    let fields = [
        ("verdict", "confirm"),
        ("reason", "same_identity"),
        ("note", "They are the same."),
        ("then", "next"),
    ];
    reviewer
        .send_form(&format!("{case}/decision"), &fields)
        .await
        .leads_to("/console/queue?done=asked-second");
    let mut officer = house.visitor(Role::ComplianceOfficer).await;
    let list = officer.get("/console/approvals").await.text;
    let request = link_below(&list, "/console/approvals/");
    officer.get(&request).await;
    officer
        .send_form(&request, &[("verdict", "return"), ("phrase", ""), ("note", "no")])
        .await
        .is(StatusCode::BAD_REQUEST);
    officer.get(&request).await;
    let back = [("verdict", "return"), ("phrase", ""), ("note", "Look at the place of birth first.")];
    officer.send_form(&request, &back).await.leads_to("/console/approvals?done=returned");
    reviewer.get(&case).await.is(StatusCode::OK).shows("Take the case");
}

#[tokio::test]
async fn a_case_is_one_persons_at_a_time() {
    let house = House::new();
    house.apply_listed();
    let mut one = house.visitor(Role::Reviewer).await;
    let mut other = house.colleague(Role::Reviewer).await;
    one.get("/console/queue").await;
    let seen = one.send_form("/console/queue/next", &[]).await;
    let case = seen.location.clone().unwrap();
    other.get(&case).await.is(StatusCode::OK).shows("reviewer one holds this case").hides(NAME);
    other.get("/console/queue").await;
    other.send_form("/console/queue/next", &[]).await.leads_to("/console/queue?done=queue-empty");
    one.follow(seen).await;
    // Seen twice, sent once: the form of an older version is refused.
    let stale = super::given::hidden_fields(&one.page, &format!("{case}/decision"));
    one.send_form(&format!("{case}/return"), &[]).await.leads_to("/console/queue?done=given-back");
    other.get(&case).await;
    other.send_form(&format!("{case}/lease"), &[]).await.leads_to(&format!("{case}?done=leased"));
    let mut fields = stale;
    for (name, value) in [("verdict", "dismiss"), ("reason", "different_birth_date"), ("then", "stay")] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    one.post(&format!("{case}/decision"), &fields)
        .await
        .is(StatusCode::CONFLICT)
        .shows("This changed while you were looking");
}

#[tokio::test]
async fn a_reveal_is_recorded_before_it_shows() {
    let house = House::new();
    let account = house.apply_harmless();
    let party = house.register.account(&system(), account).unwrap().roles[0].party;
    let path = format!("/console/parties/{party}");
    let name = "Aroha Wiremu Ngata";
    let mut reviewer = house.visitor(Role::Reviewer).await;
    reviewer.get(&path).await.is(StatusCode::OK).shows("Values are masked").hides(name);
    let before = looks(&house, account);
    let reveal = format!("{path}/reveal");
    reviewer
        .send_form(&reveal, &[("purpose", ""), ("reference", "")])
        .await
        .is(StatusCode::OK)
        .shows("Choose a purpose")
        .hides(name);
    assert_eq!(looks(&house, account), before);
    let seen =
        reviewer.send_form(&reveal, &[("purpose", "case"), ("reference", "cse_1")]).await.is(StatusCode::OK);
    let leaf = looks(&house, account).pop().unwrap();
    assert_eq!(seen.headers["cache-control"], "no-store");
    seen.shows(name).shows(&format!("leaf={leaf}")).shows("deciding a case: cse_1");
    reviewer.get(&path).await.hides(name).shows("Personal data shown");
    // Auditors check proofs; they see no values.
    let mut auditor = house.visitor(Role::Auditor).await;
    let page = auditor.get(&path).await.is(StatusCode::OK).text;
    assert!(super::given::hidden_fields(&page, &reveal).is_empty(), "an auditor is offered to reveal");
}

fn looks(house: &House, account: tenantry_model::id::AccountId) -> Vec<i64> {
    let shown = i64::from(tenantry_register::record::RecordType::Revealed.number());
    let entries = house.register.timeline(&system(), account).unwrap();
    entries.into_iter().filter(|entry| entry.kind == shown).map(|entry| entry.leaf).collect()
}

#[tokio::test]
async fn a_measure_is_previewed_proposed_and_approved() {
    let house = House::new();
    let account = house.apply_harmless();
    let mut officer = house.visitor(Role::ComplianceOfficer).await;
    officer.get("/console/measures/new").await.is(StatusCode::OK);
    let form = |then, reason, jurisdictions| {
        [
            ("title", "Test measure"),
            ("basis", "Determination 1"),
            ("determined_on", "2026-11-20"),
            ("scope", "jurisdiction"),
            ("jurisdictions", jurisdictions),
            ("names", ""),
            ("effect", "condition"),
            ("withheld", "gpu"),
            ("withheld", "mail"),
            ("reach", "whole_chain"),
            ("effective", "at_once"),
            ("reason", reason),
            ("then", then),
        ]
    };
    let here = "/console/measures/new";
    officer
        .send_form(here, &form("preview", "", "nz xx"))
        .await
        .is(StatusCode::OK)
        .shows("is not a code of a jurisdiction");
    officer
        .send_form(here, &form("preview", "", "nz"))
        .await
        .is(StatusCode::OK)
        .shows("Who would be hit")
        .shows("ref-2");
    officer
        .send_form(here, &form("propose", "short", "nz"))
        .await
        .is(StatusCode::OK)
        .shows("at least 10 characters");
    let seen = officer
        .send_form(here, &form("propose", "The authority determined so.", "nz"))
        .await
        .is(StatusCode::SEE_OTHER);
    let measure = seen.location.clone().unwrap();
    officer.follow(seen).await.is(StatusCode::OK).shows("You made this request").shows("withholds gpu, mail");

    let mut second = house.colleague(Role::ComplianceOfficer).await;
    let list = second.get("/console/approvals").await.shows("measure").text;
    let request = link_below(&list, "/console/approvals/");
    second.get(&request).await;
    second
        .send_form(&request, &[("verdict", "approve"), ("phrase", "approve"), ("note", "")])
        .await
        .leads_to("/console/approvals?done=approved");
    let path = measure.split('?').next().unwrap().to_owned();
    second.get(&path).await.is(StatusCode::OK).shows("in force");
    house.clock.advance_micros(1_000_000);
    house
        .register
        .mind_clocks(&tenantry_register::Call::by(tenantry_model::staff::Actor::System {
            job: tenantry_model::staff::Job::Clocks,
        }))
        .unwrap();
    second.get(&format!("/console/accounts/{account}")).await.shows("sets conditions");
    second.get(&path).await;
    let notice =
        [("notice", "91 FR 70123"), ("noticed_on", "2026-11-02"), ("reason", "The authority extended it.")];
    let early = [&[("until", "2026-11-05")][..], &notice[..]].concat();
    second
        .send_form(&format!("{path}/extend"), &early)
        .await
        .is(StatusCode::OK)
        .shows("lies before the determination");
    second
        .send_form(&format!("{path}/lift"), &[("reason", "It was determined again.")])
        .await
        .leads_to(&format!("{path}?done=asked-second"));
}

#[tokio::test]
async fn first_log_in_by_link_then_password_and_code() {
    let house = House::new();
    let mut admin = house.visitor(Role::Administrator).await;
    admin.get("/console/staff").await.is(StatusCode::OK);
    let fields = [("name", "Noor Ali"), ("login", "Noor@Staff.example"), ("role", "reviewer")];
    admin.send_form("/console/staff", &fields).await.leads_to("/console/staff?done=asked-second");
    admin.get("/console/staff").await;
    admin.send_form("/console/staff", &fields).await.is(StatusCode::OK).shows("already a member of staff");
    let page = admin.get("/console/staff").await.shows("invited").shows("Waits for a second person").text;
    // Nobody lets anybody in alone.
    let request = link_below(&page, "/console/approvals/");
    let page = admin.get(&request).await.is(StatusCode::OK).shows("You made this request").text;
    assert!(super::given::hidden_fields(&page, &request).is_empty(), "who asked is offered to approve");
    let mut officer = house.visitor(Role::ComplianceOfficer).await;
    officer.get("/console/approvals").await.shows("new member of staff").shows("Noor Ali, reviewer");
    officer.get(&request).await.is(StatusCode::OK).shows("noor@staff.example").shows("exists and is to work");
    officer
        .send_form(&request, &[("verdict", "approve"), ("phrase", "approve"), ("note", "")])
        .await
        .leads_to("/console/approvals?done=approved");
    let page = admin.get("/console/staff").await.hides("shown only now").shows("Show the log-in link").text;
    let show = format!("/console/staff/{}/link/show", staff_of(&page, "Noor Ali"));
    let page = admin.send_form(&show, &[]).await.is(StatusCode::OK).shows("shown only now").text;
    let link = between(&page, "/console/login/link?token=", "<");
    admin.get("/console/staff").await.hides("Show the log-in link");

    let mut noor = house.browser();
    noor.get(&format!("/console/login/link?token={link}")).await.is(StatusCode::OK);
    let seen = noor.send_form("/console/login/link", &[]).await;
    let page = noor.follow(seen).await.is(StatusCode::OK).text;
    let secret = between(&page, "aria-label=\"Secret for the authenticator\">", "<");
    let password = "correct horse battery";
    noor.send_form("/console/credentials", &[("password", password), ("again", "another thing")])
        .await
        .shows("differ");
    noor.send_form("/console/credentials", &[("password", "short"), ("again", "short")])
        .await
        .shows("at least 12 characters");
    let set = [("password", password), ("again", password)];
    let seen = noor.send_form("/console/credentials", &set).await.leads_to("/console/login?done=credentials");
    noor.follow(seen).await.is(StatusCode::OK).shows("Password and authenticator are set");

    let mut later = house.browser();
    later.get("/console/login?next=/console/queue").await;
    let code = code(&secret, &house);
    let wrong =
        [("login", "noor@staff.example"), ("password", "correct horse batterx"), ("code", code.as_str())];
    later
        .send_form("/console/login", &wrong)
        .await
        .is(StatusCode::OK)
        .shows("That did not match")
        .hides("batterx");
    let right = [("login", "noor@staff.example"), ("password", password), ("code", code.as_str())];
    later.send_form("/console/login", &right).await.leads_to("/console/queue");
    later.get("/console/queue").await.is(StatusCode::OK).shows("Noor Ali");
    // A code works once.
    let mut again = house.browser();
    again.get("/console/login").await;
    again.send_form("/console/login", &right).await.is(StatusCode::OK).shows("That did not match");

    admin.get("/console/staff").await;
    let suspend = format!("/console/staff/{}/suspend", staff_of(&admin.page, "Noor Ali"));
    admin.send_form(&suspend, &[]).await.leads_to("/console/staff?done=suspended");
    later.get("/console/queue").await.leads_to("/console/login?next=/console/queue");
}

/// Identifier of the member of staff with this name, from the forms of their row.
fn staff_of(page: &str, name: &str) -> String {
    between(&page[page.find(name).unwrap()..], "/console/staff/", "/")
}

#[tokio::test]
async fn a_link_for_a_colleague_waits_for_a_second_person() {
    let house = House::new();
    let mut admin = house.visitor(Role::Administrator).await;
    let page = admin.get("/console/staff").await.text;
    let id = staff_of(&page, "legal one");
    admin
        .send_form(&format!("/console/staff/{id}/link"), &[])
        .await
        .leads_to("/console/staff?done=asked-second");
    let page = admin.get("/console/staff").await.shows("Waits for a second person").text;
    let request = link_below(&page, "/console/approvals/");
    let show = format!("/console/staff/{id}/link/show");
    let fields = super::given::hidden_fields(&page, "/console/staff");
    admin.post(&show, &fields).await.is(StatusCode::FORBIDDEN);
    let mut other = house.colleague(Role::Administrator).await;
    other.get(&request).await.is(StatusCode::OK).shows("legal one");
    other
        .send_form(&request, &[("verdict", "approve"), ("phrase", "approve"), ("note", "")])
        .await
        .leads_to("/console/approvals?done=approved");
    // Who approved is not shown it.
    other.get("/console/staff").await.hides("Show the log-in link");
    admin.get("/console/staff").await;
    admin.send_form(&show, &[]).await.is(StatusCode::OK).shows("/console/login/link?token=");
}

#[tokio::test]
async fn a_key_waits_for_a_second_person_and_is_shown_once_to_whoever_asked() {
    let house = House::new();
    let mut admin = house.visitor(Role::Administrator).await;
    admin.get("/console/staff").await;
    admin.send_form("/console/keys", &[("name", "billing")]).await.shows("Name at least one scope");
    let fields = [("name", "billing"), ("scopes", "read"), ("scopes", "gate")];
    for reseller in ["somebody", "acc_01arz3ndektsv4rrffq69g5fav"] {
        let below = [&fields[..], &[("reseller", reseller)]].concat();
        admin.send_form("/console/keys", &below).await.shows("No account of a reseller has this identifier.");
    }
    admin.send_form("/console/keys", &fields).await.leads_to("/console/staff?done=asked-second");
    let page = admin.get("/console/staff").await.shows("Waits for a second person").text;
    assert!(!page.contains("tnt_"), "a secret before anybody approved");
    let request = link_below(&page, "/console/approvals/");
    let show = format!("/console/keys/asked/{}/show", request.rsplit('/').next().unwrap());
    let hidden = super::given::hidden_fields(&page, "/console/staff");
    admin.post(&show, &hidden).await.is(StatusCode::FORBIDDEN).hides("tnt_");
    let page = admin.get(&request).await.is(StatusCode::OK).shows("You made this request").text;
    assert!(super::given::hidden_fields(&page, &request).is_empty(), "who asked is offered to approve");

    let mut officer = house.visitor(Role::ComplianceOfficer).await;
    officer
        .get(&request)
        .await
        .is(StatusCode::OK)
        .shows("billing")
        .shows("read, gate")
        .shows("whole provider");
    officer
        .send_form(&request, &[("verdict", "approve"), ("phrase", "approve"), ("note", "")])
        .await
        .leads_to("/console/approvals?done=approved");
    let mut other = house.colleague(Role::Administrator).await;
    other.get("/console/staff").await.hides("Make the key and show it");
    let page = admin.get("/console/staff").await.hides("tnt_").shows("Make the key and show it").text;
    assert!(page.contains(&show));
    let page = admin.send_form(&show, &[]).await.is(StatusCode::OK).shows("shown only now").text;
    assert!(between(&page, "aria-label=\"API key\">", "<").starts_with("tnt_"), "no key is shown");
    let page = admin.get("/console/staff").await.hides("tnt_").hides("Make the key and show it").text;
    let hidden = super::given::hidden_fields(&page, "/console/staff");
    admin.post(&show, &hidden).await.hides("tnt_");
    // Revoking is one person's.
    let page = admin.get("/console/staff").await.shows("<code>gate</code>").shows("<code>read</code>").text;
    let id = between(&page, "/console/keys/key_", "/revoke");
    let revoke = format!("/console/keys/key_{id}/revoke");
    admin.send_form(&revoke, &[]).await.leads_to("/console/staff?done=revoked");
    admin.get("/console/staff").await.shows("revoked");
}

#[tokio::test]
async fn owners_and_roles_are_changed_on_the_account() {
    let house = House::new();
    let account = house.apply_listed();
    let here = format!("/console/accounts/{account}/parties");
    let mut reviewer = house.visitor(Role::Reviewer).await;
    reviewer.get(&format!("/console/accounts/{account}")).await.shows("Change owners and roles");
    reviewer.get(&here).await.is(StatusCode::OK).shows("<h1>Owners and roles</h1>");
    // What is wrong is said next to its field, and what was typed is still there; nothing is written.
    let wrong = [
        ("then", "add"),
        ("kind", "individual"),
        ("name", "Ines Example"),
        ("country", "Portugal"),
        ("birth_date", "yesterday"),
        ("share", "12,5"),
    ];
    reviewer
        .send_form(&here, &wrong)
        .await
        .is(StatusCode::OK)
        .shows("id=\"add-country-wrong\"")
        .shows("id=\"add-birth_date-wrong\"")
        .shows("id=\"add-share-wrong\"")
        .shows("value=\"Ines Example\"")
        .hides("id=\"add-name-wrong\"");
    let roles = || house.register.account(&system(), account).unwrap().roles;
    let before = roles().len();

    // An organisation comes, and a person who owns a third of it.
    let company = [
        ("then", "add"),
        ("kind", "organisation"),
        ("name", "Example Holding"),
        ("country", "pt"),
        ("birth_date", ""),
        ("roles", "payer"),
        ("share", ""),
    ];
    let done = format!("/console/accounts/{account}?done=behind-changed");
    let seen = reviewer.send_form(&here, &company).await.leads_to(&done);
    reviewer.follow(seen).await.shows("Recorded, and the account was assessed again").shows("organisation");
    let held = roles();
    assert_eq!(held.len(), before + 1);
    let company = held.iter().find(|role| role.kind == PartyKind::Organisation).unwrap().party.to_string();
    reviewer.get(&here).await.hides("Example Holding");
    let owner = [
        ("then", "add"),
        ("kind", "individual"),
        ("name", "Ines Example"),
        ("country", "PT"),
        ("birth_date", "1970-05"),
        ("roles", "beneficial_owner"),
        ("roles", "user"),
        ("owned", company.as_str()),
        ("share", "1/3"),
        ("control", "voting_rights"),
    ];
    reviewer.send_form(&here, &owner).await.leads_to(&done);
    reviewer.get(&here).await.shows("33.3333–33.3334 %, voting rights").hides("Ines");
    let view = house.register.account(&system(), account).unwrap();
    let [interest] = view.interests.as_slice() else { panic!("{:?}", view.interests) };
    let range = interest.share.unwrap();
    assert_eq!((range.min().ppm(), range.max().ppm()), (333_333, 333_334));

    // A role and an interest end; the customer's cannot.
    let owner = interest.owner.to_string();
    let end = [("then", "end_role"), ("party", owner.as_str()), ("role", "user")];
    reviewer.send_form(&here, &end).await.leads_to(&done);
    let now = roles();
    let left = &now.iter().find(|role| role.party == interest.owner).unwrap().roles;
    assert_eq!(left.as_slice(), [AccountRole::BeneficialOwner]);
    reviewer.get(&here).await;
    let end = [("then", "end_interest"), ("owner", owner.as_str()), ("owned", company.as_str())];
    reviewer.send_form(&here, &end).await.leads_to(&done);
    assert!(house.register.account(&system(), account).unwrap().interests.is_empty());
    let customer =
        roles().iter().find(|r| r.roles.contains(&AccountRole::Customer)).unwrap().party.to_string();
    reviewer.get(&here).await;
    let end = [("then", "end_role"), ("party", customer.as_str()), ("role", "customer")];
    reviewer.send_form(&here, &end).await.is(StatusCode::OK).shows("role=\"alert\"");

    // Who saw an older state is told, and nothing is overwritten.
    let mut other = house.colleague(Role::Reviewer).await;
    other.get(&here).await;
    reviewer.get(&here).await;
    let again = [("then", "begin"), ("party", owner.as_str()), ("role", "signatory")];
    reviewer.send_form(&here, &again).await.leads_to(&done);
    let late = [("then", "begin"), ("party", owner.as_str()), ("role", "user")];
    other.send_form(&here, &late).await.is(StatusCode::CONFLICT);
    reviewer.get(&here).await;
    reviewer.send_form(&here, &again).await.is(StatusCode::OK).shows("id=\"begin-role-wrong\"");
}

/// The code an authenticator shows for this secret now (RFC 6238).
fn code(secret: &str, house: &House) -> String {
    use tenantry_model::clock::Clock;
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut key: Vec<u8> = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in secret.chars() {
        bits = bits << 5 | u32::try_from(alphabet.find(letter).unwrap()).unwrap();
        count += 5;
        if count >= 8 {
            count -= 8;
            key.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    let step = house.clock.now().as_micros() / 1_000_000 / 30;
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = aws_lc_rs::hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[19] & 15);
    let word = u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

#[tokio::test]
async fn search_jumps_by_identifier_and_by_nothing_else() {
    let house = House::new();
    let account = house.apply_listed();
    let view = house.register.account(&system(), account).unwrap();
    let (party, case, decision) = (view.roles[0].party, view.cases[0].id, view.decisions[0].id);
    let mut browser = house.visitor(Role::Reviewer).await;
    let here = format!("/console/accounts/{account}");
    for (query, path) in [
        ("ref-1".to_owned(), here.clone()),
        (account.to_string(), here.clone()),
        (decision.to_string(), here),
        (party.to_string(), format!("/console/parties/{party}")),
        (case.to_string(), format!("/console/cases/{case}")),
        ("%230".to_owned(), "/console/ledger?leaf=0".to_owned()),
    ] {
        browser.get(&format!("/console/search?q={query}")).await.leads_to(&path);
    }
    for nothing in ["Volkonskov", "1969-03-14", "ref-", "acc_00000000000000000000000000"] {
        browser.get(&format!("/console/search?q={nothing}")).await.is(StatusCode::OK).shows("Nothing found");
    }
}

/// The first link of a page that goes on from this path.
pub(super) fn link_below(page: &str, path: &str) -> String {
    format!("{path}{}", between(page, &format!("href=\"{path}"), "\""))
}

fn between(text: &str, start: &str, end: &str) -> String {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start} in:\n{text}")) + start.len();
    text[from..].split(end).next().unwrap().to_owned()
}

#[tokio::test]
async fn an_order_is_received_and_what_it_asks_for_leaves_with_two_people() {
    let house = House::new();
    let account = house.apply_listed();
    let mut legal = house.visitor(Role::Legal).await;
    legal.get("/console/orders").await.is(StatusCode::OK).shows("Receive an order");
    legal.get("/console/orders/new").await.is(StatusCode::OK);
    let order = [
        ("kind", "subpoena"),
        ("authority", "Grand Jury of Example"),
        ("reference", "GJ-26-114"),
        ("received", ""),
        ("due", ""),
        ("accounts", "ref-1"),
        ("words", "Produce the subscriber's name."),
    ];
    // A subpoena has no clock of its own; what was typed is still there.
    let again = legal.send_form("/console/orders/new", &order).await.is(StatusCode::OK);
    again.shows("enter the date the order states").shows("GJ-26-114");
    let due = order.map(|(name, value)| (name, if name == "due" { "2027-01-04T12:00" } else { value }));
    let seen = legal.send_form("/console/orders/new", &due).await.is(StatusCode::SEE_OTHER);
    let page =
        legal.follow(seen).await.is(StatusCode::OK).shows("its clock runs").shows("Grand Jury of Example");
    let case = link_below(&page.text, "/console/cases/");
    page.hides("subscriber");
    legal.get(&case).await.is(StatusCode::OK).hides("subscriber");
    legal.get("/console/orders").await.shows("GJ-26-114");
    let list = legal.get("/console/orders").await.text;
    let order = link_below(&list, "/console/orders/ord");
    let page = legal.get(&order).await.shows("Ask for a disclosure").text;
    let ask = link_below(&page, "/console/disclosures/new").replace("&#38;", "&");
    legal.get(&ask).await.is(StatusCode::OK).shows("Grand Jury of Example").shows("ref-1");
    let wanted = |kinds| {
        [("legal_basis", "order"), ("kinds", kinds), ("reason", "Subpoena GJ-26-114 names this account.")]
    };
    legal
        .send_form("/console/disclosures/new", &wanted(""))
        .await
        .is(StatusCode::OK)
        .shows("Tick at least one kind of fact");
    let seen = legal.send_form("/console/disclosures/new", &wanted("legal_name")).await;
    let asked = seen.location.clone().unwrap();
    let disclosure = asked.split('?').next().unwrap().to_owned();
    legal.follow(seen).await.is(StatusCode::OK).shows("You made this request").hides(NAME);
    // Not before somebody else has approved, whoever tries.
    let early = super::given::hidden_fields(&legal.page, "/console/logout");
    let package = format!("{disclosure}/package");
    legal.post(&package, &early).await.is(StatusCode::FORBIDDEN);

    let mut officer = house.visitor(Role::ComplianceOfficer).await;
    let list = officer.get("/console/approvals").await.is(StatusCode::OK).shows("disclosure").text;
    let request = link_below(&list, "/console/approvals/");
    let seen = officer.get(&request).await.is(StatusCode::OK).shows("on the page of the disclosure");
    let there = link_below(&seen.text, "/console/disclosures/");
    assert_eq!(there, disclosure);
    officer.get(&there).await.is(StatusCode::OK).shows("Exactly this leaves").shows("Legal name").hides(NAME);
    officer
        .send_form(&request, &[("verdict", "approve"), ("phrase", "approve"), ("note", "")])
        .await
        .leads_to("/console/approvals?done=approved");
    legal.get(&disclosure).await.is(StatusCode::OK).shows("Build the package");
    let built = legal.send_form(&package, &[]).await.is(StatusCode::OK);
    assert_eq!(built.headers["content-type"], "application/zip");
    assert!(built.text.starts_with("PK"), "a ZIP file");
    // Opening was recorded on the party before the package left.
    let view = house.register.account(&system(), account).unwrap();
    let mut auditor = house.visitor(Role::Auditor).await;
    auditor.get(&disclosure).await.is(StatusCode::FORBIDDEN);
    auditor.get(&format!("/console/accounts/{account}")).await.is(StatusCode::OK).hides("Grand Jury");
    legal.get(&format!("/console/parties/{}", view.roles[0].party)).await.is(StatusCode::OK);
}
