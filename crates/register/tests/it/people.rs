//! Who comes in, and how: nobody lets anybody in alone, a one-time code works once however often it is sent, and a lock holds.

use crate::world::{World, on_both, staff, system};
use sha2::Digest as _;
use std::sync::Barrier;
use tenantry_ledger::LeafHeader;
use tenantry_model::clock::Clock;
use tenantry_model::id::{AccountId, ApiKeyId, StaffId};
use tenantry_model::random::{Entropy, draw};
use tenantry_model::staff::{Actor, Entrance, Job, Role, Scope};
use tenantry_register::approvals::Pending;
use tenantry_register::people::{ComesFrom, LettingIn, NewApiKey, NewSession, NewStaff, TotpSecret};
use tenantry_register::record::RecordType;
use tenantry_register::{Call, RegisterError};
use tenantry_store::StoreExt;
use tenantry_store::repo::{ledger, staff as rows};
use tenantry_testkit::SeededEntropy;

on_both!(
    nobody_invites_a_colleague_alone,
    nobody_takes_a_colleagues_place_alone,
    what_was_not_approved_leaves_nothing,
    a_code_sent_many_times_at_once_works_once,
    wrong_passwords_sent_at_once_lock_like_any_others,
    every_key_in_force_is_found_however_many_were_made,
    nobody_makes_a_key_alone,
    a_key_nobody_approved_is_none,
    coming_and_going_is_on_record_under_a_pseudonym,
    a_flood_of_failures_makes_one_record_for_each_lock,
);

const PASSWORD: &str = "correct horse battery";

fn newcomer(role: Role) -> NewStaff {
    NewStaff { login: "Eve@Staff.example".to_owned(), name: "Eve Example".to_owned(), role }
}

fn admin() -> Call {
    staff(Role::Administrator, 1)
}

fn nobody_invites_a_colleague_alone(world: &World) {
    let register = &world.register;
    for role in Role::ALL {
        let alone = register.add_staff(&staff(*role, 1), newcomer(Role::ComplianceOfficer));
        assert!(matches!(alone, Err(RegisterError::Forbidden { .. })), "{role}: {alone:?}");
    }
    let invited = register.invite_staff(&admin(), newcomer(Role::ComplianceOfficer)).unwrap();
    let id = invited.staff;
    let seen = |call: &Call| register.staff_by_login(call, "eve@staff.example").unwrap();
    assert!(seen(&admin()).disabled_at.is_some(), "somebody has access before anybody approved");
    assert!(matches!(register.approved_link(&admin(), id), Err(RegisterError::SecondPerson)));
    assert!(matches!(register.login_link(&admin(), id), Err(RegisterError::Forbidden { .. })));
    assert!(matches!(register.request_login_link(&admin(), id), Err(RegisterError::NotFound { .. })));
    assert_eq!(register.letting_in(&admin()).unwrap()[&id], LettingIn::Waiting(invited.approval));
    assert!(matches!(world.approve(&admin()), Err(RegisterError::SecondPerson)));
    // Who may not approve does not see the request.
    assert_eq!(register.approvals(&staff(Role::Reviewer, 2)).unwrap().len(), 0);

    let officer = staff(Role::ComplianceOfficer, 2);
    let waiting = register.approvals(&officer).unwrap().remove(0).pending;
    assert!(
        matches!(waiting, Pending::AddStaff { staff, role: Role::ComplianceOfficer, .. } if staff == id),
        "{waiting:?}"
    );
    world.approve(&officer).unwrap();
    assert!(seen(&admin()).disabled_at.is_none());
    // The link is for the administrator who asked, once.
    assert!(matches!(register.approved_link(&officer, id), Err(RegisterError::Forbidden { .. })));
    let other = staff(Role::Administrator, 2);
    assert!(register.letting_in(&other).unwrap().is_empty());
    assert!(matches!(register.approved_link(&other, id), Err(RegisterError::SecondPerson)));
    assert_eq!(register.letting_in(&admin()).unwrap()[&id], LettingIn::Approved);
    let token = register.approved_link(&admin(), id).unwrap();
    assert!(matches!(register.approved_link(&admin(), id), Err(RegisterError::ApprovalVoid)));
    assert!(register.letting_in(&admin()).unwrap().is_empty());
    let session = register.log_in_by_link(&token, &ComesFrom::nowhere()).unwrap().unwrap();
    let session = register.session(&session.token).unwrap().unwrap();
    assert_eq!((session.staff.id, session.entered_by), (id, Entrance::Link));
}

