//! Status tables (DEF-05, DEF-06, CIP-06 to CIP-08, REC-04) and properties.

use proptest::prelude::*;
use tenantry_identity::status::{ContradictionCode, ResellerChecks, determine, determine_under};
use tenantry_model::fact::{
    AccessKind, AddressUse, Claim, DocumentKind, EntityForm, Fact, FactValue, PaymentMethod, PaymentToken,
    PersonalIp, Source, Strength, TelephoneNumber,
};
use tenantry_model::id::{FactId, PartyId};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::party::{PartyKind, Status};
use tenantry_model::personal::PersonalText;
use tenantry_model::time::Timestamp;

const PARTY: PartyId = PartyId::from_bytes([9; 16]);
const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

use PartyKind::{Individual, Organisation};
use Status::{ForeignPerson, Undetermined, UsPerson};
use Strength::{Authenticated, Consistent, Corroborated, SelfAsserted};

fn j(code: &str) -> Jurisdiction {
    code.parse().unwrap()
}

fn text(text: &str) -> PersonalText {
    PersonalText::parse("text", text).unwrap()
}

fn fact(number: u8, value: FactValue, strength: Strength) -> Fact {
    let at = NOW.plus_micros(-1_000 + i64::from(number));
    Fact {
        id: FactId::from_bytes([number; 16]),
        party: PARTY,
        value,
        source: if strength == SelfAsserted { Source::Declared } else { Source::Document },
        strength,
        evidence: None,
        stated_at: at,
        recorded_at: at,
    }
}

fn facts(values: Vec<(FactValue, Strength)>) -> Vec<Fact> {
    (1..).zip(values).map(|(number, (value, strength))| fact(number, value, strength)).collect()
}

fn check(
    name: &str,
    kind: PartyKind,
    values: Vec<(FactValue, Strength)>,
    expect: Status,
    contradictions: &[ContradictionCode],
) {
    let finding = determine(kind, &facts(values), NOW);
    let found: Vec<_> = finding.contradictions.iter().map(|c| c.code).collect();
    assert_eq!((finding.status, found.as_slice()), (expect, contradictions), "{name}: {finding:?}");
    assert_eq!(finding.missing.is_empty(), expect != Undetermined, "{name}");
}

fn claim(claim: Claim) -> FactValue {
    FactValue::StatusClaim { claim }
}
fn citizen(code: &str) -> FactValue {
    FactValue::Citizenship { jurisdiction: j(code) }
}
fn resident(code: &str) -> FactValue {
    FactValue::PermanentResidence { jurisdiction: j(code) }
}
fn located(code: &str) -> FactValue {
    FactValue::LocatedIn { jurisdiction: j(code) }
}
fn organised(code: &str) -> FactValue {
    FactValue::OrganisedUnder { jurisdiction: j(code) }
}
fn registered(code: &str) -> FactValue {
    FactValue::RegistrationNumber { jurisdiction: j(code), number: text("HRB 1") }
}
fn document(document: DocumentKind, code: &str, expires_on: &str) -> FactValue {
    let expires_on = Some(expires_on.parse().unwrap());
    FactValue::IdentityDocument { document, jurisdiction: j(code), number: text("X1"), expires_on }
}
fn address(code: &str) -> FactValue {
    let usage = AddressUse::Residential;
    FactValue::Address { usage, street: text("1 Street"), locality: None, jurisdiction: j(code) }
}
fn access(code: &str) -> FactValue {
    let ip = PersonalIp::new("192.0.2.1".parse().unwrap());
    FactValue::AccessFrom { ip, access: AccessKind::SignUp, jurisdiction: Some(j(code)) }
}
fn payment(code: &str) -> FactValue {
    let token = PaymentToken::parse("tok_1").unwrap();
    FactValue::Payment {
        method: PaymentMethod::Card,
        token,
        issuer: None,
        issuer_jurisdiction: Some(j(code)),
    }
}
fn phone(number: &str) -> FactValue {
    FactValue::Telephone { number: TelephoneNumber::parse(number).unwrap() }
}

