//! Signal lists: what they raise, what a decision says of it, what stays when they change, and what reported accesses become.

use crate::world::{Applicant, World, machine, on_both, staff, system};
use serde_json::{Value, json};
use tenantry_lists::{Part, SignalFile, read_signal_list};
use tenantry_model::account::AccountState;
use tenantry_model::case::CaseKind;
use tenantry_model::id::{AccountId, DecisionId};
use tenantry_model::signal::SignalKind;
use tenantry_model::staff::{Job, Role};
use tenantry_model::time::DAY_US;
use tenantry_policy::decision::{Decision, Outcome};
use tenantry_policy::rule::{Effect, RuleCode};
use tenantry_register::accounts::NewAccess;
use tenantry_register::rules::{ListRules, Rules};
use tenantry_register::signal_lists::SignalsImported;
use tenantry_register::{Applied, RegisterError};
use tenantry_signals::Naming;

const NETWORKS: SignalKind = SignalKind::AnonymousNetwork;
const MAIL: SignalKind = SignalKind::DisposableEmail;

fn import_without(
    world: &World,
    list: &str,
    kind: SignalKind,
    text: &str,
    without: &[Part],
) -> Result<SignalsImported, RegisterError> {
    let naming = Naming { list: list.to_owned(), source: "test".to_owned(), published_on: None };
    let file = SignalFile { name: "list.txt", bytes: text.as_bytes() };
    let reading = read_signal_list(kind, naming, &[file]).unwrap();
    world.clock.advance_micros(1_000_000);
    world.register.import_signals(&system(Job::CommandLine), &reading, without)
}

fn import(world: &World, list: &str, kind: SignalKind, text: &str) -> SignalsImported {
    import_without(world, list, kind, text, &[]).unwrap()
}

/// Somebody who signed up from 203.0.113.9 and writes from a throw-away service.
fn hidden(number: u16) -> Applicant {
    let mut applicant = Applicant::new(number);
    applicant.more = vec![
        json!({ "fact": { "kind": "access_from", "ip": "203.0.113.9", "access": "sign_up" } }),
        json!({ "fact": { "kind": "email", "address": "me@eu.mail.example" } }),
    ];
    applicant
}

fn decision(world: &World, account: AccountId) -> (DecisionId, Decision, AccountState) {
    let view = world.register.account(&system(Job::CommandLine), account).unwrap();
    (view.decisions[0].id, view.decision.unwrap(), view.summary.state)
}

fn flags(decision: &Decision) -> Vec<RuleCode> {
    let of_lists = [RuleCode::AnonymousNetwork, RuleCode::DisposableEmail, RuleCode::FlagWithoutList];
    decision.reasons.iter().map(|reason| reason.rule).filter(|rule| of_lists.contains(rule)).collect()
}

fn replays(world: &World, decision: DecisionId) -> bool {
    let replay = world.register.replay(&staff(Role::Auditor, 1), decision).unwrap();
    assert_eq!(replay.same, replay.differences.is_empty(), "{:?}", replay.differences);
    replay.same
}

fn reassess(world: &World, account: AccountId) -> Option<DecisionId> {
    world.clock.advance_micros(1_000_000);
    world.register.reassess(&system(Job::Rescreening), account).unwrap().decision
}

fn is_sound(world: &World) -> bool {
    let mut check = world.register.check(&system(Job::CommandLine)).unwrap();
    while check.step().unwrap() == tenantry_register::fsck::Step::More {}
    check.into_report().is_sound()
}

on_both!(
    flags_name_rule_citation_fact_list_and_version_and_replay,
    a_new_version_leaves_what_was_found_of_an_address_and_takes_back_what_it_no_longer_says_of_an_e_mail_address,
    an_account_is_flagged_once_in_a_while_for_accesses_that_are_reported_later,
);

