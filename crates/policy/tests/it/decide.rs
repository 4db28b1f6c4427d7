//! Decisions, one requirement at a time.

use crate::build::*;
use tenantry_linkage::{Standing, Tier};
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::case::CaseKind;
use tenantry_model::fact::{AddressUse, FactKind, FactValue, NameUse, Strength};
use tenantry_model::id::{AccountId, SignalListId};
use tenantry_model::party::PartyKind;
use tenantry_policy::decide;
use tenantry_policy::decision::{Decision, Outcome, Scope};
use tenantry_policy::input::{
    ChainLink, DecisionInput, HitStanding, HitSummary, LinkSummary, ListVersion, Screening, Signal,
};
use tenantry_policy::pack::Pack;
use tenantry_policy::rule::{Effect, Priority, RuleCode};

const CUSTOMER: &[AccountRole] = &[AccountRole::Customer];

#[track_caller]
fn check(input: &DecisionInput<'_>, outcome: Outcome, rules_expected: &[RuleCode]) -> Decision {
    let decision = decide(input);
    let mut expected = rules_expected.to_vec();
    expected.sort();
    assert_eq!((decision.outcome, rules(&decision)), (outcome, expected), "{:#?}", decision.reasons);
    decision
}

use RuleCode::*;

#[test]
fn cip10_a_complete_verified_foreign_person_opens() {
    let pack = pack();
    let decision =
        check(&input(&pack, vec![foreign_person(1, CUSTOMER)], vec![]), Outcome::Open, &[ForeignParty]);
    assert_eq!(decision.scope, Scope::InScope);
    assert!(decision.withheld.is_empty() && decision.missing.is_empty() && decision.cases.is_empty());
}

#[test]
fn cip14_a_verified_us_person_is_out_of_scope_and_asked_for_less() {
    let pack = pack();
    let decision = check(&input(&pack, vec![us_person(1, CUSTOMER)], vec![]), Outcome::Open, &[AllUsPersons]);
    assert_eq!(decision.scope, Scope::OutOfScopeVerifiedUs);
}

#[test]
fn cip06_one_foreign_owner_pulls_the_account_in() {
    let pack = pack();
    let all_us = vec![company(1, "US-DE", CUSTOMER).without(FactKind::Telephone), us_person(2, &[])];
    check(&input(&pack, all_us, vec![owns(2, "100", 1)]), Outcome::Open, &[AllUsPersons]);

    let foreign = vec![
        company(1, "US-DE", CUSTOMER).without(FactKind::Telephone),
        us_person(2, &[]),
        foreign_person(3, &[]),
    ];
    let decision = check(
        &input(&pack, foreign, vec![owns(2, "75", 1), owns(3, "25", 1)]),
        Outcome::Open,
        &[ForeignParty],
    );
    assert_eq!(decision.scope, Scope::InScope);

    let small = vec![company(1, "US-DE", CUSTOMER), us_person(2, &[]), foreign_person(3, &[])];
    let decision = decide(&input(&pack, small, vec![owns(2, "75.0001", 1), owns(3, "24.9999", 1)]));
    assert_eq!(decision.scope, Scope::OutOfScopeVerifiedUs);
}

#[test]
fn cip07_a_bare_claim_is_reviewed() {
    let pack = pack();
    let claims = us_person(1, CUSTOMER).without(FactKind::IdentityDocument);
    let decision = decide(&input(&pack, vec![claims], vec![]));
    assert_eq!(decision.outcome, Outcome::Review);
    assert!(rules(&decision).contains(&ClaimUnsupported) && rules(&decision).contains(&StatusUndetermined));
}

#[test]
fn cip09_every_required_item_is_asked_for_when_missing() {
    let pack = pack();
    for kind in [
        FactKind::Address,
        FactKind::PlaceOfUse,
        FactKind::Payment,
        FactKind::Email,
        FactKind::Telephone,
        FactKind::AccessFrom,
    ] {
        let decision = check(
            &input(&pack, vec![foreign_person(1, CUSTOMER).without(kind)], vec![]),
            Outcome::Review,
            &[ForeignParty, FieldMissing],
        );
        assert_eq!(decision.missing.iter().map(|m| m.any_of.clone()).collect::<Vec<_>>(), [vec![kind]]);
        assert_eq!(decision.cases.iter().map(|c| c.kind).collect::<Vec<_>>(), [CaseKind::MissingItem]);
        assert_eq!(decision.withheld.iter().count(), 8);
    }
}