#[test]
fn def05_us_citizen_by_authenticated_passport() {
    let passport = document(DocumentKind::Passport, "US", "2031-01-01");
    check("passport", Individual, vec![(passport, Authenticated)], UsPerson, &[]);
    check(
        "citizen abroad",
        Individual,
        vec![(citizen("US"), Authenticated), (located("FR"), Corroborated)],
        UsPerson,
        &[],
    );
    check(
        "dual citizen",
        Individual,
        vec![(citizen("US"), Corroborated), (citizen("FR"), Corroborated)],
        UsPerson,
        &[],
    );
    check("territory", Individual, vec![(located("PR"), Corroborated)], UsPerson, &[]);
}

#[test]
fn def05_permanent_resident_with_foreign_passport_is_us() {
    let passport = document(DocumentKind::Passport, "IN", "2031-01-01");
    check(
        "resident",
        Individual,
        vec![(resident("US"), Corroborated), (passport, Authenticated)],
        UsPerson,
        &[],
    );
    let card = document(DocumentKind::PermanentResidentCard, "US", "2031-01-01");
    check("card", Individual, vec![(card, Corroborated), (citizen("IN"), Authenticated)], UsPerson, &[]);
    let elsewhere = document(DocumentKind::PermanentResidentCard, "CA", "2031-01-01");
    check("card elsewhere", Individual, vec![(elsewhere, Authenticated)], Undetermined, &[]);
    check("resident elsewhere", Individual, vec![(resident("FR"), Authenticated)], Undetermined, &[]);
}

#[test]
fn def05_a_permit_to_reside_for_a_time_is_not_permanent_residence() {
    let permit = || document(DocumentKind::ResidencePermit, "US", "2031-01-01");
    check("permit alone", Individual, vec![(permit(), Authenticated)], Undetermined, &[]);
    check(
        "claim",
        Individual,
        vec![(permit(), Authenticated), (claim(Claim::UsPerson), SelfAsserted)],
        Undetermined,
        &[],
    );
    check(
        "citizen",
        Individual,
        vec![(permit(), Authenticated), (citizen("IN"), Corroborated)],
        ForeignPerson,
        &[],
    );
    let here = vec![(permit(), Authenticated), (located("US"), Corroborated)];
    check("presence shown otherwise", Individual, here, UsPerson, &[]);
}

#[test]
fn cip07_a_resellers_own_check_does_not_corroborate_its_customers_claim() {
    let individual = [(claim(Claim::UsPerson), SelfAsserted), (citizen("US"), Corroborated)];
    let company = [(claim(Claim::UsPerson), SelfAsserted), (organised("US"), Corroborated)];
    for (kind, values) in [(Individual, individual.to_vec()), (Organisation, company.to_vec())] {
        let mut known = facts(values);
        let status = |known: &[Fact], checks| determine_under(kind, known, checks, NOW).status;
        assert_eq!(status(&known, ResellerChecks::DoNotCorroborate), UsPerson, "{kind} by a document");
        for fact in &mut known {
            fact.source = Source::Reseller;
        }
        assert_eq!(status(&known, ResellerChecks::DoNotCorroborate), Undetermined, "{kind} by the reseller");
        assert_eq!(determine(kind, &known, NOW).status, Undetermined, "{kind} unless it is said otherwise");
        assert_eq!(status(&known, ResellerChecks::Corroborate), UsPerson, "{kind}, programmes accepted");
        for fact in known.iter_mut().filter(|fact| fact.strength == Corroborated) {
            fact.source = Source::Document;
        }
        assert_eq!(status(&known, ResellerChecks::DoNotCorroborate), UsPerson, "{kind} by a document too");
    }
}

#[test]
fn def05_anyone_physically_in_the_us_unless_places_disagree() {
    check(
        "present",
        Individual,
        vec![(located("US"), Corroborated), (citizen("FR"), Authenticated)],
        UsPerson,
        &[],
    );
    for elsewhere in [access("FR"), payment("FR"), address("FR"), phone("+33123456789")] {
        let name = format!("present but {}", elsewhere.kind());
        check(
            &name,
            Individual,
            vec![(located("US"), Corroborated), (elsewhere, Authenticated)],
            Undetermined,
            &[ContradictionCode::Presence],
        );
    }
}