fn flags_name_rule_citation_fact_list_and_version_and_replay(world: &World) {
    let exits = import(world, "exits", NETWORKS, "# exits\n203.0.113.0/24\n2001:db8::/32\n");
    let mail = import(world, "throw-away", MAIL, "mail.example\n");
    let Applied { account, decision: decided, decision_id, cases, .. } = world.apply(&hidden(1));
    assert_eq!((decided.outcome, cases.len()), (Outcome::Review, 1));
    for (rule, header) in
        [(RuleCode::AnonymousNetwork, exits.header), (RuleCode::DisposableEmail, mail.header)]
    {
        let reason = decided.reasons.iter().find(|reason| reason.rule == rule).unwrap();
        assert_eq!(
            (reason.effect, reason.detail.clone()),
            (Effect::Review, format!("on {}", header.version()))
        );
        assert!(reason.citation.starts_with("15 CFR 7.306") && reason.facts.len() == 1, "{reason:?}");
    }
    let case = world.register.account(&system(Job::CommandLine), account).unwrap().cases.remove(0);
    assert_eq!((case.kind, case.sentences.len()), (CaseKind::RedFlag, 2));
    assert!(replays(world, decision_id));
    // Whoever signs up openly is not flagged, and no decision says that nothing was looked for.
    assert!(flags(&world.apply(&Applicant::new(2)).decision).is_empty());
    // A dismissed flag is settled, whatever version says the same later.
    let dismissal =
        json!({ "verdict": "dismiss", "reason_code": "explained_by_evidence", "note": "a journalist" });
    world.decide(&staff(Role::ComplianceOfficer, 1), case.id, dismissal).unwrap();
    assert_eq!(decision(world, account).2, AccountState::Open);
    import(world, "exits", NETWORKS, "203.0.113.0/24\n198.51.100.0/24\n");
    reassess(world, account);
    assert_eq!((decision(world, account).2, world.open_cases().len()), (AccountState::Open, 0));
    assert!(replays(world, decision_id) && replays(world, decision(world, account).0));
    assert!(is_sound(world));
}

fn a_new_version_leaves_what_was_found_of_an_address_and_takes_back_what_it_no_longer_says_of_an_e_mail_address(
    world: &World,
) {
    use RuleCode::{AnonymousNetwork, DisposableEmail};
    import(world, "exits", NETWORKS, "203.0.113.9\n");
    import(world, "throw-away", MAIL, "mail.example\nother.example\n");
    let applied = world.apply(&hidden(1));
    let first = applied.decision_id;
    // Both lists go on saying the same in new versions: nothing is decided anew, and nobody was assessed for it.
    import(world, "exits", NETWORKS, "203.0.113.9\n203.0.113.10\n");
    import(world, "throw-away", MAIL, "mail.example\nthird.example\n");
    assert_eq!(decision(world, applied.account).0, first);
    assert_eq!(reassess(world, applied.account), None);
    // The relay is gone; the domain is not listed any more.
    import(world, "exits", NETWORKS, "203.0.113.10\n203.0.113.11\n");
    import(world, "throw-away", MAIL, "other.example\nthird.example\n");
    assert!(reassess(world, applied.account).is_some());
    let (second, decided, state) = decision(world, applied.account);
    assert_eq!((flags(&decided), state), (vec![AnonymousNetwork], AccountState::InReview));
    assert_eq!(flags(&applied.decision), [AnonymousNetwork, DisposableEmail]);
    // A newcomer from there meets the newest version.
    assert!(flags(&world.apply(&hidden(2)).decision).is_empty());
    assert!(replays(world, first) && replays(world, second));
}

#[test]
fn where_no_list_was_ever_imported_decisions_say_so_and_accounts_open() {
    let world = World::sqlite();
    let applied = world.apply(&hidden(1));
    assert_eq!((applied.state, applied.decision.outcome), (AccountState::Open, Outcome::Open));
    let said = applied.decision.reasons.iter().filter(|reason| reason.rule == RuleCode::FlagWithoutList);
    let said: Vec<_> = said.map(|reason| (reason.effect, reason.detail.as_str())).collect();
    assert_eq!(said, [(Effect::Note, "anonymous_network"), (Effect::Note, "disposable_email")]);
    assert!(replays(&world, applied.decision_id));
    import(&world, "throw-away", MAIL, "else.example\n");
    let applied = world.apply(&hidden(2));
    assert_eq!(
        (flags(&applied.decision), applied.state),
        (vec![RuleCode::FlagWithoutList], AccountState::Open)
    );
}

