//! What a measure reaches (SPM-01, SPM-04, SPM-05, DEF-10).

use crate::build::*;
use tenantry_identity::status::ResellerChecks;
use tenantry_model::account::{AccountRole, Capability};
use tenantry_model::fact::{FactKind, FactValue, Strength};
use tenantry_model::id::{AccountId, MeasureId};
use tenantry_model::measure::{Effect, Measure, NamedPerson, ResellerReach, Target};
use tenantry_model::party::PartyKind;
use tenantry_policy::decide;
use tenantry_policy::decision::Outcome;
use tenantry_policy::measures::{
    AccountView, Certainty, PartyView, Timing, Via, Why, combine, next_change, reach,
};

fn measure(target: Target, effect: Effect) -> Measure {
    Measure {
        extensions: Vec::new(),
        id: MeasureId::from_bytes([5; 16]),
        title: "Test".into(),
        target,
        effect,
        reach: ResellerReach::WholeChain,
        citation: "91 FR 1".into(),
        determined_on: "2026-05-01".parse().unwrap(),
        effective_at: now(),
        expires_at: now().plus_days(100),
    }
}

/// A measure in force on a part of the country that the usual person lives in: whether it reaches them is open.
pub(crate) fn possible() -> Measure {
    measure(on(&["DE-BY"]), Effect::Prohibit)
}

fn on(jurisdictions: &[&str]) -> Target {
    Target::Jurisdiction { jurisdictions: jurisdictions.iter().map(|code| j(code)).collect() }
}

fn view(party: &Party) -> PartyView {
    PartyView::from_facts(
        party.0.id,
        party.0.kind,
        &party.0.roles,
        &party.0.facts,
        ResellerChecks::default(),
        now(),
    )
}

fn person_in(place: FactValue, role: AccountRole) -> Party {
    Party::new(1, PartyKind::Individual, &[role]).fact(place, Strength::SelfAsserted)
}

fn located(code: &str) -> FactValue {
    FactValue::LocatedIn { jurisdiction: j(code) }
}

#[track_caller]
fn check(listed: &str, party: &Party, expect: Option<(Certainty, Why)>) {
    let account = AccountView { account: ACCOUNT, parties: vec![view(party)], interests: &[], chain: vec![] };
    let found = reach(&measure(on(&[listed]), Effect::Prohibit), &account, now());
    assert_eq!(found.map(|r| (r.certainty, r.why)), expect);
}

#[test]
fn spm01_location_reaches_and_citizenship_does_not() {
    let certain = Some((Certainty::Certain, Why::LocatedThere));
    check("IR", &person_in(located("IR"), AccountRole::Customer), certain);
    check("IR", &person_in(FactValue::PlaceOfUse { jurisdiction: j("IR") }, AccountRole::Customer), certain);
    check("IR", &person_in(FactValue::Citizenship { jurisdiction: j("IR") }, AccountRole::Customer), None);
    check("IR", &person_in(passport("IR"), AccountRole::Customer), None);
    check("IR", &person_in(payment("IR"), AccountRole::Customer), None);
    check("IR", &person_in(located("TR"), AccountRole::Customer), None);
    for role in
        [AccountRole::BeneficialOwner, AccountRole::Payer, AccountRole::Signatory, AccountRole::Reseller]
    {
        check("IR", &person_in(located("IR"), role), certain);
    }
    check("IR", &person_in(located("IR"), AccountRole::User), Some((Certainty::Possible, Why::LocatedThere)));
    check("IR", &company(1, "IR", &[AccountRole::Customer]).without(FactKind::AccessFrom), certain);
}

#[test]
fn spm01_us_persons_abroad_are_not_reached() {
    check("IR", &us_person(1, &[AccountRole::Customer]).fact(located("IR"), Strength::Corroborated), None);
}

#[test]
fn def10_contested_regions_and_subdivisions() {
    let customer = |code| person_in(located(code), AccountRole::Customer);
    check("UA", &customer("UA-43"), Some((Certainty::Certain, Why::LocatedThere)));
    check("RU", &customer("UA-43"), Some((Certainty::Possible, Why::RegionUnderItsControl)));
    check("UA-43", &customer("UA-43"), Some((Certainty::Certain, Why::LocatedThere)));
    check("UA-43", &customer("UA"), Some((Certainty::Possible, Why::RegionNotStated)));
    check("UA-43", &customer("UA-30"), None);
    // The same land under two codes that are not drawn along the same lines: a reviewer decides.
    for (region, subdivision) in [("X-DNR", "UA-14"), ("X-TRN", "MD-SN"), ("X-NCY", "CY-06"), ("TW", "CN-TW")]
    {
        let possible = Some((Certainty::Possible, Why::RegionNotStated));
        check(region, &customer(subdivision), possible);
        check(subdivision, &customer(region), possible);
    }
    check("X-DNR", &customer("UA-09"), None);
    check(
        "UA-43",
        &customer("UA").fact(FactValue::PlaceOfUse { jurisdiction: j("UA-30") }, Strength::SelfAsserted),
        None,
    );
    check("CN", &customer("TW"), None);
    check("RS", &customer("XK"), None);
}

