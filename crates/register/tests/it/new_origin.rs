//! Going on under a new origin when records that were signed are lost: two people, exactly once, and nothing is signed twice.

use crate::checkpoints::signed;
use crate::fixtures::{Desk, individual, job, staff};
use crate::signing::{head, lock, remembering, restore, sign};
use tenantry_ledger::{Checkpoint, VerifierKey};
use tenantry_model::id::ApprovalId;
use tenantry_model::staff::{Actor, Job, Role};
use tenantry_register::{Call, Reason, Register, RegisterError, fsck};
use tenantry_store::{Ran, SchemaTx};
use tenantry_vault::NoteCheck;

const OLD: &str = "ledger.example.net/test";
const NEW: &str = "ledger.example.net/test/2";

/// A deployment whose last signed records are lost, and the checkpoint that says that there were some.
fn bereft() -> (Desk, Checkpoint, VerifierKey) {
    let desk = Desk::new();
    let register = remembering(&desk, 1).unwrap();
    desk.open_account(1);
    sign(&register).unwrap();
    let earlier = head(&desk);
    desk.open_account(2);
    sign(&register).unwrap();
    let lost = signed(&register);
    let key = VerifierKey::parse(&register.verifier_key()).unwrap();
    restore(&desk, &earlier);
    (desk, lost, key)
}

fn agreed(register: &Register) -> ApprovalId {
    let asked = register.request_new_origin(&staff(Role::Administrator), NEW).unwrap();
    let second = staff(Role::ComplianceOfficer);
    let seen = register.approval(&second, asked).unwrap().content_hash;
    register.approve(&second, asked, seen).unwrap();
    asked
}

fn size_of(register: &Register) -> u64 {
    register.ledger_state(&staff(Role::Auditor)).unwrap().size
}

#[test]
fn the_ledger_goes_on_under_a_new_origin_and_says_what_it_follows() {
    let (desk, lost, old_key) = bereft();
    let refused = remembering(&desk, 2).unwrap_err().to_string();
    assert!(refused.contains("tenantry ledger new-origin"), "{refused}");
    let halted = desk.opened_to_continue(3, &lock(&desk)).unwrap();
    assert!(matches!(sign(&halted), Err(RegisterError::Ledger { .. })), "nothing is signed meanwhile");
    let kept = head(&desk).size;
    let approval = agreed(&halted);
    let statement = halted.continue_under(&job(Job::CommandLine), approval, NEW).unwrap();

    // The old memory is kept as it is, and a new one begins.
    std::fs::rename(lock(&desk), desk.folder().join("ended.lock")).unwrap();
    let register = remembering(&desk, 4).unwrap();
    assert_eq!(sign(&register).unwrap(), Some(size_of(&register)));
    assert_eq!(signed(&register).origin, NEW);
    let new_key = VerifierKey::parse(&register.verifier_key()).unwrap();
    assert!(new_key.name() == NEW && new_key.public_key() != old_key.public_key());
    // Whoever knows either key can check the statement, and finds in it the checkpoint they hold.
    for key in [&old_key, &new_key] {
        assert!(statement.verify(std::slice::from_ref(key), &NoteCheck).is_ok(), "{key}");
    }
    let text = statement.text();
    assert!(
        text.starts_with(&format!("tenantry-continuation@v1\nended {OLD}\nsigned {} ", lost.size)),
        "{text}"
    );
    assert!(text.contains(&format!("\ncontinues {NEW}\nkey {new_key}\n")), "{text}");
    let kept_in_text =
        text.lines().find_map(|line| line.strip_prefix("kept ")?.split(' ').next()?.parse::<i64>().ok());
    assert!(kept_in_text >= Some(kept) && kept_in_text < Some(i64::try_from(size_of(&register)).unwrap()));
    let newest = register.latest_records(&staff(Role::Auditor), None, 10).unwrap();
    assert!(newest.iter().any(|line| line.title == "Ledger continued under a new origin"));
    // It works as before: records, proofs, packages, and nothing is found wrong.
    let sent = serde_json::from_value(individual(9, "Aroha Ngata")).unwrap();
    let account = register.apply(&job(Job::SetUp), sent).unwrap().account;
    sign(&register).unwrap();
    let built = register.build_evidence(&staff(Role::Auditor), account, "audit", None);
    assert!(built.is_ok(), "{:?}", built.err());
    let mut check = register.check(&job(Job::CommandLine)).unwrap();
    while check.step().unwrap() == fsck::Step::More {}
    // Leaves were cut off by hand, which left rows of every kind without theirs; the ledger itself is whole.
    let report = check.into_report();
    assert!(
        report.findings.iter().all(|finding| matches!(finding.place, "decision" | "row" | "token" | "key")),
        "{:?}",
        report.findings
    );
    // With the old memory nothing is signed: it is of another ledger.
    std::fs::copy(desk.folder().join("ended.lock"), lock(&desk)).unwrap();
    assert!(remembering(&desk, 5).is_err());
}

