//! Backup and restore from outside: a restored copy is older than the erasures made since, and is brought up to date before
//! anything is answered from it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tenantry::system::SystemClock;
use tenantry_model::clock::Clock as _;
use tenantry_model::erasure::ErasureObject;
use tenantry_model::id::PartyId;
use tenantry_model::staff::{Actor, Job, Role};
use tenantry_register::people::{NewStaff, TotpSecret};
use tenantry_register::{Call, Register};
use tenantry_store::repo::{key, party};
use tenantry_store::{MIGRATIONS, StoreError, StoreExt as _};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_vault::{JournalEntry, SealedFile, SystemEntropy, Unlock, append_journal, read_key_file};

const APPLICATION: &str = include_str!("../../../../docs/examples/application.json");

/// The program in this folder, with nothing else around it.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// Runs the program with JSON answers. Answers its exit code and what it said.
fn run(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = program(folder, arguments).arg("--json").output().unwrap();
    let said = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&output.stderr).into_owned()));
    (output.status.code().unwrap(), said)
}

/// The key of the first party, as a journal names it; `None` when it has none.
fn key_of_first_party(folder: &Path) -> Option<JournalEntry> {
    let store =
        SqliteStore::open(&folder.join("tenantry-data/tenantry.db"), &SqliteOptions::default()).unwrap();
    let find = |tx: &mut dyn tenantry_store::Tx| {
        let row = party::page(tx, PartyId::from_bytes([0; 16]), 1)?.remove(0);
        let found = key::find_subject(tx, &row.subject, 1)?;
        Ok::<_, StoreError>(found.map(|key| JournalEntry {
            kind: ErasureObject::Party,
            object: row.id.bytes(),
            subject: row.subject,
            class: 1,
            key: Some(key.id),
        }))
    };
    store.read(find).unwrap()
}

/// Sets a deployment up, with an application beside it that nobody has sent yet.
fn set_up(here: &Path) {
    std::fs::write(here.join("tenantry.toml"), tenantry::config::EXAMPLE).unwrap();
    std::fs::write(here.join("application.json"), APPLICATION).unwrap();
    let init = ["init", "--admin", "ada@example.org", "--name", "Ada", "--origin", "ledger.example.org/t"];
    assert_eq!(run(here, &init).0, 0);
}

#[test]
fn a_restored_copy_erases_again_what_was_erased_since() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    set_up(here);
    let (code, said) = run(here, &["apply", "application.json"]);
    assert!((0..=3).contains(&code), "{said}");

    assert_eq!(run(here, &["backup", "copy.db"]).0, 0);
    let (code, said) = run(here, &["backup", "copy.db"]);
    assert_eq!(code, 4, "a copy is never overwritten: {said}");
    // Without a journal nobody knows what was erased since.
    let (code, said) = run(here, &["restore", "copy.db"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.as_str().unwrap().contains("--nothing-was-erased"), "{said}");
    assert_eq!(run(here, &["restore", "copy.db", "--nothing-was-erased"]).0, 0);
    let entry = key_of_first_party(here).expect("restored whole");

    // After the backup the party was erased; only the journal knows.
    append_journal(&here.join("newest.journal"), &[entry]).unwrap();
    let (code, said) = run(here, &["restore", "copy.db", "--journal", "newest.journal"]);
    let none = serde_json::json!([]);
    assert_eq!((code, &said["erased_again"], &said["holds_ended"]), (0, &Value::from(1), &none), "{said}");
    assert_eq!(key_of_first_party(here), None);
    // From now on the journal of the deployment says so, too, whatever is put in the place of the database.
    assert_eq!(run(here, &["restore", "copy.db"]).0, 0);
    assert_eq!(key_of_first_party(here), None);
    // A copy that somebody put there by hand is brought up to date by whatever opens it first.
    let database = here.join("tenantry-data/tenantry.db");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", database.display()));
    }
    std::fs::copy(here.join("copy.db"), &database).unwrap();
    let (code, report) = run(here, &["ledger", "fsck"]);
    assert_eq!((code, &report["findings"]), (0, &serde_json::json!([])), "{report}");
    assert_eq!(key_of_first_party(here), None);
    assert_eq!(report["checked"]["leaves"], report["checked"]["leaves_total"]);
}