#[test]
fn a_list_that_must_be_there_and_one_that_cannot_be_read_end_in_review_and_never_pass() {
    let world = World::sqlite();
    let required = |age_days_max| {
        let required = vec!["test-list".to_owned(), "exits".to_owned()];
        world.register.go_by(Rules { lists: ListRules { required, age_days_max }, ..Rules::default() });
    };
    required(None);
    let words = |applied: &Applied| {
        assert_eq!(applied.decision.outcome, Outcome::Review);
        applied.decision.reasons.iter().map(|r| r.detail.clone()).collect::<Vec<_>>().join("; ")
    };
    let missing = world.apply(&Applicant::new(1));
    assert!(words(&missing).contains("the list exits must be in force and is not"));
    import(&world, "exits", NETWORKS, "203.0.113.0/24\n");
    let open = world.apply(&Applicant::new(2));
    assert_eq!(open.state, AccountState::Open);
    let flagged = world.apply(&hidden(3));
    required(Some(3));
    world.clock.advance_micros(4 * DAY_US);
    world.import(crate::world::LIST);
    assert!(words(&world.apply(&Applicant::new(4))).contains("the list exits was last confirmed 4 days ago"));
    assert!(import(&world, "exits", NETWORKS, "203.0.113.0/24\n").unchanged);
    assert_eq!(world.apply(&Applicant::new(5)).state, AccountState::Open);
    // Its entries are damaged behind the register's back; another process cannot read it.
    assert!(is_sound(&world));
    world.run("UPDATE signal_list SET packed = x'00'");
    assert!(!is_sound(&world));
    let other = world.reopened(std::sync::Arc::new(crate::world::OpenRoot)).unwrap();
    let unread = other.apply(&system(Job::SetUp), Applicant::new(6).sent()).unwrap();
    assert!(words(&unread).contains("the signal list exits cannot be read"));
    assert_eq!(other.lists(&system(Job::CommandLine)).unwrap().signal_lists.unreadable, ["exits"]);
    // Nor does anybody pass who was flagged when it could be read; who is in stays in.
    for (account, state) in [(flagged.account, AccountState::InReview), (open.account, AccountState::Open)] {
        other.reassess(&system(Job::Rescreening), account).unwrap();
        assert_eq!(decision(&world, account).2, state);
    }
    // A sound version takes its place.
    let naming = Naming { list: "exits".to_owned(), source: "test".to_owned(), published_on: None };
    let file = SignalFile { name: "list.txt", bytes: b"203.0.113.0/25\n" };
    let reading = read_signal_list(NETWORKS, naming, &[file]).unwrap();
    other.import_signals(&system(Job::CommandLine), &reading, &[]).unwrap();
    assert_eq!(other.apply(&system(Job::SetUp), Applicant::new(7).sent()).unwrap().state, AccountState::Open);
}

