//! The table of who may do what, whole, against the file that auditors read.

use crate::approvals::measure;
use crate::world::{Applicant, World, machine, staff, system};
use std::fmt::Write as _;
use tenantry_model::case::{ReasonCode, Verdict};
use tenantry_model::id::{
    AccountId, ApprovalId, CaseId, DisclosureId, ErasureId, HoldId, MeasureId, OrderId, PartyId, StaffId,
};
use tenantry_model::staff::{Job, Role, Scope};
use tenantry_model::time::Timestamp;
use tenantry_register::access::{Action, job_may, role_may, scope_may};
use tenantry_register::cases::{CaseDecision, CaseFilter, NewAppeal};
use tenantry_register::disclosure::NewDisclosure;
use tenantry_register::holds::NewHold;
use tenantry_register::measures::NewExtension;
use tenantry_register::orders::NewOrder;
use tenantry_register::people::{NewApiKey, NewStaff};
use tenantry_register::{Call, Register, RegisterError};

const TABLE: &str = include_str!("../../access_table.txt");

#[test]
fn the_table_is_the_file() {
    let table = render();
    assert!(table == TABLE, "access_table.txt should be:\n{table}");
}

#[test]
fn no_machine_approves() {
    for action in [
        Action::ApproveMeasure,
        Action::ApproveCase,
        Action::ApproveDisclosure,
        Action::ApproveRelease,
        Action::ApproveErasure,
        Action::ApproveRotation,
        Action::ApprovePeople,
        Action::DecideCase,
    ] {
        assert!(Scope::ALL.iter().all(|scope| !scope_may(*scope, action)), "{}", action.as_str());
        assert!(Job::ALL.iter().all(|job| !job_may(*job, action)), "{}", action.as_str());
    }
}

fn render() -> String {
    let mut table = "# Who may do what. One line per action; `2nd` marks what nobody does alone, `why` what needs a reason.\n\
        # Generated from and compared with `tenantry_register::access` by its tests.\n\n"
        .to_owned();
    for action in Action::ALL {
        let mut marks = Vec::new();
        marks.extend(action.needs_second_person().then_some("2nd"));
        marks.extend(action.needs_reason().then_some("why"));
        let roles = Role::ALL.iter().filter(|r| role_may(**r, *action)).map(|r| r.as_str());
        let scopes = Scope::ALL.iter().filter(|s| scope_may(**s, *action)).map(|s| s.as_str());
        let jobs = Job::ALL.iter().filter(|j| job_may(**j, *action)).map(|j| j.as_str());
        let list = |words: Vec<&str>| if words.is_empty() { "-".to_owned() } else { words.join(" ") };
        let _ = writeln!(table, "{} [{}]", action.as_str(), marks.join(" "));
        let _ = writeln!(table, "  staff   {}", list(roles.collect()));
        let _ = writeln!(table, "  keys    {}", list(scopes.collect()));
        let _ = writeln!(table, "  system  {}", list(jobs.collect()));
    }
    table
}