#[test]
fn nobody_does_it_alone_and_only_what_was_agreed_to_is_done() {
    let (desk, ..) = bereft();
    let register = desk.opened_to_continue(2, &lock(&desk)).unwrap();
    let (first, operator) = (staff(Role::ComplianceOfficer), job(Job::CommandLine));
    for wrong in ["", "two words", OLD] {
        let refused = register.request_new_origin(&first, wrong);
        assert!(matches!(refused, Err(RegisterError::Invalid { .. })), "{wrong:?}: {refused:?}");
    }
    let machine =
        Call::by(Actor::System { job: Job::CommandLine }).because(Reason::parse("the disk is gone").unwrap());
    assert!(matches!(register.request_new_origin(&machine, NEW), Err(RegisterError::Forbidden { .. })));
    let asked = register.request_new_origin(&first, NEW).unwrap();
    let seen = register.approval(&first, asked).unwrap().content_hash;
    assert!(matches!(register.approve(&first, asked, seen), Err(RegisterError::SecondPerson)));
    let early = register.continue_under(&operator, asked, NEW);
    assert!(matches!(early, Err(RegisterError::SecondPerson)), "{early:?}");
    register.approve(&staff(Role::Legal), asked, seen).unwrap();
    let other = register.continue_under(&operator, asked, "ledger.example.net/other");
    assert!(matches!(other, Err(RegisterError::ApprovalVoid)), "{other:?}");
    assert_eq!(Register::origins(&desk.store).unwrap().current, OLD);
    register.continue_under(&operator, asked, NEW).unwrap();
    let again = register.continue_under(&operator, asked, NEW);
    assert!(matches!(again, Err(RegisterError::ApprovalVoid)), "{again:?}");
    let origins = Register::origins(&desk.store).unwrap();
    assert_eq!((origins.current.as_str(), origins.before.as_deref()), (NEW, Some(OLD)));
}

/// The statement says which tree is kept; it is signed only over leaves that were read again.
#[test]
fn nothing_is_signed_over_leaves_that_are_not_what_was_written() {
    let (desk, ..) = bereft();
    let register = desk.opened_to_continue(2, &lock(&desk)).unwrap();
    let approval = agreed(&register);
    let change = |sql: &str| {
        let mut script = |schema: &mut dyn SchemaTx| schema.script(sql).map(|()| Ran::Keep);
        desk.store.schema_session(&mut script).unwrap();
    };
    change("CREATE TABLE aside AS SELECT seq, bytes FROM leaf WHERE seq = 1");
    change(
        "UPDATE leaf SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'5a' AS BLOB) WHERE seq = 1",
    );
    let refused = register.continue_under(&job(Job::CommandLine), approval, NEW);
    assert!(matches!(refused, Err(RegisterError::Ledger { .. })), "{refused:?}");
    assert_eq!(Register::origins(&desk.store).unwrap().current, OLD, "nothing was done");
    change("UPDATE leaf SET bytes = (SELECT bytes FROM aside) WHERE seq = 1");
    register.continue_under(&job(Job::CommandLine), approval, NEW).unwrap();
}
