//! The register on SQLite, doing what the model says.

use super::{Ending, HeldBy, JournalIs, Model, Step};
use crate::checkpoints::{check_chains, signed};
use crate::retention::{Journal, hold_on};
use crate::world::{Applicant, OpenRoot, PACK, START, machine, staff, system};
use proptest_state_machine::StateMachineTest;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tenantry_ledger::{Checkpoint, Frontier, LeafHeader, leaf_hash, verify_consistency, verify_inclusion};
use tenantry_model::account::Ending as AccountEnding;
use tenantry_model::erasure::ErasureState;
use tenantry_model::id::{AccountId, ErasureId, HoldId, PartyId};
use tenantry_model::staff::{Job, Role};
use tenantry_register::erasure::Destroyed;
use tenantry_register::fsck;
use tenantry_register::{Call, Register, RegisterError, SetUp, Signing};
use tenantry_screening::NoShelf;
use tenantry_store::repo::{hold, key, ledger, party};
use tenantry_store::{MIGRATIONS, Store, StoreError, StoreExt, Tx};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::{FixedClock, SeededEntropy};

/// What every step takes.
pub(super) const STEP_US: i64 = 1_000_000;
const DATABASE: &str = "register.db";
const LOCK: &str = "checkpoint.lock";

/// One process on one database.
struct Node {
    register: Register,
    store: Arc<dyn Store>,
}

struct Known {
    account: AccountId,
    party: PartyId,
    /// The wrapped key as it was stored when the account was opened.
    wrapped: Vec<u8>,
}

pub(crate) struct Real {
    node: Option<Node>,
    folder: TempDir,
    clock: FixedClock,
    journal: Journal,
    starts: u64,
    people: Vec<Known>,
    holds: Vec<HoldId>,
    batches: Vec<ErasureId>,
    /// Every leaf that was ever seen committed.
    leaves: Vec<Vec<u8>>,
    checkpoints: Vec<Checkpoint>,
    /// A backup, and how many leaves it has.
    backup: Option<(TempDir, u64)>,
}

fn officer() -> Call {
    staff(Role::ComplianceOfficer, 1)
}

fn counsel() -> Call {
    staff(Role::Legal, 2)
}

fn auditor() -> Call {
    staff(Role::Auditor, 3)
}

impl StateMachineTest for Real {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = FixedClock::at(START.parse().unwrap());
        let store = open_store(folder.path());
        store.migrate(MIGRATIONS).unwrap();
        let new = SetUp { origin: "ledger.example.net/test".to_owned(), pack: PACK.to_owned() };
        let entropy = Arc::new(SeededEntropy::new(13_984));
        drop(Register::set_up(store, Arc::new(OpenRoot), Arc::new(clock.clone()), entropy, new).unwrap());
        let mut real = Self {
            node: None,
            folder,
            clock,
            journal: Journal::default(),
            starts: 0,
            people: Vec::new(),
            holds: Vec::new(),
            batches: Vec::new(),
            leaves: Vec::new(),
            checkpoints: Vec::new(),
            backup: None,
        };
        real.start();
        real
    }

    fn apply(mut real: Self, model: &Model, step: Step) -> Self {
        real.clock.advance_micros(STEP_US);
        real.take(model, &step);
        real.check_ledger();
        real
    }

    fn check_invariants(real: &Self, model: &Model) {
        for (place, known) in real.people.iter().enumerate() {
            let person = &model.people[place];
            let summary = real.register().account(&auditor(), known.account).unwrap().summary;
            let reference =
                if person.erased { format!("erased:{}", known.account) } else { format!("ref-{place}") };
            assert_eq!(summary.reference, reference, "an acknowledged account is there");
            assert_eq!(summary.closed_at.is_some(), person.closed_at.is_some());
            assert_eq!(real.has_key(known.party), !person.erased, "person {place}");
            if person.done {
                assert!(
                    !contains(real.folder.path(), &known.wrapped),
                    "key bytes of person {place} are in a file"
                );
            }
        }
        for (hold, id) in model.holds.iter().zip(&real.holds) {
            let party = real.people[hold.person].party;
            let kept = hold.is_in_force() && !model.people[hold.person].erased;
            assert_eq!(real.pins(*id, party), kept, "a hold in force keeps what is there");
            assert_eq!(real.has_key_of_hold(*id), !hold.erased, "what a hold was about");
        }
        for (batch, id) in model.batches.iter().zip(&real.batches) {
            let state = real.register().erasure(&officer(), *id).unwrap().state;
            let expected = match batch.stage {
                super::Stage::Scheduled => ErasureState::Scheduled,
                super::Stage::Approved => ErasureState::Approved,
                super::Stage::UnderWay => ErasureState::UnderWay,
                super::Stage::Done => ErasureState::Done,
            };
            assert_eq!(state, expected);
        }
    }
}