#[test]
fn def05_people_move_and_the_latest_statement_of_a_source_counts() {
    check(
        "left",
        Individual,
        vec![(located("US"), Corroborated), (located("FR"), Corroborated)],
        ForeignPerson,
        &[],
    );
    check(
        "came",
        Individual,
        vec![(located("FR"), Corroborated), (located("US"), Corroborated)],
        UsPerson,
        &[],
    );
    check(
        "said",
        Individual,
        vec![(located("US"), Corroborated), (located("FR"), SelfAsserted)],
        Undetermined,
        &[ContradictionCode::Presence],
    );
}

#[test]
fn def06_foreign_when_nothing_points_to_the_us() {
    check("citizen", Individual, vec![(citizen("FR"), SelfAsserted)], ForeignPerson, &[]);
    check("claim", Individual, vec![(claim(Claim::ForeignPerson), SelfAsserted)], ForeignPerson, &[]);
    check("phone only", Individual, vec![(phone("+33123456789"), Consistent)], Undetermined, &[]);
    check("nothing", Individual, vec![], Undetermined, &[]);
}

#[test]
fn cip07_a_claim_alone_is_never_enough() {
    check("claim", Individual, vec![(claim(Claim::UsPerson), SelfAsserted)], Undetermined, &[]);
    check("signed claim", Individual, vec![(claim(Claim::UsPerson), Authenticated)], Undetermined, &[]);
    check("declared citizen", Individual, vec![(citizen("US"), SelfAsserted)], Undetermined, &[]);
    check("format only", Individual, vec![(citizen("US"), Consistent)], Undetermined, &[]);
    let licence = document(DocumentKind::DrivingLicence, "US", "2031-01-01");
    check("licence", Individual, vec![(licence, Authenticated)], Undetermined, &[]);
    let expired = document(DocumentKind::Passport, "US", "2020-01-01");
    check("expired passport", Individual, vec![(expired, Authenticated)], Undetermined, &[]);
    check(
        "organisation",
        Organisation,
        vec![(claim(Claim::UsPerson), SelfAsserted), (organised("US-DE"), SelfAsserted)],
        Undetermined,
        &[],
    );
}

#[test]
fn cip07_a_claim_against_facts_is_a_contradiction() {
    for against in [citizen("FR"), access("FR"), payment("FR"), phone("+33123456789")] {
        let name = format!("claim against {}", against.kind());
        check(
            &name,
            Individual,
            vec![(claim(Claim::UsPerson), SelfAsserted), (against, Consistent)],
            Undetermined,
            &[ContradictionCode::UsClaimAgainstFacts],
        );
    }
    check(
        "both claims",
        Individual,
        vec![(claim(Claim::UsPerson), SelfAsserted), (claim(Claim::ForeignPerson), SelfAsserted)],
        Undetermined,
        &[ContradictionCode::ClaimsBoth],
    );
    check(
        "foreign claim",
        Individual,
        vec![(claim(Claim::ForeignPerson), SelfAsserted), (citizen("US"), Authenticated)],
        Undetermined,
        &[ContradictionCode::ForeignClaimAgainstFacts],
    );
    check(
        "weaker citizenship",
        Individual,
        vec![(citizen("US"), Corroborated), (citizen("FR"), Authenticated)],
        Undetermined,
        &[ContradictionCode::Nationality],
    );
}

#[test]
fn def06_an_organisation_is_what_its_law_of_constitution_says() {
    check("delaware", Organisation, vec![(organised("US-DE"), Corroborated)], UsPerson, &[]);
    check(
        "delaware, run abroad",
        Organisation,
        vec![
            (organised("US-DE"), Authenticated),
            (address("CY"), Authenticated),
            (FactValue::Headquarters { jurisdiction: j("CY") }, Authenticated),
        ],
        UsPerson,
        &[],
    );
    check(
        "subsidiary abroad",
        Organisation,
        vec![
            (organised("IE"), Corroborated),
            (FactValue::UltimateParent { text: text("Parent"), jurisdiction: Some(j("US")) }, Authenticated),
        ],
        ForeignPerson,
        &[],
    );
    check(
        "two laws",
        Organisation,
        vec![(organised("US-DE"), Authenticated), (organised("CY"), SelfAsserted)],
        Undetermined,
        &[ContradictionCode::Constitution],
    );
}