#[test]
fn cip10_unverified_is_reviewed_and_cip16_restricted_where_the_pack_allows_use() {
    let strict = pack();
    let unverified = || {
        let mut party = foreign_person(1, CUSTOMER);
        party.0.facts[0].strength = Strength::Consistent;
        vec![party]
    };
    check(&input(&strict, unverified(), vec![]), Outcome::Review, &[ForeignParty, NotVerified]);
    let provisional = Pack::parse(&PACK.replace("state = \"off\"", "state = \"on\"")).unwrap();
    let decision =
        check(&input(&provisional, unverified(), vec![]), Outcome::Restricted, &[ForeignParty, NotVerified]);
    assert_eq!(decision.withheld, provisional.provisional.withheld);
}

#[test]
fn def07_owners_must_be_known() {
    let pack = pack();
    let own = || vec![company(1, "DE", CUSTOMER)];
    let with = |parties: Vec<Party>| own().into_iter().chain(parties).collect::<Vec<_>>();
    check(&input(&pack, own(), vec![]), Outcome::Review, &[ForeignParty, NoOwnerFound, OwnershipUnexplained]);
    check(
        &input(&pack, own(), vec![owns(2, "100", 1)]),
        Outcome::Review,
        &[ForeignParty, NoOwnerFound, OwnerNotDescribed, OwnershipUnexplained],
    );
    check(
        &input(&pack, with(vec![foreign_person(2, &[])]), vec![owns(2, "75.0001", 1)]),
        Outcome::Open,
        &[ForeignParty],
    );
    check(
        &input(&pack, with(vec![foreign_person(2, &[])]), vec![owns(2, "75", 1)]),
        Outcome::Review,
        &[ForeignParty, OwnershipUnexplained],
    );
    let two = || with(vec![foreign_person(2, &[]), foreign_person(3, &[])]);
    check(
        &input(&pack, two(), vec![owns(2, "60", 1), owns(3, "60", 1)]),
        Outcome::Review,
        &[ForeignParty, OwnershipExceedsWhole],
    );
    let mut nominee = owns(2, "100", 1);
    nominee.control = vec![tenantry_model::party::Control::Nominee];
    check(
        &input(&pack, with(vec![foreign_person(2, &[])]), vec![nominee]),
        Outcome::Review,
        &[ForeignParty, NomineeOwner],
    );
}

fn hit(score: u16, standing: HitStanding, rule: Option<&str>) -> HitSummary {
    HitSummary {
        list: "ofac-sdn".into(),
        entity: "ofac-sdn-36".into(),
        score_per_mille: score,
        hard_rule: rule.map(str::to_owned),
        standing,
    }
}

#[test]
fn ofc_matches_are_reviewed_and_confirmed_ones_refused() {
    let pack = pack();
    let ask = |hit: HitSummary| {
        let mut party = foreign_person(1, CUSTOMER);
        party.0.hits = vec![hit];
        decide(&input(&pack, vec![party], vec![]))
    };
    assert_eq!(ask(hit(699, HitStanding::New, None)).outcome, Outcome::Open);
    assert_eq!(ask(hit(700, HitStanding::New, None)).outcome, Outcome::Review);
    assert_eq!(ask(hit(990, HitStanding::Dismissed, None)).outcome, Outcome::Open);
    assert_eq!(ask(hit(10, HitStanding::Confirmed, None)).outcome, Outcome::Refused);
    let hard = ask(hit(100, HitStanding::New, Some("same_document")));
    assert_eq!((hard.outcome, hard.cases[0].priority), (Outcome::Review, Priority::Urgent));
}

#[test]
fn ofc_half_owned_by_confirmed_parties_is_refused_by_suspected_reviewed() {
    let pack = pack();
    for (standing, expect) in
        [(HitStanding::Confirmed, OwnedByListed), (HitStanding::New, MayBeOwnedByListed)]
    {
        let mut owner = foreign_person(2, &[]);
        owner.0.hits = vec![hit(900, standing, None)];
        let parties = vec![company(1, "DE", CUSTOMER), owner, foreign_person(3, &[])];
        let decision = decide(&input(&pack, parties, vec![owns(2, "50", 1), owns(3, "50", 1)]));
        assert!(rules(&decision).contains(&expect), "{:?}", rules(&decision));
    }
}