#[test]
fn a_damaged_journal_keeps_everything_closed() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    set_up(here);
    let (code, said) = run(here, &["apply", "application.json"]);
    assert!((0..=3).contains(&code), "{said}");
    assert_eq!(run(here, &["backup", "copy.db"]).0, 0);
    let journal = here.join("newest.journal");
    append_journal(&journal, &[key_of_first_party(here).unwrap()]).unwrap();
    let whole = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, whole.replace(" 1 ", " 2 ")).unwrap();
    let (code, said) = run(here, &["restore", "copy.db", "--journal", "newest.journal"]);
    assert!(code != 0 && said.as_str().unwrap().contains("put back the newest copy"), "{said}");
    assert!(key_of_first_party(here).is_some(), "nothing was restored or erased");
    // The journal that the deployment keeps: nothing answers before it is whole again.
    std::fs::copy(&journal, here.join("tenantry-data/erasures.journal")).unwrap();
    let (code, said) = run(here, &["ledger", "fsck"]);
    assert!(code != 0 && said.as_str().unwrap().contains("put back the newest copy"), "{said}");
    std::fs::write(here.join("tenantry-data/erasures.journal"), whole).unwrap();
    assert_eq!(run(here, &["ledger", "fsck"]).0, 0);
    assert_eq!(key_of_first_party(here), None);
}

/// The names and contents of all files of a deployment that hold its records.
fn databases(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let files = std::fs::read_dir(folder.join("tenantry-data")).unwrap().map(Result::unwrap);
    let databases = files.filter(|file| file.file_name().to_string_lossy().contains(".db"));
    databases.map(|file| (file.file_name(), std::fs::read(file.path()).unwrap())).collect()
}

#[test]
fn a_copy_older_than_what_was_signed_is_refused_before_anything_is_moved() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    set_up(here);
    assert_eq!(run(here, &["backup", "older.db"]).0, 0);
    let (code, said) = run(here, &["apply", "application.json"]);
    assert!((0..=3).contains(&code), "{said}");
    // Whoever builds a package has the ledger signed.
    let sent: Value = serde_json::from_str(APPLICATION).unwrap();
    let reference = sent["reference"].as_str().unwrap();
    let package = ["evidence", "build", reference, "-o", "package.zip"];
    let (code, said) = run(here, &package);
    assert_eq!(code, 0, "{said}");
    assert_eq!(run(here, &["backup", "newer.db"]).0, 0);

    let before = databases(here);
    let (code, said) = run(here, &["restore", "older.db", "--nothing-was-erased"]);
    let said = said.as_str().unwrap();
    assert_ne!(code, 0);
    assert!(said.contains("older copy") && said.contains("nothing was restored"), "{said}");
    assert!(databases(here) == before, "nothing was touched");
    // A copy that has all that was signed is taken, and the deployment goes on with it.
    assert_eq!(run(here, &["restore", "newer.db", "--nothing-was-erased"]).0, 0);
    let (code, report) = run(here, &["ledger", "fsck"]);
    assert_eq!((code, &report["findings"]), (0, &serde_json::json!([])), "{report}");
}

/// Turns of an empty loop between two moments at which a command is killed: about a tenth of what a restore takes.
const TURNS: u32 = 2_000_000;
/// Moments at which a command is killed.
const MOMENTS: u32 = 16;

/// Starts the program and kills it a little later.
#[test]
fn nothing_is_restored_under_a_program_that_serves() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    set_up(here);
    assert_eq!(run(here, &["backup", "copy.db"]).0, 0);
    let before = databases(here);
    let database = here.join("tenantry-data/tenantry.db");
    let serving = SqliteStore::open(&database, &SqliteOptions::default()).unwrap();
    let (code, said) = run(here, &["restore", "copy.db", "--nothing-was-erased"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.to_string().contains("is in use"), "{said}");
    drop(serving);
    assert!(databases(here) == before, "nothing was touched");
    assert_eq!(run(here, &["restore", "copy.db", "--nothing-was-erased"]).0, 0);
}