#[test]
fn def06_a_branch_is_its_parent() {
    let branch = FactValue::OrganisationForm { form: EntityForm::Branch };
    check(
        "registered abroad",
        Organisation,
        vec![(organised("US-DE"), Authenticated), (registered("FR"), Corroborated)],
        Undetermined,
        &[ContradictionCode::RegisteredAbroad],
    );
    check(
        "said to be a branch",
        Organisation,
        vec![
            (organised("US-DE"), Authenticated),
            (registered("FR"), Corroborated),
            (branch.clone(), SelfAsserted),
        ],
        Undetermined,
        &[ContradictionCode::RegisteredAbroad],
    );
    check(
        "shown to be a branch",
        Organisation,
        vec![(organised("US-DE"), Authenticated), (registered("FR"), Corroborated), (branch, Corroborated)],
        UsPerson,
        &[],
    );
}

#[test]
fn rec04_a_reviewer_settles_what_came_before_and_not_after() {
    let mut known = facts(vec![(organised("US-DE"), Authenticated), (organised("CY"), SelfAsserted)]);
    let mut settled = fact(3, organised("US-DE"), Corroborated);
    settled.source = Source::Reviewer;
    known.push(settled);
    assert_eq!(determine(Organisation, &known, NOW).status, UsPerson);
    known.push(fact(4, organised("CY"), SelfAsserted));
    assert_eq!(determine(Organisation, &known, NOW).status, Undetermined);
}

/// What a reviewer is told would settle a contradiction does, for at least one way in which it arises.
#[test]
fn rec04_each_kind_named_for_a_contradiction_settles_it() {
    use ContradictionCode as C;
    let passport = |code| document(DocumentKind::Passport, code, "2031-01-01");
    let us_claim = || (claim(Claim::UsPerson), SelfAsserted);
    let foreign_claim = || (claim(Claim::ForeignPerson), SelfAsserted);
    let arising = vec![
        (Individual, C::UsClaimAgainstFacts, vec![us_claim(), (access("FR"), Consistent)]),
        (Organisation, C::UsClaimAgainstFacts, vec![us_claim(), (organised("FR"), Corroborated)]),
        (Individual, C::ForeignClaimAgainstFacts, vec![foreign_claim(), (citizen("US"), Corroborated)]),
        (Organisation, C::ForeignClaimAgainstFacts, vec![foreign_claim(), (organised("US"), Corroborated)]),
        (Individual, C::ClaimsBoth, vec![us_claim(), foreign_claim()]),
        (Organisation, C::ClaimsBoth, vec![us_claim(), foreign_claim()]),
        (Individual, C::Nationality, vec![(citizen("US"), Corroborated), (citizen("FR"), Authenticated)]),
        (Individual, C::Nationality, vec![(citizen("US"), Corroborated), (passport("FR"), Authenticated)]),
        (Individual, C::Presence, vec![(located("US"), Corroborated), (address("FR"), Authenticated)]),
        (
            Organisation,
            C::Constitution,
            vec![(organised("US"), Corroborated), (organised("FR"), SelfAsserted)],
        ),
        (
            Organisation,
            C::RegisteredAbroad,
            vec![(organised("US"), Corroborated), (registered("FR"), Corroborated)],
        ),
    ];
    let found = [
        citizen("US"),
        resident("US"),
        located("US"),
        passport("US"),
        organised("US"),
        organised("FR"),
        claim(Claim::UsPerson),
        claim(Claim::ForeignPerson),
        FactValue::OrganisationForm { form: EntityForm::Branch },
    ];
    let open = |party, known: &[Fact], code| {
        determine(party, known, NOW).contradictions.iter().any(|contradiction| contradiction.code == code)
    };
    let ends = |party, values: &[(FactValue, Strength)], code, value: &FactValue| {
        let mut known = facts(values.to_vec());
        let mut settling = fact(9, value.clone(), Corroborated);
        settling.source = Source::Reviewer;
        known.push(settling);
        !open(party, &known, code)
    };
    for (party, code, values) in &arising {
        assert!(open(*party, &facts(values.clone()), *code), "{code:?} does not arise for an {party}");
        for kind in code.settled_by(*party) {
            let mut ways = arising.iter().filter(|(p, c, _)| (p, c) == (party, code));
            let settles = |values: &[_]| {
                found.iter().filter(|v| v.kind() == *kind).any(|v| ends(*party, values, *code, v))
            };
            assert!(
                ways.any(|(_, _, values)| settles(values)),
                "{kind} does not end {code:?} for an {party}"
            );
        }
    }
}

