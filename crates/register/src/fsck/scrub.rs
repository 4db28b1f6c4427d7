//! The scrubber: the same check in small steps, one pass a day, so that rot is found before it is exported or signed over.
//!
//! A pass ends at the leaves there were when it began, so that a ledger that grows all day has an end, too. Leaves and the tables beside
//! them take turns: keys do not wait until millions of leaves were read. How many steps there are at a time is for the caller to
//! say, who sees the clock.

use super::{Check, Depth, Finding, Progress, Step};
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::{Register, RegisterError};
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tenantry_model::time::Timestamp;

/// Days between the beginnings of two passes.
const PASS_EVERY_DAYS: u32 = 1;

/// Where the scrubber stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ScrubState {
    /// What the pass under way, or the last one, looked at.
    pub checked: Progress,
    /// When the last pass was through; `None` before the first one was.
    pub done_at: Option<Timestamp>,
    /// What is wrong, from the last whole pass and the one under way.
    pub findings: Vec<Finding>,
}

#[derive(Default)]
pub(crate) struct Scrubber(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    pass: Option<Pass>,
    begun_at: Option<Timestamp>,
    state: ScrubState,
}

/// A pass under way: two checks that take turns. One that came to its end stays for its report.
struct Pass {
    turns: VecDeque<Check>,
    through: Vec<Check>,
}

impl Pass {
    fn begin(register: &Register, call: &Call) -> Result<Self, RegisterError> {
        let turns = [register.check_to(call, Depth::Ledger)?, register.check_to(call, Depth::Tables)?];
        Ok(Self { turns: turns.into(), through: Vec::new() })
    }

    fn step(&mut self) -> Result<Step, RegisterError> {
        if let Some(mut check) = self.turns.pop_front() {
            match check.step() {
                Ok(Step::Done) => self.through.push(check),
                Ok(Step::More) => self.turns.push_back(check),
                Err(error) => {
                    self.turns.push_back(check);
                    return Err(error);
                }
            }
        }
        Ok(if self.turns.is_empty() { Step::Done } else { Step::More })
    }

    fn checks(&self) -> impl Iterator<Item = &Check> {
        self.turns.iter().chain(&self.through)
    }

    /// What both looked at.
    fn progress(&self) -> Progress {
        self.checks().map(Check::progress).fold(Progress::default(), |sum, other| Progress {
            leaves: sum.leaves + other.leaves,
            leaves_total: sum.leaves_total + other.leaves_total,
            bodies: sum.bodies + other.bodies,
            erased: sum.erased + other.erased,
            tiles: sum.tiles + other.tiles,
            checkpoints: sum.checkpoints + other.checkpoints,
            keys: sum.keys + other.keys,
            rows: sum.rows + other.rows,
        })
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks().flat_map(|check| &check.report().findings)
    }
}

impl Scrubber {
    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Register {
    /// Takes so many steps, each over a few hundred things, or none until the next pass is due.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub fn scrub(&self, call: &Call, steps: u32) -> Result<(), RegisterError> {
        authorise(&call.actor, Action::CheckEverything)?;
        let now = self.core.clock.now();
        let mut memory = self.core.scrubber.lock();
        let memory = &mut *memory;
        if memory.pass.is_none() {
            if memory.begun_at.is_some_and(|begun| now < begun.plus_days(PASS_EVERY_DAYS)) {
                return Ok(());
            }
            memory.begun_at = Some(now);
        }
        let pass = match &mut memory.pass {
            Some(pass) => pass,
            none => none.insert(Pass::begin(self, call)?),
        };
        let mut step = Step::More;
        for _ in 0..steps {
            step = pass.step()?;
            if step == Step::Done {
                break;
            }
        }
        let state = &mut memory.state;
        let before = state.findings.len();
        state.checked = pass.progress();
        if let Some(broken) = pass.checks().find_map(|check| check.report().broken.as_ref()) {
            self.core.integrator.set_trouble(broken);
        }
        if step == Step::Done {
            state.findings = pass.findings().cloned().collect();
            state.done_at = Some(now);
        } else {
            let new: Vec<Finding> =
                pass.findings().filter(|finding| !state.findings.contains(finding)).cloned().collect();
            state.findings.extend(new);
        }
        if state.findings.len() > before {
            let findings = state.findings.len();
            tracing::error!(
                findings,
                "something stored is not as it was written; run `tenantry ledger fsck`"
            );
        }
        if step == Step::Done {
            memory.pass = None;
        }
        Ok(())
    }

    /// Where the scrubber stands.
    pub fn scrub_state(&self) -> ScrubState {
        self.core.scrubber.lock().state.clone()
    }
}
