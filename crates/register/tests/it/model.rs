//! The register against a reference model: any sequence of steps, among them restarts, kills and old backups, and after each of
//! them what the model knows must be what the register does.
//!
//! The model is plain data and knows no database: who applied, when accounts ended, what holds are in force, which erasures
//! stand where. Clocks run ahead and fall behind for a while. [`real`] does the same steps on SQLite. Ledger design 10.2: nothing acknowledged is lost, every proof holds,
//! what is erased stays erased, and what is held stays.

mod real;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use proptest_state_machine::{ReferenceStateMachine, prop_state_machine};
use real::Real;
use tenantry_model::time::{DAY_US, Timestamp};
use tenantry_register::erasure::GRACE_DAYS;

/// Years after which the pack has personal data erased.
const KEPT_YEARS: u32 = 2;
/// The model knows nothing about decision evidence, which falls due after ten years: it ends before.
const YEARS_MAX: u32 = 9;
const PEOPLE_MAX: usize = 6;

/// Something that happens. Numbers are places in the lists of the model.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Apply,
    /// An access to an account, which moves its clock.
    Access(usize),
    Close(usize),
    /// Somebody looks at personal data.
    Read(usize),
    /// A hold on an account, or on the party behind it.
    Hold {
        person: usize,
        by: HeldBy,
    },
    Release(usize),
    Wait {
        days: u32,
    },
    /// The clock is wrong by so many days, ahead or behind, something is recorded, and the clock is set right.
    Jump {
        days: i32,
    },
    Schedule,
    Approve(usize),
    Reject(usize),
    CarryOut(JournalIs),
    Sign,
    Restart(Ending),
    BackUp,
    /// The newest backup is put in the place of the database, beside it.
    Restore,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum HeldBy {
    Account,
    Party,
}

/// Whether the journal of erasures takes what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JournalIs {
    Sound,
    Broken,
}

/// How a process ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending {
    Orderly,
    /// What is in the files at this moment is all there is.
    Killed,
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) closed_at: Option<Timestamp>,
    last_access_at: Option<Timestamp>,
    pub(crate) erased: bool,
    /// Whether a batch that erased this was reported as done: remnants are overwritten and the journal has it.
    pub(crate) done: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub(crate) person: usize,
    pub(crate) released_at: Option<Timestamp>,
    pub(crate) erased: bool,
}

impl Hold {
    pub(crate) const fn is_in_force(&self) -> bool {
        self.released_at.is_none()
    }
}

/// What is erased as a whole: a person with the account, or what a hold was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    Person(usize),
    Hold(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Scheduled,
    Approved,
    UnderWay,
    Done,
}

#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// That of which the fate is open; once it is under way, that which it erased.
    pub(crate) items: Vec<Item>,
    pub(crate) stage: Stage,
    erase_from: Timestamp,
}

/// What a backup has that matters when it is restored.
#[derive(Debug, Clone)]
pub(crate) struct Backup {
    pub(crate) people: Vec<Person>,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// What a clock that is right shows.
    pub(crate) now: Timestamp,
    /// The latest time at which a clock that ran ahead had something recorded: the ledger's time stays there.
    ahead: Timestamp,
    end: Timestamp,
    pub(crate) people: Vec<Person>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) batches: Vec<Batch>,
    pub(crate) backup: Option<Backup>,
}

impl Model {
    fn new() -> Self {
        let start: Timestamp = crate::world::START.parse().unwrap();
        Self {
            now: start,
            ahead: start,
            end: start.plus_years(YEARS_MAX),
            people: Vec::new(),
            holds: Vec::new(),
            batches: Vec::new(),
            backup: None,
        }
    }

    pub(crate) fn is_held(&self, person: usize) -> bool {
        self.holds.iter().any(|hold| hold.is_in_force() && hold.person == person)
    }

    /// When the account of a person has been over for long enough.
    fn person_due_at(&self, person: usize) -> Option<Timestamp> {
        let Person { closed_at, last_access_at, .. } = self.people[person];
        closed_at.map(|closed| closed.max(last_access_at.unwrap_or(closed)).plus_years(KEPT_YEARS))
    }

    fn is_due(&self, item: Item) -> bool {
        let person = self.person_due_at(self.person_of(item));
        let due_at = match item {
            Item::Person(_) => person,
            // A hold has a clock of its own, and waits for the account it is about.
            Item::Hold(place) => {
                let own = self.holds[place].released_at.map(|at| at.plus_years(KEPT_YEARS));
                own.zip(person).map(|(own, person)| own.max(person))
            }
        };
        due_at.is_some_and(|at| at <= self.now)
    }

    pub(crate) fn person_of(&self, item: Item) -> usize {
        match item {
            Item::Person(person) => person,
            Item::Hold(place) => self.holds[place].person,
        }
    }