/// Two colleagues who can log in: log-in, password, and what their authenticators make codes of.
fn colleagues(here: &Path) -> [(&'static str, &'static str, TotpSecret); 2] {
    let data = here.join("tenantry-data");
    let store = Arc::new(SqliteStore::open(&data.join("tenantry.db"), &SqliteOptions::default()).unwrap());
    let unlock = read_key_file(&data.join("unlock.key")).unwrap();
    let root = SealedFile::open(&data.join("root.key"), Unlock::KeyFile(&unlock)).unwrap();
    let register =
        Register::open(store, Arc::new(root), Arc::new(SystemClock), Arc::new(SystemEntropy)).unwrap();
    let holder = Call::by(Actor::System { job: Job::CommandLine });
    [("one@example.org", Role::Administrator), ("two@example.org", Role::ComplianceOfficer)].map(
        |(login, role)| {
            let new = NewStaff { login: login.to_owned(), name: login.to_owned(), role };
            let id = register.add_staff(&holder, new).unwrap();
            let secret = TotpSecret::new(&SystemEntropy);
            let own = Call::by(Actor::Staff { id, role });
            register.set_password(&own, "correct horse battery", &secret).unwrap();
            (login, "correct horse battery", secret)
        },
    )
}

#[test]
fn a_lost_memory_of_the_signer_is_begun_anew_by_two_people_who_compared() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    set_up(here);
    let (code, said) = run(here, &["apply", "application.json"]);
    assert!((0..=3).contains(&code), "{said}");
    let [first, second] = colleagues(here);
    let sent: Value = serde_json::from_str(APPLICATION).unwrap();
    let package = ["evidence", "build", sent["reference"].as_str().unwrap(), "-o", "package.zip"];
    let (code, said) = run(here, &package);
    assert_eq!(code, 0, "{said}");
    let lock = here.join("tenantry-data/checkpoint.lock");
    let remembered = std::fs::read(&lock).unwrap();
    let newest = std::str::from_utf8(&remembered).unwrap().lines().nth(1).unwrap().parse().unwrap();
    // A code works once, so each attempt goes with the next one.
    let remember = |size: u64, people: &[&(&str, &str, TotpSecret)], later: i64| {
        let now = SystemClock.now().plus_micros(later * 30_000_000);
        let lines: String = people
            .iter()
            .map(|(login, password, secret)| format!("{login}\n{password}\n{}\n", secret.shown_at(now)))
            .collect();
        let size = size.to_string();
        let asked = ["ledger", "remember", "--size", &size, "--reason", "the volume is lost", "--json"];
        let mut running = program(here, &asked)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It may have ended before it asked anything.
        let _ = running.stdin.take().unwrap().write_all(lines.as_bytes());
        let done = running.wait_with_output().unwrap();
        (done.status.code().unwrap(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    assert_eq!(remember(newest, &[], 0).0, 2, "a memory that is there is not replaced");
    std::fs::remove_file(&lock).unwrap();
    let (code, said) = run(here, &["ledger", "fsck"]);
    assert!(code != 0 && said.to_string().contains("tenantry ledger remember --size"), "{said}");
    let (code, said) = remember(newest, &[&first], -1);
    assert!(code != 0 && said.contains("wrong"), "one person alone: {said}");
    let (code, said) = remember(1, &[&first, &second], 0);
    assert!(code != 0 && said.contains(&format!("has {newest} leaves, not 1")), "{said}");
    assert!(!lock.exists());
    let (code, said) = remember(newest, &[&first, &second], 1);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains(&format!(
            "to be approved: memory of the signer, from the signed tree of {newest} leaves"
        )),
        "{said}"
    );
    assert_eq!(std::fs::read(&lock).unwrap(), remembered);
    let (code, report) = run(here, &["ledger", "fsck"]);
    assert_eq!((code, &report["findings"]), (0, &serde_json::json!([])), "{report}");
}

fn run_and_kill(folder: &Path, arguments: &[&str], moment: u32) {
    let mut running = program(folder, arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    for _ in 0..moment * TURNS {
        std::hint::spin_loop();
    }
    running.kill().unwrap();
    running.wait().unwrap();
}

#[test]
fn a_restore_killed_at_any_moment_leaves_one_whole_database_or_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    set_up(here);
    let (code, said) = run(here, &["apply", "application.json"]);
    assert!((0..=3).contains(&code), "{said}");
    assert_eq!(run(here, &["backup", "copy.db"]).0, 0);
    append_journal(&here.join("newest.journal"), &[key_of_first_party(here).unwrap()]).unwrap();
    let restore = ["restore", "copy.db", "--journal", "newest.journal"];
    for moment in 0..MOMENTS {
        run_and_kill(here, &restore, moment);
        let (code, report) = run(here, &["ledger", "fsck"]);
        if code == 0 {
            assert_eq!(report["findings"], serde_json::json!([]), "{report}");
            assert!(
                report["checked"]["leaves"].as_u64().unwrap() > 0,
                "an empty database was made: {report}"
            );
        } else {
            assert!(report.as_str().unwrap().contains("a restore was interrupted"), "{report}");
        }
    }
    assert_eq!(run(here, &restore).0, 0);
    assert_eq!(key_of_first_party(here), None);
    assert_eq!(run(here, &["ledger", "fsck"]).0, 0);
}

#[test]
fn an_interrupted_restore_is_not_taken_for_a_new_deployment() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    set_up(here);
    assert_eq!(run(here, &["backup", "copy.db"]).0, 0);
    let database = here.join("tenantry-data/tenantry.db");
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", database.display()));
    }
    std::fs::copy(here.join("copy.db"), here.join("tenantry-data/tenantry.db.restoring")).unwrap();
    let (code, said) = run(here, &["ledger", "fsck"]);
    assert!(code != 0 && said.as_str().unwrap().contains("a restore was interrupted"), "{said}");
    assert_eq!(run(here, &["restore", "copy.db", "--nothing-was-erased"]).0, 0);
    assert_eq!(run(here, &["ledger", "fsck"]).0, 0);
}

