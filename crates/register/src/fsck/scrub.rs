//! The scrubber: the same check in small steps, one pass a day, so that rot is found before it is exported or signed over.

use super::{Check, Depth, Finding, Progress, Step};
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::{Register, RegisterError};
use serde::Serialize;
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
    check: Option<Check>,
    begun_at: Option<Timestamp>,
    state: ScrubState,
}

impl Scrubber {
    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Register {
    /// Looks at the next few hundred things, or at nothing until the next pass is due.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub fn scrub(&self, call: &Call) -> Result<(), RegisterError> {
        authorise(&call.actor, Action::CheckEverything)?;
        let now = self.core.clock.now();
        let mut memory = self.core.scrubber.lock();
        let mut check = match memory.check.take() {
            Some(check) => check,
            None if memory.begun_at.is_some_and(|begun| now < begun.plus_days(PASS_EVERY_DAYS)) => {
                return Ok(());
            }
            None => {
                memory.begun_at = Some(now);
                self.check_to(call, Depth::Content)?
            }
        };
        let step = check.step()?;
        let before = memory.state.findings.len();
        memory.state.checked = check.progress().clone();
        if let Some(broken) = &check.report().broken {
            self.core.integrator.set_trouble(broken);
        }
        let found = &check.report().findings;
        if step == Step::Done {
            memory.state.findings.clone_from(found);
            memory.state.done_at = Some(now);
        } else {
            let new: Vec<Finding> =
                found.iter().filter(|finding| !memory.state.findings.contains(finding)).cloned().collect();
            memory.state.findings.extend(new);
            memory.check = Some(check);
        }
        if memory.state.findings.len() > before {
            let findings = memory.state.findings.len();
            tracing::error!(
                findings,
                "something stored is not as it was written; run `tenantry ledger fsck`"
            );
        }
        Ok(())
    }

    /// Where the scrubber stands.
    pub fn scrub_state(&self) -> ScrubState {
        self.core.scrubber.lock().state.clone()
    }
}