/// Who has no name was not searched for. In the chain of owners it is asked for, elsewhere it is said that it was not screened, and of
/// a customer, whose name the pack asks for, once.
#[test]
fn promise1_somebody_without_a_name_was_not_screened() {
    let pack = pack();
    let unnamed = |number: u8, roles: &[AccountRole]| {
        let mut party = Party::new(number, PartyKind::Organisation, roles);
        party.0.screening = Screening::Unnamed;
        party
    };
    let about = |decision: &Decision, number: u8| -> Vec<RuleCode> {
        let ours = decision.reasons.iter().filter(|reason| reason.party == Some(id(number)));
        ours.map(|reason| reason.rule).collect()
    };
    let parties = vec![company(1, "DE", CUSTOMER), unnamed(2, &[]), foreign_person(3, &[])];
    let chain = decide(&input(&pack, parties, vec![owns(2, "100", 1), owns(3, "100", 2)]));
    assert_eq!((chain.outcome, about(&chain, 2)), (Outcome::Review, vec![OwnerNotDescribed]));

    for role in [AccountRole::Payer, AccountRole::User, AccountRole::Signatory] {
        let decision = decide(&input(&pack, vec![foreign_person(1, CUSTOMER), unnamed(2, &[role])], vec![]));
        assert_eq!(decision.outcome, Outcome::Review, "{role}");
        assert!(about(&decision, 2).contains(&NotEvaluated), "{role}: {:?}", about(&decision, 2));
    }

    let mut customer = foreign_person(1, CUSTOMER).without(FactKind::LegalName);
    customer.0.screening = Screening::Unnamed;
    let decision = decide(&input(&pack, vec![customer], vec![]));
    assert!(about(&decision, 1).contains(&FieldMissing) && !about(&decision, 1).contains(&NotEvaluated));
}

#[test]
fn promise1_what_cannot_be_evaluated_is_reviewed() {
    let pack = pack();
    let mut failed = foreign_person(1, CUSTOMER);
    failed.0.screening = Screening::Failed { what: "ofac-sdn".into() };
    let decision = check(&input(&pack, vec![failed], vec![]), Outcome::Review, &[ForeignParty, NotEvaluated]);
    assert_eq!(decision.reasons[0].detail, "screening: ofac-sdn");

    let mut signalled = input(&pack, vec![foreign_person(1, CUSTOMER)], vec![]);
    signalled.signals = vec![Signal::NotEvaluated { what: "linkage".into() }];
    check(&signalled, Outcome::Review, &[ForeignParty, NotEvaluated]);

    let mut early = input(&pack, vec![foreign_person(1, CUSTOMER)], vec![]);
    early.now = "2024-01-28T23:59:59Z".parse().unwrap();
    assert!(rules(&decide(&early)).contains(&NotEvaluated));

    let twice = vec![foreign_person(1, CUSTOMER), foreign_person(1, CUSTOMER)];
    check(&input(&pack, twice, vec![]), Outcome::Review, &[ForeignParty, NotEvaluated]);

    let mut same_id = foreign_person(1, CUSTOMER);
    same_id.0.facts[1].id = same_id.0.facts[0].id;
    assert!(rules(&decide(&input(&pack, vec![same_id], vec![]))).contains(&NotEvaluated));

    let mut stray = foreign_person(1, CUSTOMER);
    stray.0.facts[0].party = id(2);
    assert!(rules(&decide(&input(&pack, vec![stray], vec![]))).contains(&NotEvaluated));
}

#[test]
fn crt16_links_to_accounts_closed_for_cause() {
    let pack = pack();
    for (tier, standing, outcome, expect) in [
        (Tier::Strong, Standing::ClosedForCause, Outcome::Review, vec![ForeignParty, LinkClosedForCause]),
        (Tier::Medium, Standing::ClosedForCause, Outcome::Review, vec![ForeignParty, LinkClosedForCause]),
        (Tier::Weak, Standing::ClosedForCause, Outcome::Open, vec![ForeignParty, LinkWeak]),
        (Tier::Strong, Standing::Prohibited, Outcome::Review, vec![ForeignParty, LinkClosedForCause]),
        (Tier::Medium, Standing::Unverified, Outcome::Review, vec![ForeignParty, LinkClosedForCause]),
        (Tier::Weak, Standing::Prohibited, Outcome::Open, vec![ForeignParty, LinkWeak]),
        (Tier::Strong, Standing::Ordinary, Outcome::Open, vec![ForeignParty]),
    ] {
        let mut input = input(&pack, vec![foreign_person(1, CUSTOMER)], vec![]);
        input.links = vec![LinkSummary { other: AccountId::from_bytes([2; 16]), tier, standing }];
        let decision = check(&input, outcome, &expect);
        let cased = decision.cases.iter().any(|case| case.kind == CaseKind::Link);
        assert_eq!(cased, standing != Standing::Ordinary);
    }
}