#[test]
fn the_log_of_a_database_that_is_gone_is_not_replayed_onto_the_copy() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    set_up(here);
    assert_eq!(run(here, &["backup", "copy.db"]).0, 0);
    let file = |name: &str| here.join("tenantry-data").join(name);
    let _ = std::fs::remove_file(file("tenantry.db"));
    std::fs::write(file("tenantry.db-wal"), "pages of the database that is gone").unwrap();
    assert_eq!(run(here, &["restore", "copy.db", "--nothing-was-erased"]).0, 0);
    let aside = std::fs::read_to_string(file("tenantry.db.before-restore-1-wal")).unwrap();
    assert_eq!(aside, "pages of the database that is gone");
    assert_eq!(run(here, &["ledger", "fsck"]).0, 0);
}

#[test]
fn a_migration_killed_at_any_moment_is_made_again() {
    for moment in 0..MOMENTS {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        std::fs::write(here.join("tenantry.toml"), tenantry::config::EXAMPLE).unwrap();
        std::fs::create_dir(here.join("tenantry-data")).unwrap();
        let database = here.join("tenantry-data/tenantry.db");
        let open = || SqliteStore::open(&database, &SqliteOptions::default()).unwrap();
        open().migrate(&MIGRATIONS[..1]).unwrap();
        run_and_kill(here, &["migrate"], moment);
        assert_eq!(run(here, &["migrate"]).0, 0);
        assert_eq!(open().check_schema(MIGRATIONS), Ok(()));
    }
}

#[test]
fn a_flipped_bit_is_found_and_told_by_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    set_up(here);
    run(here, &["apply", "application.json"]);
    assert_eq!(run(here, &["ledger", "fsck"]).0, 0);
    let entry = key_of_first_party(here).unwrap();
    let database = here.join("tenantry-data/tenantry.db");
    // All of it in one file: what waits in the log beside the database has a checksum of its own.
    assert_eq!(run(here, &["backup", "copy.db"]).0, 0);
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", database.display()));
    }
    std::fs::copy(here.join("copy.db"), &database).unwrap();
    let mut bytes = std::fs::read(&database).unwrap();
    // The name of a key stands in its row; the bytes behind it are the wrapped key.
    let place = bytes
        .windows(16)
        .rposition(|window| Some(window) == entry.key.as_ref().map(<[u8; 16]>::as_slice))
        .unwrap();
    bytes[place + 20] ^= 4;
    std::fs::write(&database, bytes).unwrap();
    let (code, report) = run(here, &["ledger", "fsck"]);
    assert_eq!(code, 1, "{report}");
    assert!(!report["findings"].as_array().unwrap().is_empty());
}