fn nobody_takes_a_colleagues_place_alone(world: &World) {
    let register = &world.register;
    let id = register.add_staff(&system(Job::CommandLine), newcomer(Role::ComplianceOfficer)).unwrap();
    let asked = register.request_login_link(&admin(), id).unwrap();
    assert!(matches!(register.approved_link(&admin(), id), Err(RegisterError::SecondPerson)));
    assert!(matches!(world.approve(&admin()), Err(RegisterError::SecondPerson)));
    world.approve(&staff(Role::Administrator, 2)).unwrap();
    // An approval that nobody used in time is none.
    world.clock.advance_days(8);
    assert!(matches!(register.approved_link(&admin(), id), Err(RegisterError::ApprovalVoid)));
    let again = register.request_login_link(&admin(), id).unwrap();
    assert_ne!(asked, again);
    world.approve(&staff(Role::ComplianceOfficer, 2)).unwrap();
    // Whoever has left since is not let in again.
    register.disable_staff(&staff(Role::Administrator, 3), id).unwrap();
    assert!(register.approved_link(&admin(), id).is_err());
    assert!(matches!(
        register.login_link(&system(Job::CommandLine), id),
        Err(RegisterError::NotFound { .. })
    ));
}

fn what_was_not_approved_leaves_nothing(world: &World) {
    let register = &world.register;
    let officer = staff(Role::ComplianceOfficer, 2);
    let refused = register.invite_staff(&admin(), newcomer(Role::Legal)).unwrap();
    let twice = register.invite_staff(&admin(), newcomer(Role::Legal));
    assert!(matches!(twice, Err(RegisterError::Duplicate { .. })), "{twice:?}");
    register.reject(&officer, refused.approval).unwrap();
    assert!(register.staff_by_login(&admin(), "eve@staff.example").is_err());
    assert!(register.letting_in(&admin()).unwrap().is_empty());
    // The log-in is free again; an invitation that was changed meanwhile is another one.
    let changed = register.invite_staff(&admin(), newcomer(Role::Legal)).unwrap();
    register.disable_staff(&admin(), changed.staff).unwrap();
    assert!(matches!(world.approve(&officer), Err(RegisterError::ApprovalVoid)));
    assert!(register.staff_by_login(&admin(), "eve@staff.example").is_err());
    // And one that nobody looked at lapses.
    register.invite_staff(&admin(), newcomer(Role::Legal)).unwrap();
    world.clock.advance_days(8);
    register.mind_clocks(&system(Job::Clocks)).unwrap();
    assert!(register.staff_by_login(&admin(), "eve@staff.example").is_err());
}

/// Somebody with a password and an authenticator.
struct Member<'a> {
    world: &'a World,
    id: StaffId,
    key: [u8; 20],
}

impl<'a> Member<'a> {
    fn new(world: &'a World) -> Self {
        let register = &world.register;
        let id = register.add_staff(&system(Job::SetUp), newcomer(Role::Reviewer)).unwrap();
        let token = register.login_link(&system(Job::SetUp), id).unwrap();
        let by_link = register.log_in_by_link(&token, &ComesFrom::nowhere()).unwrap().unwrap();
        let call = Call::by(Actor::Staff { id, role: Role::Reviewer });
        let secret = TotpSecret::new(&SeededEntropy::new(9));
        register.set_password(&call, PASSWORD, &secret).unwrap();
        assert!(register.session(&by_link.token).unwrap().is_none(), "the session of the link goes on");
        Self { world, id, key: draw(&SeededEntropy::new(9) as &dyn Entropy) }
    }