#[test]
fn res05_a_reseller_above_must_be_in_good_standing() {
    let pack = pack();
    for (state, outcome) in [
        (AccountState::Open, Outcome::Open),
        (AccountState::Suspended, Outcome::Review),
        (AccountState::Closed, Outcome::Review),
    ] {
        let mut input = input(&pack, vec![foreign_person(1, CUSTOMER)], vec![]);
        input.reseller_chain =
            vec![ChainLink { account: AccountId::from_bytes([7; 16]), state, parties: vec![] }];
        assert_eq!(decide(&input).outcome, outcome);
    }
}

#[test]
fn adp05_red_flags() {
    let pack = pack();
    let flagged = |party: Party, expect: RuleCode, effect: Effect| {
        let decision = decide(&input(&pack, vec![party], vec![]));
        let reason = decision.reasons.iter().find(|r| r.rule == expect);
        assert_eq!(reason.map(|r| r.effect), Some(effect), "{expect}: {:?}", rules(&decision));
    };
    let person = || foreign_person(1, CUSTOMER);
    let said = Strength::SelfAsserted;
    flagged(person().fact(payment("BR"), said), CountryMismatch, Effect::Review);
    let ip = tenantry_model::fact::PersonalIp::new("203.0.113.1".parse().unwrap());
    let access = FactValue::AccessFrom {
        ip,
        access: tenantry_model::fact::AccessKind::Access,
        jurisdiction: Some(j("BR")),
    };
    flagged(person().fact(access, said), AccessOutsideDeclared, Effect::Note);
    for street in ["P.O. Box 12", "PO BOX 7", "Postfach 10 11 12", "p. o. box 3, Town"] {
        let street = FactValue::Address {
            usage: AddressUse::Business,
            street: text(street),
            locality: None,
            jurisdiction: j("DE"),
        };
        flagged(person().fact(street, said), PostBox, Effect::Review);
    }
    let birth = |date: &str| FactValue::DateOfBirth { date: date.parse().unwrap() };
    flagged(person().fact(birth("2027"), said), ImpossibleDate, Effect::Review);
    flagged(person().fact(birth("1890-01-01"), said), ImpossibleDate, Effect::Review);
    let mut expired = person();
    if let FactValue::IdentityDocument { expires_on, .. } = &mut expired.0.facts[2].value {
        *expires_on = Some("2026-11-22".parse().unwrap());
    }
    flagged(expired, DocumentExpired, Effect::Review);
    let cyrillic = || {
        person()
            .without(FactKind::LegalName)
            .fact(FactValue::LegalName { text: text("Зора Квилл") }, Strength::Corroborated)
    };
    flagged(cyrillic(), NameInOneScript, Effect::Note);
    let both =
        cyrillic().fact(FactValue::OtherName { usage: NameUse::Alias, text: text("Zora Quill") }, said);
    assert!(!rules(&decide(&input(&pack, vec![both], vec![]))).contains(&NameInOneScript));
    let payer = Party::new(2, PartyKind::Individual, &[AccountRole::Payer]);
    let decision = decide(&input(&pack, vec![person(), payer], vec![]));
    assert!(rules(&decision).contains(&ThirdPartyPayer));
}

#[test]
fn adp05_signals_raise_flags() {
    let pack = pack();
    let fact = foreign_person(1, CUSTOMER).0.facts[0].id;
    let at = |days: u32| Signal::OwnershipChanged {
        party: id(1),
        at: now().plus_micros(-i64::from(days) * 86_400_000_000),
    };
    for (signal, expect) in [
        (Signal::AnonymousNetwork { party: id(1), fact, lists: listed() }, Some(AnonymousNetwork)),
        (Signal::DisposableEmail { party: id(1), fact, lists: listed() }, Some(DisposableEmail)),
        (at(90), Some(RecentOwnershipChange)),
        (at(91), None),
    ] {
        let mut input = input(&pack, vec![foreign_person(1, CUSTOMER)], vec![]);
        input.signals = vec![signal];
        let decision = decide(&input);
        let fired = rules(&decision).into_iter().find(|rule| *rule != ForeignParty);
        assert_eq!(fired, expect);
    }
}

fn listed() -> Vec<ListVersion> {
    let version = |list: &str, byte| ListVersion {
        list: list.to_owned(),
        id: SignalListId::from_bytes([byte; 16]),
        version: format!("{list} of 2026-11-20, version 0123456789ab"),
    };
    vec![version("exits", 1), version("vpn", 2)]
}