/// A use case with the action it stands under in the table.
type UseCase = (Action, &'static str, fn(&Register, &Call) -> Result<(), RegisterError>);

const USE_CASES: &[UseCase] = &[
    (Action::Read, "queue", |r, c| r.queue(c, CaseFilter::default(), None, 1).map(drop)),
    (Action::Read, "case", |r, c| r.case(c, CaseId::from_bytes([0; 16])).map(drop)),
    (Action::Read, "case_counts", |r, c| r.case_counts(c).map(drop)),
    (Action::WorkCases, "lease", |r, c| r.lease(c, CaseId::from_bytes([0; 16])).map(drop)),
    (Action::WorkCases, "renew", |r, c| r.renew(c, CaseId::from_bytes([0; 16])).map(drop)),
    (Action::WorkCases, "release", |r, c| r.release(c, CaseId::from_bytes([0; 16]))),
    (Action::DecideCase, "decide", |r, c| r.decide(c, CaseId::from_bytes([0; 16]), 1, dismissal()).map(drop)),
    (Action::Read, "approvals", |r, c| r.approvals(c).map(drop)),
    (Action::Read, "approval", |r, c| r.approval(c, ApprovalId::from_bytes([0; 16])).map(drop)),
    (Action::ProposeMeasure, "propose_measure", |r, c| r.propose_measure(c, measure()).map(drop)),
    (Action::ProposeMeasure, "preview_measure", |r, c| r.preview_measure(c, measure()).map(drop)),
    (Action::LiftMeasure, "lift_measure", |r, c| r.lift_measure(c, MeasureId::from_bytes([0; 16])).map(drop)),
    (Action::ExtendMeasure, "extend_measure", |r, c| {
        r.extend_measure(c, MeasureId::from_bytes([0; 16]), extension()).map(drop)
    }),
    (Action::AdoptPack, "propose_pack", |r, c| r.propose_pack(c, String::new()).map(drop)),
    (Action::Read, "pack_in_force", |r, c| r.pack_in_force(c).map(drop)),
    (Action::Read, "pack_waits", |r, c| r.pack_waits(c).map(drop)),
    (Action::AddFacts, "change_roles", |r, c| {
        r.change_roles(c, AccountId::from_bytes([0; 16]), 1, tenantry_register::roles::RolesChange::default())
            .map(drop)
    }),
    (Action::Read, "measures", |r, c| r.measures(c).map(drop)),
    (Action::Read, "measure", |r, c| r.measure(c, MeasureId::from_bytes([0; 16])).map(drop)),
    (Action::Reveal, "reveal_measure", |r, c| r.reveal_measure(c, MeasureId::from_bytes([0; 16])).map(drop)),
    (Action::Reassess, "reassess", |r, c| r.reassess(c, AccountId::from_bytes([0; 16])).map(drop)),
    (Action::Reassess, "reassess_all", |r, c| r.reassess_all(c, 1, &mut |_| {}).map(drop)),
    (Action::Reassess, "rescreen", |r, c| r.rescreen(c, 1, &mut |_| {}).map(drop)),
    (Action::Reassess, "finish_below", |r, c| r.finish_below(c).map(drop)),
    (Action::Read, "parties_behind", |r, c| r.parties_behind(c).map(drop)),
    (Action::Read, "rescreening_waits", |r, c| r.rescreening_waits(c).map(drop)),
    (Action::Read, "not_assessed", |r, c| r.not_assessed(c).map(drop)),
    (Action::Read, "list_in_force", |r, c| r.list_in_force(c, "none").map(drop)),
    (Action::ImportList, "list_unreadable", |r, c| r.list_unreadable(c, "file", "why")),
    (Action::MatchLists, "lists_to_match", |r, c| r.lists_to_match(c).map(drop)),
    (Action::Reassess, "mind_clocks", |r, c| r.mind_clocks(c).map(drop)),
    (Action::Apply, "apply", |r, c| r.apply(c, Applicant::new(1).sent()).map(drop)),
    (Action::Read, "account", |r, c| r.account(c, AccountId::from_bytes([0; 16])).map(drop)),
    (Action::CloseAccount, "close_account", |r, c| {
        r.close_account(c, AccountId::from_bytes([0; 16]), 1, tenantry_model::account::Ending::Ordinary)
            .map(drop)
    }),
    (Action::Appeal, "appeal", |r, c| r.appeal(c, AccountId::from_bytes([0; 16]), appeal()).map(drop)),
    (Action::ReceiveOrder, "receive_order", |r, c| r.receive_order(c, order()).map(drop)),
    (Action::ReadOrders, "orders", |r, c| r.orders(c, None, 50).map(drop)),
    (Action::ReadOrders, "order", |r, c| r.order(c, OrderId::from_bytes([0; 16])).map(drop)),
    (Action::ReadOrders, "order_counts", |r, c| r.order_counts(c, Timestamp::from_micros(0)).map(drop)),
    (Action::RequestDisclosure, "request_disclosure", |r, c| r.request_disclosure(c, disclosure()).map(drop)),
    (Action::RequestDisclosure, "build_disclosure", |r, c| {
        r.build_disclosure(c, ApprovalId::from_bytes([0; 16])).map(drop)
    }),
    (Action::ApproveDisclosure, "disclosures", |r, c| r.disclosures(c).map(drop)),
    (Action::ApproveDisclosure, "disclosure", |r, c| {
        r.disclosure(c, DisclosureId::from_bytes([0; 16])).map(drop)
    }),
    (Action::ManageWebhooks, "events", |r, c| r.events(c, None, 1).map(drop)),
    (Action::RequestRotation, "request_rotation", |r, c| {
        r.request_rotation(c, tenantry_register::rotation::Rotation::Root).map(drop)
    }),
    (Action::RequestRotation, "request_new_origin", |r, c| {
        r.request_new_origin(c, "ledger.example.net/next").map(drop)
    }),
    (Action::RotateKeys, "continue_under", |r, c| {
        r.continue_under(c, ApprovalId::from_bytes([0; 16]), "ledger.example.net/next").map(drop)
    }),
    (Action::RotateKeys, "rotate_root", |r, c| {
        r.rotate_root(c, ApprovalId::from_bytes([0; 16]), std::sync::Arc::new(crate::world::OtherRoot))
            .map(drop)
    }),
    (Action::RotateKeys, "rotate_epoch", |r, c| {
        r.rotate_epoch(c, ApprovalId::from_bytes([0; 16]), 1, 1).map(drop)
    }),
    (Action::AdmitPeople, "add_staff", |r, c| r.add_staff(c, newcomer()).map(drop)),
    (Action::AdmitPeople, "login_link", |r, c| r.login_link(c, StaffId::from_bytes([0; 16])).map(drop)),
    (Action::InvitePeople, "invite_staff", |r, c| r.invite_staff(c, newcomer()).map(drop)),
    (Action::InvitePeople, "request_login_link", |r, c| {
        r.request_login_link(c, StaffId::from_bytes([0; 16])).map(drop)
    }),
    (Action::InvitePeople, "approved_link", |r, c| {
        r.approved_link(c, StaffId::from_bytes([0; 16])).map(drop)
    }),
    (Action::AdmitPeople, "create_api_key", |r, c| r.create_api_key(c, key()).map(drop)),
    (Action::InvitePeople, "request_api_key", |r, c| r.request_api_key(c, key()).map(drop)),
    (Action::InvitePeople, "approved_api_key", |r, c| {
        r.approved_api_key(c, ApprovalId::from_bytes([0; 16])).map(drop)
    }),
    (Action::InvitePeople, "keys_asked_for", |r, c| r.keys_asked_for(c).map(drop)),
    (Action::InvitePeople, "letting_in", |r, c| r.letting_in(c).map(drop)),
    (Action::ManagePeople, "staff", |r, c| r.staff(c).map(drop)),
    (Action::ManagePeople, "disable_staff", |r, c| r.disable_staff(c, StaffId::from_bytes([0; 16]))),
    (Action::ManagePeople, "api_keys", |r, c| r.api_keys(c, None, 1).map(drop)),
    (Action::CheckEverything, "check", |r, c| r.check(c).map(drop)),
    (Action::CheckEverything, "scrub", |r, c| r.scrub(c, 1)),
    (Action::PlaceHold, "place_hold", |r, c| r.place_hold(c, hold()).map(drop)),
    (Action::PlaceHold, "renew_hold", |r, c| r.renew_hold(c, HoldId::from_bytes([0; 16])).map(drop)),
    (Action::ReadMatter, "hold_matter", |r, c| r.hold_matter(c, HoldId::from_bytes([0; 16])).map(drop)),
    (Action::ReleaseHold, "request_hold_release", |r, c| {
        r.request_hold_release(c, HoldId::from_bytes([0; 16])).map(drop)
    }),
    (Action::ReadRetention, "holds", |r, c| r.holds(c, None).map(drop)),
    (Action::ReadRetention, "hold", |r, c| r.hold(c, HoldId::from_bytes([0; 16])).map(drop)),
    (Action::ReadRetention, "due_for_erasure", |r, c| r.due_for_erasure(c).map(drop)),
    (Action::ReadRetention, "erasures", |r, c| r.erasures(c, None).map(drop)),
    (Action::ReadRetention, "erasure", |r, c| r.erasure(c, ErasureId::from_bytes([0; 16])).map(drop)),
    (Action::RequestErasure, "request_erasure", |r, c| {
        r.request_erasure(c, ErasureId::from_bytes([0; 16])).map(drop)
    }),
    (Action::Erase, "schedule_erasures", |r, c| r.schedule_erasures(c).map(drop)),
    (Action::Erase, "carry_out_erasures", |r, c| {
        r.carry_out_erasures(c, &crate::retention::Journal::default()).map(drop)
    }),
    (Action::Erase, "replay_erasures", |r, c| r.replay_erasures(c, &[]).map(drop)),
    (Action::Erase, "erased_here", |r, c| r.erased_here(c).map(drop)),
    (Action::Erase, "lapse_holds", |r, c| r.lapse_holds(c).map(drop)),
    (Action::Reveal, "order_document", |r, c| r.order_document(c, OrderId::from_bytes([0; 16])).map(drop)),
    (Action::Reveal, "reveal", |r, c| r.reveal(c, PartyId::from_bytes([0; 16]), &[]).map(drop)),
];

fn newcomer() -> NewStaff {
    let (login, name) = ("eve@staff.example".to_owned(), "Eve Example".to_owned());
    NewStaff { login, name, role: Role::Auditor }
}

fn appeal() -> NewAppeal {
    serde_json::from_value(serde_json::json!({ "ground": "other", "statement": "Look again, please." }))
        .unwrap()
}

fn extension() -> NewExtension {
    let extension = serde_json::json!({ "until": "2027-12-01T00:00:00Z", "notice": "91 FR 1", "noticed_on": "2026-11-02" });
    serde_json::from_value(extension).unwrap()
}

fn key() -> NewApiKey {
    NewApiKey { label: "gate".to_owned(), scopes: vec![Scope::Gate], reseller: None }
}

fn order() -> NewOrder {
    let order = serde_json::json!({ "kind": "regulator_request", "authority": "Bureau", "reference": "R-1" });
    serde_json::from_value(order).unwrap()
}

fn disclosure() -> NewDisclosure {
    let account = AccountId::from_bytes([0; 16]);
    let disclosure = serde_json::json!({ "account": account, "kinds": ["legal_name"], "recipient": "Bureau",
                                         "legal_basis": "consent" });
    serde_json::from_value(disclosure).unwrap()
}

fn hold() -> NewHold {
    let new = serde_json::json!({ "kind": "internal", "silence": "silent", "authority": "Office of the General Counsel",
        "reference": "matter 12" });
    serde_json::from_value(new).unwrap()
}

fn dismissal() -> CaseDecision {
    let (verdict, reason_code) = (Verdict::Dismiss, ReasonCode::DifferentName);
    CaseDecision { verdict, reason_code, note: String::new(), confirmed: Vec::new() }
}

/// Every use case is refused to every actor the table does not name, before it looks at anything.
#[test]
fn every_use_case_asks_the_table() {
    let world = World::sqlite();
    for (action, name, use_case) in USE_CASES {
        let check = |call: &Call, may: bool| {
            let answer = use_case(&world.register, call);
            let forbidden = matches!(answer, Err(RegisterError::Forbidden { .. }));
            assert_eq!(forbidden, !may, "{name} by {:?}: {answer:?}", call.actor);
        };
        for role in Role::ALL {
            check(&staff(*role, 1), role_may(*role, *action));
        }
        for job in Job::ALL {
            check(&system(*job), job_may(*job, *action));
        }
        check(&machine(None), Scope::ALL.iter().any(|scope| scope_may(*scope, *action)));
    }
}