impl Real {
    fn register(&self) -> &Register {
        &self.node.as_ref().unwrap().register
    }

    fn take(&mut self, model: &Model, step: &Step) {
        match step {
            Step::Apply => self.open_account(),
            Step::Access(person) => {
                let at = self.clock_now();
                let access = serde_json::json!({ "at": at, "access": "access" });
                let access = serde_json::from_value(access).unwrap();
                self.register().report_access(&machine(None), self.people[*person].account, access).unwrap();
            }
            Step::Close(person) => {
                let account = self.people[*person].account;
                let version = self.register().account(&officer(), account).unwrap().summary.version;
                self.register().close_account(&officer(), account, version, AccountEnding::Ordinary).unwrap();
            }
            Step::Read(person) => {
                let before = self.size();
                let read = is_erased(self.register(), self.people[*person].party);
                assert_eq!(read, model.people[*person].erased);
                assert!(read || self.size() > before, "who reads is recorded");
            }
            Step::Hold { person, by } => {
                let known = &self.people[*person];
                let mut new = hold_on(&[]);
                match by {
                    HeldBy::Account => new.accounts = vec![known.account.to_string()],
                    HeldBy::Party => new.parties = vec![known.party],
                }
                let placed = self.register().place_hold(&counsel(), new).unwrap();
                self.holds.push(placed.id);
            }
            Step::Release(place) => {
                self.register().request_hold_release(&officer(), self.holds[*place]).unwrap();
                self.approve_what_waits();
            }
            Step::Wait { days } => self.clock.advance_days(i32::try_from(*days).unwrap()),
            Step::Jump { days } => {
                self.clock.advance_days(*days);
                let url = format!("https://{}.example.org/", self.size());
                self.register().add_endpoint(&staff(Role::Operator, 4), &url, &[]).unwrap();
                self.clock.advance_days(-days);
            }
            Step::Schedule => {
                self.batches.extend(self.register().schedule_erasures(&system(Job::Retention)).unwrap());
                assert_eq!(
                    self.batches.len(),
                    model.batches.len(),
                    "what is due and not held is scheduled, once"
                );
            }
            Step::Approve(place) => {
                self.register().request_erasure(&officer(), self.batches[*place]).unwrap();
                self.approve_what_waits();
            }
            Step::Reject(place) => {
                let asked = self.register().request_erasure(&officer(), self.batches[*place]).unwrap();
                self.register().reject(&counsel(), asked).unwrap();
            }
            Step::CarryOut(journal) => self.carry_out(model, *journal),
            Step::Sign => {
                if self.register().checkpoint(&system(Job::Checkpoints)).unwrap().is_some() {
                    self.checkpoints.push(signed(self.register()));
                }
            }
            Step::Restart(ending) => self.restart(*ending),
            Step::BackUp => {
                let folder = tempfile::tempdir().unwrap();
                self.node.as_ref().unwrap().store.back_up(&folder.path().join(DATABASE)).unwrap();
                self.backup = Some((folder, self.size()));
            }
            Step::Restore => self.restore_beside(model),
        }
    }

    fn open_account(&mut self) {
        let applicant = Applicant::new(u16::try_from(self.people.len()).unwrap());
        let applied = self.register().apply(&system(Job::SetUp), applicant.sent()).unwrap();
        let party = applied.parties["me"];
        let wrapped = self.read(move |tx| {
            let subject = party::find(tx, party)?.unwrap().subject;
            Ok(key::find_subject(tx, &subject, 1)?.unwrap().wrapped)
        });
        assert!(contains(self.folder.path(), &wrapped), "the search finds what is there");
        self.people.push(Known { account: applied.account, party, wrapped });
    }