    fn is_erased(&self, item: Item) -> bool {
        match item {
            Item::Person(person) => self.people[person].erased,
            Item::Hold(place) => self.holds[place].erased,
        }
    }

    /// Whether a batch whose end is open has this.
    fn waits(&self, item: Item) -> bool {
        let open = |stage| matches!(stage, Stage::Scheduled | Stage::Approved);
        self.batches.iter().any(|batch| open(batch.stage) && batch.items.contains(&item))
    }

    /// What would be scheduled now.
    fn to_schedule(&self) -> Vec<Item> {
        let people = (0..self.people.len()).map(Item::Person);
        let all = people.chain((0..self.holds.len()).map(Item::Hold));
        all.filter(|item| {
            let held = self.is_held(self.person_of(*item));
            !self.is_erased(*item) && self.is_due(*item) && !held && !self.waits(*item)
        })
        .collect()
    }

    /// Batches that would be carried out now, in the order in which they are.
    pub(crate) fn to_carry_out(&self) -> Vec<usize> {
        let at = |stage| (0..self.batches.len()).filter(move |place| self.batches[*place].stage == stage);
        let ready = at(Stage::Approved).filter(|place| self.batches[*place].erase_from <= self.now);
        at(Stage::UnderWay).chain(ready).collect()
    }

    fn carry_out(&mut self, journal: JournalIs) {
        for place in self.to_carry_out() {
            if self.batches[place].stage == Stage::Approved {
                let stays = |item: &Item| !self.is_held(self.person_of(*item)) && self.is_due(*item);
                let items: Vec<Item> = self.batches[place].items.iter().copied().filter(stays).collect();
                for item in &items {
                    match item {
                        Item::Person(person) => self.people[*person].erased = true,
                        Item::Hold(hold) => self.holds[*hold].erased = true,
                    }
                }
                self.batches[place] = Batch { items, stage: Stage::UnderWay, ..self.batches[place].clone() };
            }
            if journal == JournalIs::Broken {
                return;
            }
            self.batches[place].stage = Stage::Done;
            for item in self.batches[place].items.clone() {
                if let Item::Person(person) = item {
                    self.people[person].done = true;
                }
            }
        }
    }

    fn places(&self, stage: Stage) -> Vec<usize> {
        (0..self.batches.len()).filter(|place| self.batches[*place].stage == stage).collect()
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    /// What can happen is chosen so that an erasure, which takes six steps in a row, is not a rare accident.
    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let (sound, broken) = (JournalIs::Sound, JournalIs::Broken);
        let mut steps: Vec<(u32, BoxedStrategy<Step>)> = vec![
            (
                2,
                prop::sample::select(vec![1, GRACE_DAYS, 400, 731])
                    .prop_map(|days| Step::Wait { days })
                    .boxed(),
            ),
            (2, Just(Step::Sign).boxed()),
            (
                1,
                prop::sample::select(vec![Step::Restart(Ending::Orderly), Step::Restart(Ending::Killed)])
                    .boxed(),
            ),
            (1, prop::sample::select(vec![Step::BackUp, Step::Schedule]).boxed()),
            (
                1,
                prop::sample::select(vec![-400, -1, 1, GRACE_DAYS as i32, 40, 731])
                    .prop_map(|days| Step::Jump { days })
                    .boxed(),
            ),
        ];
        let mut of = |weight, places: Vec<usize>, step: fn(usize) -> Step| {
            if !places.is_empty() {
                steps.push((weight, prop::sample::select(places).prop_map(step).boxed()));
            }
        };
        let everybody: Vec<usize> = (0..state.people.len()).collect();
        let there: Vec<usize> =
            everybody.iter().copied().filter(|person| !state.people[*person].erased).collect();
        let open = there.iter().copied().filter(|person| state.people[*person].closed_at.is_none()).collect();
        let in_force = (0..state.holds.len()).filter(|place| state.holds[*place].is_in_force()).collect();
        of(1, there, Step::Access);
        of(3, open, Step::Close);
        of(1, everybody.clone(), Step::Read);
        of(1, everybody.clone(), |person| Step::Hold { person, by: HeldBy::Account });
        of(1, everybody, |person| Step::Hold { person, by: HeldBy::Party });
        of(2, in_force, Step::Release);
        of(4, state.places(Stage::Scheduled), Step::Approve);
        of(1, state.places(Stage::Scheduled), Step::Reject);
        if state.people.len() < PEOPLE_MAX {
            steps.push((2, Just(Step::Apply).boxed()));
        }
        if !state.to_schedule().is_empty() {
            steps.push((5, Just(Step::Schedule).boxed()));
        }
        if !state.places(Stage::Approved).is_empty() {
            steps.push((3, Just(Step::Wait { days: GRACE_DAYS }).boxed()));
        }
        if !state.to_carry_out().is_empty() {
            steps
                .push((5, prop::sample::select(vec![sound, sound, broken]).prop_map(Step::CarryOut).boxed()));
        }
        if state.backup.is_some() {
            steps.push((2, Just(Step::Restore).boxed()));
        }
        prop::strategy::Union::new_weighted(steps).boxed()
    }