#[test]
fn replay_ignores_what_was_learned_later() {
    let mut late = fact(1, citizen("US"), Authenticated);
    late.recorded_at = NOW.plus_micros(1);
    assert_eq!(determine(Individual, &[late.clone()], NOW).status, Undetermined);
    assert_eq!(determine(Individual, &[late], NOW.plus_micros(1)).status, UsPerson);
}

#[test]
fn findings_hold_no_personal_value() {
    let all = facts(vec![
        (citizen("KP"), Authenticated),
        (access("KP"), Consistent),
        (phone("+850123456789"), Consistent),
        (claim(Claim::UsPerson), SelfAsserted),
    ]);
    let json = serde_json::to_string(&determine(Individual, &all, NOW)).unwrap();
    for value in ["KP", "192.0.2.1", "850123456789"] {
        assert!(!json.contains(value), "{json}");
    }
}

fn any_value() -> impl Strategy<Value = FactValue> {
    let code = prop::sample::select(vec!["US", "US-DE", "PR", "FR", "IN", "UA-43", "TW"]);
    (0..12usize, code).prop_map(|(what, code)| match what {
        0 => citizen(code),
        1 => resident(code),
        2 => located(code),
        3 => organised(code),
        4 => registered(code),
        5 => document(DocumentKind::Passport, code, "2031-01-01"),
        6 => address(code),
        7 => access(code),
        8 => payment(code),
        9 => phone("+33123456789"),
        10 => claim(Claim::UsPerson),
        _ => claim(Claim::ForeignPerson),
    })
}

fn any_facts() -> impl Strategy<Value = Vec<(FactValue, Strength)>> {
    prop::collection::vec((any_value(), prop::sample::select(Strength::ALL.to_vec())), 0..8)
}

proptest! {
    #[test]
    fn order_and_repeats_do_not_matter(values in any_facts(), turn in 0..8usize) {
        for kind in [Individual, Organisation] {
            let known = facts(values.clone());
            let mut turned = known.clone();
            turned.rotate_left(turn.min(known.len()));
            turned.extend(known.first().cloned());
            prop_assert_eq!(determine(kind, &known, NOW), determine(kind, &turned, NOW));
        }
    }

    #[test]
    fn us_always_has_a_strong_basis_and_no_contradiction(values in any_facts()) {
        for kind in [Individual, Organisation] {
            let finding = determine(kind, &facts(values.clone()), NOW);
            if finding.status == UsPerson {
                prop_assert!(finding.contradictions.is_empty());
                prop_assert!(values.iter().any(|(value, strength)| *strength >= Corroborated
                    && value.jurisdiction().is_some_and(Jurisdiction::is_us)));
            }
        }
    }

    #[test]
    fn what_points_abroad_never_turns_another_status_into_us(values in any_facts(), strength in prop::sample::select(Strength::ALL.to_vec())) {
        for kind in [Individual, Organisation] {
            for foreign in [citizen("FR"), located("FR"), organised("FR"), registered("FR"), access("FR"), claim(Claim::ForeignPerson)] {
                let before = determine(kind, &facts(values.clone()), NOW).status;
                // Said by another source, so that it does not replace an earlier statement of the same one.
                let mut more = facts(values.clone());
                let mut added = fact(200, foreign, strength);
                added.source = Source::Registry;
                more.push(added);
                let after = determine(kind, &more, NOW).status;
                prop_assert!(before == UsPerson || after != UsPerson);
            }
        }
    }

    #[test]
    fn claims_alone_never_make_a_us_person(values in any_facts()) {
        let said: Vec<_> = values.into_iter().map(|(value, _)| (value, SelfAsserted)).collect();
        for kind in [Individual, Organisation] {
            prop_assert_ne!(determine(kind, &facts(said.clone()), NOW).status, UsPerson);
        }
    }
}