    fn carry_out(&self, model: &Model, journal: JournalIs) {
        let broken = (journal == JournalIs::Broken).then(|| "disk full".to_owned());
        *self.journal.fails.lock().unwrap() = broken;
        let carried = self.register().carry_out_erasures(&system(Job::Retention), &self.journal);
        match carried {
            Ok(_) => {}
            Err(RegisterError::Evaluation { .. }) => {
                assert_eq!(journal, JournalIs::Broken);
                assert!(!model.to_carry_out().is_empty(), "what was begun is finished later");
            }
            Err(other) => panic!("{other}"),
        }
    }

    fn approve_what_waits(&self) {
        let waiting = self.register().approvals(&counsel()).unwrap();
        let [request] = waiting.as_slice() else { panic!("{} requests wait", waiting.len()) };
        self.register().approve(&counsel(), request.id, request.content_hash).unwrap();
    }

    /// A new process on the same files, or on what a killed one left of them; it finds everything sound.
    fn restart(&mut self, ending: Ending) {
        if matches!(ending, Ending::Killed) {
            let left = tempfile::tempdir().unwrap();
            for file in std::fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap) {
                // The shared memory of the processes that had the database open goes with them.
                if !file.file_name().to_string_lossy().ends_with("-shm") {
                    std::fs::copy(file.path(), left.path().join(file.file_name())).unwrap();
                }
            }
            self.node = None;
            self.folder = left;
        }
        self.node = None;
        self.start();
        let mut check = self.register().check(&system(Job::CommandLine)).unwrap();
        while check.step().unwrap() == fsck::Step::More {}
        let report = check.into_report();
        assert!(report.is_sound(), "{:?}", report.findings);
    }

    fn start(&mut self) {
        self.starts += 1;
        let store = open_store(self.folder.path());
        store.check_schema(MIGRATIONS).unwrap();
        let signing = Signing::Remembering(self.folder.path().join(LOCK));
        let register = open(&store, &self.clock, self.starts, signing).unwrap();
        self.node = Some(Node { register, store });
    }

    /// Restores the backup in a folder beside. A signer that remembers refuses it when it signed more; brought up to date from
    /// the journal it has no key that was destroyed, but for those that a hold of its own time keeps.
    fn restore_beside(&self, model: &Model) {
        let (Some((backup, size)), Some(then)) = (&self.backup, &model.backup) else { return };
        let beside = tempfile::tempdir().unwrap();
        std::fs::copy(backup.path().join(DATABASE), beside.path().join(DATABASE)).unwrap();
        let signed = self.checkpoints.last().map_or(0, |checkpoint| checkpoint.size);
        if signed > 0 {
            std::fs::copy(self.folder.path().join(LOCK), beside.path().join(LOCK)).unwrap();
        }
        let store = open_store(beside.path());
        let remembering = Signing::Remembering(beside.path().join(LOCK));
        match open(&store, &self.clock, 1_000 + self.starts, remembering) {
            Ok(_) => {
                assert!(signed <= *size, "a copy of {size} leaves was accepted after {signed} were signed");
            }
            Err(RegisterError::Ledger { reason }) => {
                assert!(
                    signed > *size,
                    "a copy of {size} leaves was refused after {signed} were signed: {reason}"
                );
            }
            Err(other) => panic!("{other}"),
        }
        let copy = open(&store, &self.clock, 2_000 + self.starts, Signing::Forgetful).unwrap();
        let kept: Vec<Destroyed> = self.journal.kept.lock().unwrap().clone();
        copy.replay_erasures(&system(Job::Retention), &kept).unwrap();
        for (place, person) in then.people.iter().enumerate() {
            // What was erased since was kept by no hold then, whatever the copy says.
            let erased = person.erased || model.people[place].done;
            assert_eq!(is_erased(&copy, self.people[place].party), erased, "person {place} in the copy");
        }
    }

    /// Everything that was ever committed is there byte for byte, in the chain it stood in, and provable.
    fn check_ledger(&mut self) {
        let rows = self.read(|tx| ledger::range(tx, 0, u32::MAX));
        let leaves: Vec<Vec<u8>> = rows.into_iter().map(|row| row.bytes).collect();
        assert!(leaves.starts_with(&self.leaves), "what was committed is gone or changed");
        check_chains(&leaves).unwrap();
        let times = leaves.iter().map(|leaf| LeafHeader::decode(leaf).unwrap().recorded_at.0);
        assert!(times.is_sorted(), "the time of a record is before that of the one before it");
        let mut tree = Frontier::new();
        for leaf in &leaves {
            tree.append(leaf_hash(leaf));
        }
        let head = self.read(|tx| ledger::head(tx)).unwrap();
        assert_eq!((head.size, head.frontier), (i64::try_from(leaves.len()).unwrap(), tree.to_bytes()));
        self.leaves = leaves;
        self.check_proofs();
    }

    fn check_proofs(&self) {
        let (Some(first), Some(last)) = (self.checkpoints.first(), self.checkpoints.last()) else { return };
        assert_eq!(signed(self.register()), *last, "the newest checkpoint stays");
        let before = self.checkpoints.iter().rev().nth(1).unwrap_or(first);
        for old in [first, before] {
            let proof = self.register().consistency(&auditor(), old.size, Some(last.size)).unwrap();
            verify_consistency(old.size, last.size, &proof.path, &old.root, &last.root).unwrap();
        }
        // The oldest, the newest, and one that is another with every step.
        for index in [0, last.size - 1, (self.leaves.len() as u64 * 7) % last.size] {
            let proof = self.register().inclusion(&auditor(), index, None).unwrap();
            let leaf = leaf_hash(&self.leaves[usize::try_from(index).unwrap()]);
            verify_inclusion(&leaf, index, last.size, &proof.path, &last.root).unwrap();
        }
    }

    fn has_key(&self, party: PartyId) -> bool {
        self.read(move |tx| {
            let subject = party::find(tx, party)?.unwrap().subject;
            Ok(key::find_subject(tx, &subject, 1)?.is_some())
        })
    }

    fn has_key_of_hold(&self, id: HoldId) -> bool {
        self.read(move |tx| {
            let subject = hold::find(tx, id)?.unwrap().subject;
            Ok(key::find_subject(tx, &subject, 1)?.is_some())
        })
    }

    fn pins(&self, id: HoldId, party: PartyId) -> bool {
        self.read(move |tx| {
            let subject = party::find(tx, party)?.unwrap().subject;
            Ok(hold::pinning(tx, &subject, 1)?.contains(&id))
        })
    }

    fn read<T: Send + 'static>(
        &self,
        ask: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.node.as_ref().unwrap().store.read(ask).unwrap()
    }

    fn size(&self) -> u64 {
        self.register().ledger_state(&auditor()).unwrap().size
    }

    fn clock_now(&self) -> tenantry_model::time::Timestamp {
        tenantry_model::clock::Clock::now(&self.clock)
    }
}

fn open_store(folder: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&folder.join(DATABASE), &SqliteOptions { read_connections: 1 }).unwrap())
}

fn open(
    store: &Arc<dyn Store>,
    clock: &FixedClock,
    seed: u64,
    signing: Signing,
) -> Result<Register, RegisterError> {
    let (clock, entropy) = (Arc::new(clock.clone()), Arc::new(SeededEntropy::new(seed)));
    Register::open_signing(Arc::clone(store), Arc::new(OpenRoot), clock, entropy, Arc::new(NoShelf), signing)
}

fn is_erased(register: &Register, party: PartyId) -> bool {
    match register.reveal(&officer(), party, &[]) {
        Ok(revealed) => {
            assert!(!revealed.values.is_empty());
            false
        }
        Err(RegisterError::Erased) => true,
        Err(other) => panic!("{other}"),
    }
}

/// Whether any file in a folder has these bytes.
fn contains(folder: &Path, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    let found = |path| std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes);
    files.filter(|file| found(file.as_ref().unwrap().path())).count() > 0
}