#[test]
fn a_cut_broken_smaller_or_foreign_version_is_refused_and_the_one_in_force_stays() {
    let world = World::sqlite();
    let many: Vec<String> = (0..20).map(|n| format!("203.0.113.{n}")).collect();
    let many = many.join("\n") + "\n";
    let first = import(&world, "exits", NETWORKS, &many);
    assert_eq!((first.entries_before, first.unchanged), (None, false));
    for (list, kind, text, why) in [
        ("exits", NETWORKS, "203.0.113.1\n203.0.113.2", "is cut off"),
        ("exits", NETWORKS, "203.0.113.1\nhello\n", "could not be read"),
        ("exits", NETWORKS, "# nothing\n\n", "has no entries"),
        ("exits", NETWORKS, "203.0.113.1\n", "the version in force 20; it may lose at most 300"),
        ("exits", MAIL, "mail.example\n", "has entries of the kind `anonymous_network`"),
        ("test-list", NETWORKS, "203.0.113.1\n", "is the code of a watchlist"),
    ] {
        let refused = import_without(&world, list, kind, text, &[]).unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
    let named = import_without(&world, "Exits!", NETWORKS, "203.0.113.1\n", &[]);
    assert!(matches!(named, Err(RegisterError::Invalid { .. })));
    let lists = world.register.lists(&system(Job::CommandLine)).unwrap();
    assert_eq!((lists.signal_lists.in_force.len(), lists.signal_lists.history.len()), (1, 1));
    assert_eq!(lists.signal_lists.in_force[0].header, first.header);
    assert_eq!(lists.refused.len(), 2);
    let smaller = import_without(&world, "exits", NETWORKS, "203.0.113.1\n", &[Part::Entries]).unwrap();
    assert_eq!((smaller.entries_before, smaller.without), (Some(20), vec!["entries".to_owned()]));
    let newest = world.register.latest_records(&staff(Role::Auditor, 1), None, 1).unwrap();
    assert_eq!(newest[0].title, "List imported");
    assert!(is_sound(&world));
}

fn access(world: &World, ip: &str) -> NewAccess {
    let at: Value = json!(world.now().plus_micros(-1));
    serde_json::from_value(json!({ "at": at, "access": "administration", "ip": ip })).unwrap()
}

fn an_account_is_flagged_once_in_a_while_for_accesses_that_are_reported_later(world: &World) {
    import(world, "exits", NETWORKS, "203.0.113.0/24\n2001:db8::/32\n");
    let accounts: Vec<AccountId> =
        (1..4).map(|number| world.apply(&Applicant::new(number)).account).collect();
    let mind = || world.register.mind_clocks(&system(Job::Clocks)).unwrap().ran_out;
    let report = |ips: &[&str]| {
        let of = |(at, ip): (usize, &&str)| (accounts[at % 2], access(world, ip));
        world.register.report_accesses(&machine(None), ips.iter().enumerate().map(of).collect()).unwrap()
    };
    // From open networks: nothing is looked at.
    report(&["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2"]);
    assert_eq!(mind().accounts, 0);
    // Both accounts come through hidden networks, the first twice in the batch; each is looked at once.
    let facts = |account| world.register.account(&system(Job::CommandLine), account).unwrap().roles[0].party;
    let tokens = world.tokens_of(accounts[0]);
    report(&["203.0.113.1", "2001:db8::7", "203.0.113.2", "192.0.2.2"]);
    let pass = mind();
    assert_eq!((pass.accounts, pass.cases), (2, 2));
    for account in &accounts[..2] {
        let (id, decided, state) = decision(world, *account);
        assert_eq!(flags(&decided), [RuleCode::AnonymousNetwork, RuleCode::FlagWithoutList]);
        assert_eq!(
            (decided.outcome, state),
            (Outcome::Review, AccountState::Open),
            "a flag takes nothing away"
        );
        assert!(replays(world, id));
        let party = world.register.party(&system(Job::CommandLine), facts(*account)).unwrap();
        let observed = party.facts.last().unwrap();
        assert_eq!((observed.kind.as_str(), observed.source.as_str()), ("access_from", "observed"));
    }
    assert_eq!(
        world.tokens_of(accounts[0]),
        tokens + 1,
        "the address links accounts, as that of the sign-up does"
    );
    // Again and again, by batch and alone, in this process and another: no further fact, case or look.
    let facts_before =
        world.register.party(&system(Job::CommandLine), facts(accounts[0])).unwrap().facts.len();
    report(&["203.0.113.3", "203.0.113.4"]);
    world.register.report_access(&machine(None), accounts[0], access(world, "203.0.113.5")).unwrap();
    let other = world.reopened(std::sync::Arc::new(crate::world::OpenRoot)).unwrap();
    other.report_access(&machine(None), accounts[0], access(world, "203.0.113.6")).unwrap();
    assert_eq!((mind().accounts, world.open_cases().len()), (0, 2));
    let party = world.register.party(&system(Job::CommandLine), facts(accounts[0])).unwrap();
    assert_eq!(party.facts.len(), facts_before);
    // After ninety days it is a new concern.
    world.clock.advance_micros(91 * DAY_US);
    world.register.report_access(&machine(None), accounts[0], access(world, "203.0.113.5")).unwrap();
    assert_eq!(
        (mind().accounts, world.open_cases().len()),
        (1, 2),
        "the newer case takes the place of the older"
    );
    // Every batch is on the timeline of the accounts in it and of no other.
    let titles = |account| {
        let timeline = world.register.timeline(&system(Job::CommandLine), account).unwrap();
        timeline.iter().filter(|entry| entry.title == "Access reported").count()
    };
    assert_eq!(accounts.iter().map(|account| titles(*account)).collect::<Vec<_>>(), [6, 3, 0]);
}

#[test]
fn whoever_signed_up_through_a_hidden_network_is_not_flagged_again_for_using_it() {
    let world = World::sqlite();
    import(&world, "exits", NETWORKS, "203.0.113.0/24\n");
    let applied = world.apply(&hidden(1));
    let report = || {
        let hit = vec![(applied.account, access(&world, "203.0.113.77"))];
        world.register.report_accesses(&machine(None), hit).unwrap();
        world.register.mind_clocks(&system(Job::Clocks)).unwrap().ran_out.accounts
    };
    assert_eq!(report(), 0);
    world.clock.advance_micros(91 * DAY_US);
    assert_eq!(report(), 1);
}