#[test]
fn weak_evidence_of_place_never_acts() {
    let ip = tenantry_model::fact::PersonalIp::new("203.0.113.1".parse().unwrap());
    let access = FactValue::AccessFrom {
        ip,
        access: tenantry_model::fact::AccessKind::SignUp,
        jurisdiction: Some(j("IR")),
    };
    check(
        "IR",
        &person_in(access.clone(), AccountRole::Customer),
        Some((Certainty::Possible, Why::SeenThere)),
    );
    let pack = pack();
    let measures = [measure(on(&["IR"]), Effect::Prohibit)];
    let mut input = input(
        &pack,
        vec![foreign_person(1, &[AccountRole::Customer]).fact(access, Strength::Authenticated)],
        vec![],
    );
    input.measures = &measures;
    assert_eq!(decide(&input).outcome, Outcome::Review);
}

#[test]
fn spm01_on_behalf_of_an_owner_far_above() {
    let owner = Party::new(3, PartyKind::Individual, &[]).fact(located("IR"), Strength::SelfAsserted);
    let interests = [owns(2, "1", 1), owns(3, "1", 2)];
    let parties = vec![view(&company(1, "DE", &[AccountRole::Customer])), view(&owner)];
    let account = AccountView { account: ACCOUNT, parties, interests: &interests, chain: vec![] };
    let found = reach(&measure(on(&["IR"]), Effect::Prohibit), &account, now()).unwrap();
    assert_eq!(found.via, Via::OnBehalfOf { party: id(3) });
}

#[test]
fn spm01_the_reseller_chain_is_covered_where_the_measure_says_so() {
    let above = AccountId::from_bytes([7; 16]);
    let reseller = view(&person_in(located("IR"), AccountRole::Customer));
    let account = AccountView {
        account: ACCOUNT,
        parties: vec![],
        interests: &[],
        chain: vec![(above, vec![reseller])],
    };
    let mut chained = measure(on(&["IR"]), Effect::Prohibit);
    assert_eq!(reach(&chained, &account, now()).unwrap().via, Via::Chain { account: above, party: id(1) });
    chained.reach = ResellerReach::DirectAccounts;
    assert_eq!(reach(&chained, &account, now()), None);
}

#[test]
fn spm01_a_named_person_is_reached_once_confirmed_wherever_it_stands() {
    let named = |confirmed| NamedPerson {
        names: vec![text("X")],
        birth_date: None,
        countries: vec![],
        identifiers: vec![],
        confirmed,
    };
    let customer = company(1, "DE", &[AccountRole::Customer]);
    let interests = [owns(9, "5", 1)];
    let account = AccountView {
        account: ACCOUNT,
        parties: vec![view(&customer)],
        interests: &interests,
        chain: vec![],
    };
    for (confirmed, expect) in
        [(vec![], None), (vec![id(1)], Some(Why::NamedPerson)), (vec![id(9)], Some(Why::NamedPerson))]
    {
        let target = Target::Person { persons: vec![named(confirmed)] };
        assert_eq!(reach(&measure(target, Effect::Prohibit), &account, now()).map(|r| r.why), expect);
    }
}

#[test]
fn spm04_spm05_measures_bite_between_their_dates_only() {
    let pack = pack();
    for (when, timing, outcome) in [
        (now().plus_micros(-1), Timing::Upcoming, Outcome::Open),
        (now(), Timing::InForce, Outcome::Refused),
        (now().plus_days(100).plus_micros(-1), Timing::InForce, Outcome::Refused),
        (now().plus_days(100), Timing::Expired, Outcome::Open),
    ] {
        let measures = [measure(on(&["DE"]), Effect::Prohibit)];
        let mut input = input(&pack, vec![foreign_person(1, &[AccountRole::Customer])], vec![]);
        input.now = when;
        input.measures = &measures;
        let decision = decide(&input);
        assert_eq!((decision.reaches[0].timing, decision.outcome), (timing, outcome));
    }
}

#[test]
fn an_upcoming_measure_says_from_when() {
    let pack = pack();
    let measures = [measure(on(&["DE"]), Effect::Prohibit)];
    let mut input = input(&pack, vec![foreign_person(1, &[AccountRole::Customer])], vec![]);
    input.now = now().plus_micros(-1);
    input.measures = &measures;
    let decision = decide(&input);
    let reason = decision.reasons.iter().find(|r| r.measure.is_some()).unwrap();
    assert_eq!((reason.detail.as_str(), reason.citation.as_str()), ("from 2026-11-23", "91 FR 1"));
    assert_eq!(decision.next_change_at, Some(now()));
}

#[test]
fn conditions_add_up_and_a_prohibition_beats_them() {
    let customer = person_in(located("IR"), AccountRole::Customer);
    let account =
        AccountView { account: ACCOUNT, parties: vec![view(&customer)], interests: &[], chain: vec![] };
    let condition = |capability| measure(on(&["IR"]), Effect::Condition { withheld: vec![capability] });
    let reaches: Vec<_> = [condition(Capability::Gpu), condition(Capability::Mail)]
        .iter()
        .filter_map(|m| reach(m, &account, now()))
        .collect();
    let (_, withheld) = combine(&reaches, now()).unwrap();
    assert_eq!(withheld.iter().collect::<Vec<_>>(), [Capability::Gpu, Capability::Mail]);
    assert_eq!(next_change(&reaches, now()), Some(now().plus_days(100)));
    let mut all = reaches;
    all.extend(reach(&measure(on(&["IR"]), Effect::Prohibit), &account, now()));
    let (_, withheld) = combine(&all, now()).unwrap();
    assert_eq!(withheld.iter().count(), Capability::ALL.len());
    assert_eq!(combine(&all, now().plus_days(100)), None);
}