#[test]
fn adp05_a_flag_from_lists_names_them_and_asks_for_a_look_and_never_for_more() {
    let fact = foreign_person(1, CUSTOMER).0.facts[0].id;
    for signal in [
        Signal::AnonymousNetwork { party: id(1), fact, lists: listed() },
        Signal::DisposableEmail { party: id(1), fact, lists: listed() },
    ] {
        let pack = pack();
        let mut input = input(&pack, vec![foreign_person(1, CUSTOMER)], vec![]);
        input.signals = vec![signal];
        let decision = decide(&input);
        let flag = decision.reasons.iter().find(|reason| reason.effect == Effect::Review).unwrap();
        assert_eq!(
            flag.detail,
            "on exits of 2026-11-20, version 0123456789ab; vpn of 2026-11-20, version 0123456789ab"
        );
        assert_eq!((flag.facts.as_slice(), decision.outcome), ([fact].as_slice(), Outcome::Review));
        assert!(
            decision.reaches.is_empty() && decision.cases.iter().all(|case| case.kind == CaseKind::RedFlag)
        );
        // A pack that would make more of it is refused.
        assert_eq!(flag.rule.effect_max(), Effect::Review);
    }
}

#[test]
fn adp03_what_no_list_was_imported_for_is_said_as_the_pack_asks_and_only_where_the_pack_looks_for_it() {
    let without = |pack: &Pack| {
        let mut input = input(pack, vec![foreign_person(1, CUSTOMER)], vec![]);
        input.signals = vec![Signal::FlagWithoutList { rule: DisposableEmail }];
        let decision = decide(&input);
        let said = decision.reasons.iter().find(|reason| reason.rule == FlagWithoutList);
        (decision.outcome, said.map(|reason| (reason.effect, reason.detail.clone())))
    };
    let said = |effect| Some((effect, "disposable_email".to_owned()));
    assert_eq!(without(&pack()), (Outcome::Open, said(Effect::Note)));
    let text = PACK.replace(
        "code = \"flag_without_list\"\nversion = 1\neffect = \"note\"",
        "code = \"flag_without_list\"\nversion = 1\neffect = \"review\"",
    );
    assert_eq!(without(&Pack::parse(&text).unwrap()), (Outcome::Review, said(Effect::Review)));
    let off = PACK.replace("code = \"disposable_email\"", "code = \"disposable_email\"\nstate = \"off\"");
    assert_eq!(without(&Pack::parse(&off).unwrap()), (Outcome::Open, None));
}

#[test]
fn explanations_read_well() {
    let pack = pack();
    let mut owner = foreign_person(2, &[]);
    owner.0.hits = vec![hit(912, HitStanding::New, None)];
    let claims = company(1, "US-DE", CUSTOMER)
        .without(FactKind::OrganisedUnder)
        .fact(FactValue::OrganisedUnder { jurisdiction: j("CY") }, Strength::Corroborated);
    let decision =
        decide(&input(&pack, vec![claims.without(FactKind::Email), owner], vec![owns(2, "30", 1)]));
    insta::assert_snapshot!(told(&decision));
}

/// A decision as somebody would be told it.
fn told(decision: &Decision) -> String {
    let mut lines = vec![format!("{} ({})", decision.outcome, decision.scope)];
    for reason in &decision.reasons {
        let detail = if reason.detail.is_empty() { String::new() } else { format!(" [{}]", reason.detail) };
        lines.push(format!(
            "{:8} {} {}{detail} ({}; {})",
            reason.effect.as_str(),
            reason.rule,
            reason.text,
            reason.requirement,
            reason.citation
        ));
    }
    lines.extend(decision.missing.iter().map(|item| format!("missing  {}", item.why)));
    lines.extend(decision.would_change.iter().map(|change| format!("change   {}", change.text)));
    for case in &decision.cases {
        lines.push(format!(
            "case     {} {} within {} days: {:?}",
            case.kind, case.priority, case.due_days, case.rules
        ));
    }
    lines.join("\n")
}

#[test]
fn enf07_a_decision_holds_no_personal_data() {
    let pack = pack();
    let mut person = foreign_person(1, CUSTOMER).fact(payment("BR"), Strength::SelfAsserted);
    person.0.hits = vec![hit(912, HitStanding::New, None)];
    let json = String::from_utf8(decide(&input(&pack, vec![person], vec![])).to_bytes()).unwrap();
    for personal in [
        "Zora",
        "Quill",
        "Lindenweg",
        "C01X00T47",
        "tok_1x",
        "198.51.100.7",
        "4930123456",
        "example.org",
        "\"DE\"",
        "\"BR\"",
    ] {
        assert!(!json.contains(personal), "{personal} in {json}");
    }
}