    /// The code of now (RFC 6238).
    fn code(&self) -> String {
        let step = self.world.clock.now().as_micros() / 1_000_000 / 30;
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.key);
        let tag = aws_lc_rs::hmac::sign(&key, &step.to_be_bytes());
        let offset = usize::from(tag.as_ref()[19] & 15);
        let word = u32::from_be_bytes(tag.as_ref()[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }

    /// Tries until there is a turn.
    fn log_in(&self, password: &str, code: &str) -> Option<NewSession> {
        loop {
            match self.world.register.log_in("eve@staff.example", password, code, &from()) {
                Err(RegisterError::Busy { .. }) => std::thread::yield_now(),
                answer => return answer.unwrap(),
            }
        }
    }

    /// The same attempt from several browsers at one time; answers how many came in.
    fn at_once(&self, times: usize, password: &str, code: &str) -> usize {
        let start = Barrier::new(times);
        std::thread::scope(|scope| {
            let attempt = || {
                start.wait();
                self.log_in(password, code).is_some()
            };
            let all: Vec<_> = (0..times).map(|_| scope.spawn(attempt)).collect();
            all.into_iter().map(|one| usize::from(one.join().unwrap())).sum()
        })
    }
}

fn a_code_sent_many_times_at_once_works_once(world: &World) {
    let member = Member::new(world);
    let code = member.code();
    assert_eq!(member.at_once(4, PASSWORD, &code), 1);
    assert!(member.log_in(PASSWORD, &code).is_none());
    world.clock.advance_micros(30_000_000);
    let session = member.log_in(PASSWORD, &member.code()).unwrap();
    let session = world.register.session(&session.token).unwrap().unwrap();
    assert_eq!((session.staff.id, session.entered_by), (member.id, Entrance::Credentials));
}

fn wrong_passwords_sent_at_once_lock_like_any_others(world: &World) {
    let member = Member::new(world);
    assert_eq!(member.at_once(8, "wrong password here", &member.code()), 0);
    let id = member.id;
    let row = world.store.read(move |tx| rows::find(tx, id)).unwrap().unwrap();
    assert_eq!(row.failures, 5, "failures are counted up to the lock and not beyond");
    world.clock.advance_micros(60_000_000);
    assert!(member.log_in(PASSWORD, &member.code()).is_none(), "the lock does not hold");
    world.clock.advance_micros(15 * 60_000_000);
    assert!(member.log_in(PASSWORD, &member.code()).is_some());
}

fn wanted(scopes: &[Scope]) -> NewApiKey {
    NewApiKey { label: "billing".to_owned(), scopes: scopes.to_vec(), reseller: None }
}

fn nobody_makes_a_key_alone(world: &World) {
    let register = &world.register;
    for role in Role::ALL {
        let alone = register.create_api_key(&staff(*role, 1), wanted(&[Scope::Read]));
        assert!(matches!(alone, Err(RegisterError::Forbidden { .. })), "{role}: {alone:?}");
    }
    let request = register.request_api_key(&admin(), wanted(&[Scope::Gate, Scope::Read])).unwrap();
    assert!(register.keys_in_force().unwrap().is_empty());
    assert!(matches!(register.approved_api_key(&admin(), request), Err(RegisterError::SecondPerson)));
    assert!(matches!(world.approve(&admin()), Err(RegisterError::SecondPerson)));
    assert_eq!(register.keys_asked_for(&admin()).unwrap()[0].state, LettingIn::Waiting(request));

    let officer = staff(Role::ComplianceOfficer, 2);
    let asked = register.approvals(&officer).unwrap().remove(0);
    let Pending::MakeKey { key, label, scopes, reseller } = asked.pending else { panic!("{asked:?}") };
    assert_eq!(
        (label.as_str(), scopes.as_slice(), reseller),
        ("billing", [Scope::Read, Scope::Gate].as_slice(), None)
    );
    // Exactly this was seen: another content cannot be approved in its name.
    let other: [u8; 32] = draw(&SeededEntropy::new(4) as &dyn Entropy);
    let other = tenantry_register::approvals::ContentHash::from_bytes(other);
    assert!(matches!(register.approve(&officer, request, other), Err(RegisterError::ApprovalVoid)));
    world.approve(&officer).unwrap();
    assert!(register.keys_in_force().unwrap().is_empty(), "a key is made when its secret is shown");
    // It is for the administrator who asked, once.
    let colleague = staff(Role::Administrator, 2);
    assert!(matches!(register.approved_api_key(&officer, request), Err(RegisterError::Forbidden { .. })));
    assert!(matches!(register.approved_api_key(&colleague, request), Err(RegisterError::SecondPerson)));
    assert!(register.keys_asked_for(&colleague).unwrap().is_empty());
    assert_eq!(register.keys_asked_for(&admin()).unwrap()[0].state, LettingIn::Approved);
    let (made, secret) = register.approved_api_key(&admin(), request).unwrap();
    assert_eq!(made, key);
    assert!(matches!(register.approved_api_key(&admin(), request), Err(RegisterError::ApprovalVoid)));
    assert!(register.keys_asked_for(&admin()).unwrap().is_empty());
    let in_force = register.key_in_force(key).unwrap().unwrap();
    assert_eq!(in_force.hash, <[u8; 32]>::from(sha2::Sha256::digest(secret)));
    assert_eq!(in_force.actor, Actor::ApiKey { id: key, scopes, reseller: None });
    // Taking power away needs nobody else.
    register.revoke_api_key(&admin(), key).unwrap();
    assert!(register.key_in_force(key).unwrap().is_none());
    assert!(matches!(register.approved_api_key(&admin(), request), Err(RegisterError::ApprovalVoid)));
}

fn a_key_nobody_approved_is_none(world: &World) {
    let register = &world.register;
    let officer = staff(Role::ComplianceOfficer, 2);
    for (label, scopes) in [(" ", vec![Scope::Read]), ("billing", vec![])] {
        let new = NewApiKey { label: label.to_owned(), scopes, reseller: None };
        assert!(matches!(register.request_api_key(&admin(), new), Err(RegisterError::Invalid { .. })));
    }
    let nowhere = NewApiKey { reseller: Some(AccountId::from_bytes([9; 16])), ..wanted(&[Scope::Read]) };
    assert!(matches!(register.request_api_key(&admin(), nowhere), Err(RegisterError::NotFound { .. })));
    let refused = register.request_api_key(&admin(), wanted(&[Scope::Read])).unwrap();
    register.reject(&officer, refused).unwrap();
    assert!(matches!(register.approved_api_key(&admin(), refused), Err(RegisterError::ApprovalVoid)));
    let unused = register.request_api_key(&admin(), wanted(&[Scope::Read])).unwrap();
    world.approve(&officer).unwrap();
    world.clock.advance_days(8);
    assert!(matches!(register.approved_api_key(&admin(), unused), Err(RegisterError::ApprovalVoid)));
    assert!(register.keys_asked_for(&admin()).unwrap().is_empty());
    // The request for something else is none for a key.
    let invited = register.invite_staff(&admin(), newcomer(Role::Legal)).unwrap();
    world.approve(&officer).unwrap();
    assert!(matches!(
        register.approved_api_key(&admin(), invited.approval),
        Err(RegisterError::ApprovalVoid)
    ));
    assert!(register.keys_in_force().unwrap().is_empty());
}

/// What the ledger says of who came and went: the headers of its leaves.
fn comings_and_goings(world: &World, id: StaffId) -> Vec<LeafHeader> {
    let of = i64::from(RecordType::StaffCameOrWent.number());
    let leaves =
        world.store.read(move |tx| ledger::in_chain_of_type(tx, &id.bytes(), of, -1, 1_000)).unwrap();
    for leaf in &leaves {
        let anywhere = [leaf.bytes.as_slice(), leaf.body.as_slice()].concat();
        let told = |text: &[u8]| anywhere.windows(text.len()).any(|part| part == text);
        assert!(!told(FROM.as_bytes()) && !told(b"eve@staff.example"), "an address stands in plain");
    }
    leaves.iter().map(|leaf| LeafHeader::decode(&leaf.bytes).unwrap()).collect()
}

const FROM: &str = "203.0.113.77";

fn from() -> ComesFrom {
    ComesFrom::address(FROM.parse().unwrap())
}

fn coming_and_going_is_on_record_under_a_pseudonym(world: &World) {
    let register = &world.register;
    // Her link was used, and setting both ended the session it began.
    let member = Member::new(world);
    assert_eq!(comings_and_goings(world, member.id).len(), 1);
    let session = member.log_in(PASSWORD, &member.code()).unwrap();
    let seen = comings_and_goings(world, member.id);
    assert_eq!((seen.len(), seen[1].actor, seen[1].subject.0), (2, seen[1].subject, member.id.bytes()));
    assert_eq!(seen[1].retention.0, 1, "an address is personal data");
    register.log_out(&session.token, &from()).unwrap();
    assert_eq!(comings_and_goings(world, member.id).len(), 3);
    assert!(register.session(&session.token).unwrap().is_none());
    // Leaving twice, or with a token that never was one, is nothing that happened.
    register.log_out(&session.token, &from()).unwrap();
    register.log_out(&[7; 32], &from()).unwrap();
    assert!(register.log_in_by_link(&[7; 32], &from()).unwrap().is_none());
    assert_eq!(comings_and_goings(world, member.id).len(), 3);
    assert_eq!(crate::fsck::check(world).findings, []);
    // A session that was put there has no record.
    world.clock.advance_micros(30_000_000);
    member.log_in(PASSWORD, &member.code()).unwrap();
    world.run("UPDATE session SET entered_by = 'link'");
    let found = crate::fsck::check(world).findings;
    assert!(
        found.iter().any(|finding| finding.what.contains("no record says that this session began")),
        "{found:?}"
    );
}

fn a_flood_of_failures_makes_one_record_for_each_lock(world: &World) {
    let member = Member::new(world);
    let before = comings_and_goings(world, member.id).len();
    let size = || world.register.ledger_state(&staff(Role::Auditor, 1)).unwrap().size;
    let at_first = size();
    for _ in 0..4 {
        assert!(member.log_in("wrong password here", &member.code()).is_none());
    }
    assert_eq!(size(), at_first, "a single failure is counted and no record");
    for _ in 0..20 {
        assert!(member.log_in("wrong password here", &member.code()).is_none());
    }
    assert_eq!(member.at_once(8, "wrong password here", &member.code()), 0);
    assert_eq!((size(), comings_and_goings(world, member.id).len()), (at_first + 1, before + 1));
    let locked = comings_and_goings(world, member.id).pop().unwrap();
    assert_eq!(&locked.actor.0[..7], b"log_ins", "whoever tried is nobody the register knows");
    // An unknown log-in is nobody's, and locks nobody out.
    assert!(world.register.log_in("nobody@staff.example", PASSWORD, "000000", &from()).unwrap().is_none());
    assert_eq!(size(), at_first + 1);
    world.clock.advance_micros(16 * 60_000_000);
    assert!(member.log_in("wrong password here", &member.code()).is_none());
    assert_eq!(size(), at_first + 2, "the next failure after a lock locks again");
}

fn every_key_in_force_is_found_however_many_were_made(world: &World) {
    let register = &world.register;
    let (now, revoked) = (world.clock.now(), 1_100_u16);
    world
        .store
        .write(move |tx| {
            for number in 0..revoked {
                let mut id = ApiKeyId::new(now, &SeededEntropy::new(7)).bytes();
                id[14..].copy_from_slice(&number.to_be_bytes());
                let key = rows::KeyRow {
                    id: ApiKeyId::from_bytes(id),
                    hash: [0; 32],
                    label: format!("key {number}"),
                    scopes: "read".to_owned(),
                    reseller: None,
                    created_at: now,
                    revoked_at: None,
                };
                rows::add_key(tx, &key)?;
                if number % 2 == 0 {
                    rows::revoke_key(tx, key.id, now)?;
                }
            }
            Ok::<_, RegisterError>(())
        })
        .unwrap();
    world.clock.advance_micros(1_000_000);
    let new = NewApiKey { label: "the newest".to_owned(), scopes: vec![Scope::Read], reseller: None };
    let (newest, _) = register.create_api_key(&system(Job::CommandLine), new).unwrap();
    let in_force = register.keys_in_force().unwrap();
    assert_eq!(in_force.len(), usize::from(revoked / 2) + 1);
    assert!(in_force.iter().any(|key| matches!(key.actor, Actor::ApiKey { id, .. } if id == newest)));
    let mut seen = Vec::new();
    loop {
        let page = register.api_keys(&admin(), seen.last().copied(), 400).unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|key| key.id));
    }
    assert_eq!((seen.len(), seen.first()), (usize::from(revoked) + 1, Some(&newest)));
}