    fn preconditions(state: &Self, step: &Step) -> bool {
        let is_at = |place: usize, stage| state.batches.get(place).is_some_and(|batch| batch.stage == stage);
        match step {
            Step::Apply => state.people.len() < PEOPLE_MAX,
            Step::Access(person) => state.people.get(*person).is_some_and(|person| !person.erased),
            Step::Close(person) => state.people.get(*person).is_some_and(|person| person.closed_at.is_none()),
            Step::Read(person) | Step::Hold { person, .. } => *person < state.people.len(),
            Step::Release(place) => state.holds.get(*place).is_some_and(Hold::is_in_force),
            Step::Wait { days } => state.now.plus_days(*days) < state.end,
            Step::Jump { days } => days_later(state.now, *days) < state.end,
            Step::Approve(place) | Step::Reject(place) => is_at(*place, Stage::Scheduled),
            Step::Restore => state.backup.is_some(),
            Step::Schedule | Step::CarryOut(_) | Step::Sign | Step::Restart(_) | Step::BackUp => true,
        }
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.now = state.now.plus_micros(real::STEP_US);
        let now = state.now;
        // Times of records never decrease.
        let recorded_at = now.max(state.ahead);
        match step {
            Step::Apply => {
                let new = Person { closed_at: None, last_access_at: None, erased: false, done: false };
                state.people.push(new);
            }
            Step::Access(person) => state.people[*person].last_access_at = Some(now),
            Step::Close(person) => state.people[*person].closed_at = Some(recorded_at),
            Step::Hold { person, .. } => {
                state.holds.push(Hold { person: *person, released_at: None, erased: false });
            }
            Step::Release(place) => state.holds[*place].released_at = Some(recorded_at),
            Step::Wait { days } => state.now = now.plus_days(*days),
            Step::Jump { days } => state.ahead = recorded_at.max(days_later(now, *days)),
            Step::Schedule => {
                let items = state.to_schedule();
                if !items.is_empty() {
                    let erase_from = recorded_at.plus_days(GRACE_DAYS);
                    state.batches.push(Batch { items, stage: Stage::Scheduled, erase_from });
                }
            }
            Step::Approve(place) => state.batches[*place].stage = Stage::Approved,
            Step::CarryOut(journal) => state.carry_out(*journal),
            Step::BackUp => {
                state.backup = Some(Backup { people: state.people.clone() });
            }
            Step::Read(_) | Step::Reject(_) | Step::Sign | Step::Restart(_) | Step::Restore => {}
        }
        state
    }
}

fn days_later(at: Timestamp, days: i32) -> Timestamp {
    at.plus_micros(i64::from(days) * DAY_US)
}

/// Few cases wherever the tests run; `PROPTEST_CASES` asks for more, as `cargo xtask torture` does.
fn config() -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { 24 };
    ProptestConfig { cases, ..asked }
}

prop_state_machine! {
    #![proptest_config(config())]

    #[test]
    fn the_register_does_what_the_model_says(sequential 10..50 => Real);
}

/// The steps are worth something: among few sequences there are erasures, holds that stopped one, broken journals, and backups
/// from before an erasure.
#[test]
fn the_steps_reach_what_matters() {
    let mut runner = TestRunner::deterministic();
    let (mut erased, mut saved, mut broken, mut restored) = (0, 0, 0, 0);
    for _ in 0..100 {
        let sequence = Model::sequential_strategy(50).new_tree(&mut runner).unwrap();
        let (mut state, steps, _) = sequence.current();
        for step in &steps {
            let before = state.clone();
            state = Model::apply(state, step);
            match step {
                Step::CarryOut(JournalIs::Broken)
                    if before.places(Stage::UnderWay) != state.places(Stage::UnderWay) =>
                {
                    broken += 1;
                }
                Step::CarryOut(_) => {
                    let of = |state: &Model| state.people.iter().filter(|person| person.erased).count();
                    erased += of(&state) - of(&before);
                    let kept = |place: &usize| {
                        before.batches[*place]
                            .items
                            .iter()
                            .any(|item| before.is_held(before.person_of(*item)))
                    };
                    saved += before.to_carry_out().iter().filter(|place| kept(place)).count();
                }
                Step::Restore => {
                    let backup = before.backup.as_ref().unwrap();
                    let came_back = |(old, new): (&Person, &Person)| !old.erased && new.done;
                    restored +=
                        backup.people.iter().zip(&before.people).filter(|both| came_back(*both)).count();
                }
                _ => {}
            }
        }
    }
    assert!(erased > 20 && saved > 2 && broken > 2 && restored > 2, "{erased} {saved} {broken} {restored}");
}
