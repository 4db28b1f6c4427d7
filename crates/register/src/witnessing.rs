//! Showing checkpoints to witnesses and keeping their cosignatures.
//!
//! A policy names the witnesses and the quorum among them. Writing never waits for them: a checkpoint without its quorum is
//! marked as unwitnessed, and after a while that is an alarm. What leaves here and rests on a checkpoint is refused meanwhile.
//! Fail open for writing, closed for proving. Ledger design 4.5, C2SP `tlog-witness` and `tlog-policy`.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::checkpoints::{behind, trouble};
use crate::core::Core;
use crate::ledger_view::{StoredTree, newest, stored_size};
use crate::{Register, RegisterError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tenantry_ledger::{
    AddCheckpoint, Checkpoint, NoteSignature, PolicyWitness, Quorum, SignedNote, TrustPolicy,
    consistency_proof,
};
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::ledger::{self, CheckpointRow};
use tenantry_vault::NoteCheck;
use tenantry_witness::{Submission, Witnesses};

/// Requests to one witness about one checkpoint: the first may learn the size to prove from.
const TRIES: u32 = 3;

/// Where the ledger stands with its witnesses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WitnessState {
    /// Leaves of the checkpoint this is about.
    pub size: u64,
    /// Whether enough witnesses cosigned it.
    pub quorum: bool,
    /// When a checkpoint last had its quorum; `None` if none had since this process started.
    pub met_at: Option<Timestamp>,
    /// Whether the quorum has been missed for longer than the configured time.
    pub alarm: bool,
    /// Each witness with how it stands: `cosigned`, or why not.
    pub witnesses: Vec<WitnessLine>,
}

/// One witness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WitnessLine {
    /// Name in the policy.
    pub name: String,
    /// `cosigned`, or what stands in the way.
    pub standing: String,
}

/// Which witnesses are asked about the newest checkpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whom {
    /// Those that have not cosigned it, while the quorum is missed.
    Missing,
    /// Every one: what it has seen elsewhere counts, whatever it has cosigned here.
    Every,
}

/// Who is asked to witness, and what is known of them.
#[derive(Default)]
pub(crate) struct Witnessing(Mutex<Option<Memory>>);

struct Memory {
    policy: Arc<TrustPolicy>,
    text: String,
    client: Arc<dyn Witnesses>,
    alarm_after_us: i64,
    /// Since when checkpoints lack their quorum, at first the start of this process.
    missed_since: Timestamp,
    met_at: Option<Timestamp>,
    /// The newest size each witness is known to have cosigned, by place in the policy.
    seen: BTreeMap<usize, u64>,
    state: Option<WitnessState>,
    /// Whether every witness was asked since this process started; nothing is signed before.
    asked: bool,
}

impl Witnessing {
    fn lock(&self) -> MutexGuard<'_, Option<Memory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state(&self, now: Timestamp) -> Option<WitnessState> {
        let memory = self.lock();
        let memory = memory.as_ref()?;
        let mut state = memory.state.clone()?;
        state.alarm = !state.quorum && now >= memory.missed_since.plus_micros(memory.alarm_after_us);
        Some(state)
    }

    /// The policy of this deployment with its own keys as the logs.
    pub(crate) fn policy_text(&self, keys: &[String]) -> String {
        let mut text: String = keys.iter().flat_map(|key| ["log ", key.as_str(), "\n"]).collect();
        match self.lock().as_ref() {
            None => text.push_str("quorum none\n"),
            Some(memory) => {
                let ours = memory.text.lines().filter(|line| !line.trim_start().starts_with("log"));
                ours.for_each(|line| {
                    let _infallible = writeln!(text, "{line}");
                });
            }
        }
        text
    }
}

impl Register {
    /// From now on checkpoints are shown to the witnesses of this policy, and what leaves here needs its quorum. `log` lines in
    /// it are left aside. After `alarm_after_minutes` without quorum the state says so.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] when the policy cannot be read.
    pub fn set_witnesses(
        &self,
        policy: &str,
        client: Arc<dyn Witnesses>,
        alarm_after_minutes: u32,
    ) -> Result<(), RegisterError> {
        let read = TrustPolicy::parse(policy.as_bytes())
            .map_err(|error| RegisterError::invalid("/witnesses/policy", error.to_string()))?;
        // Judged under a policy whose logs are this ledger's own keys.
        let own: String = self.verifier_keys().iter().flat_map(|key| ["log ", key.as_str(), "\n"]).collect();
        let others = policy.lines().filter(|line| !line.trim_start().starts_with("log"));
        let text = others.fold(own, |text, line| text + line + "\n");
        let policy_of_ours = TrustPolicy::parse(text.as_bytes())
            .map_err(|error| RegisterError::invalid("/witnesses/policy", error.to_string()))?;
        let memory = Memory {
            policy: Arc::new(policy_of_ours),
            text: policy.to_owned(),
            client,
            alarm_after_us: i64::from(alarm_after_minutes) * 60_000_000,
            missed_since: self.core.clock.now(),
            met_at: None,
            seen: BTreeMap::new(),
            state: None,
            asked: false,
        };
        *self.core.witnessing.lock() = read.requires_witnesses().then_some(memory);
        Ok(())
    }

    /// Shows the newest checkpoint to the witnesses that have not cosigned it. Called by the system job `checkpoints` once a
    /// second; does nothing while the quorum is met.
    ///
    /// # Errors
    /// [`RegisterError::Unwitnessed`] while the quorum is missed; [`RegisterError::Ledger`] when a witness has cosigned a larger
    /// or another tree than this one: then nothing is signed any more.
    pub fn collect_cosignatures(&self, call: &Call) -> Result<Option<WitnessState>, RegisterError> {
        authorise(&call.actor, Action::SignCheckpoints)?;
        self.core.collect_cosignatures(Whom::Missing)
    }

    /// Asks every witness about the newest checkpoint, also those that have cosigned it: one may have seen a larger tree or another
    /// one, as after an older database was put in the place of the newest. Called at start, before anything is written.
    ///
    /// # Errors
    /// As [`Register::collect_cosignatures`].
    pub fn ask_every_witness(&self, call: &Call) -> Result<Option<WitnessState>, RegisterError> {
        authorise(&call.actor, Action::SignCheckpoints)?;
        self.core.collect_cosignatures(Whom::Every)
    }
}

impl Core {
    /// Refuses what may not leave without the quorum.
    pub(crate) fn require_quorum(self: &Arc<Self>) -> Result<(), RegisterError> {
        self.collect_cosignatures(Whom::Missing).map(|_| ())
    }

    /// Has every witness asked once in the life of this process, before its first signature. That some cannot be reached keeps
    /// nothing from being signed.
    pub(crate) fn ask_witnesses_first(self: &Arc<Self>) -> Result<(), RegisterError> {
        if self.witnessing.lock().as_ref().is_none_or(|memory| memory.asked) {
            return Ok(());
        }
        match self.collect_cosignatures(Whom::Every) {
            Ok(_) | Err(RegisterError::Unwitnessed { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn collect_cosignatures(self: &Arc<Self>, whom: Whom) -> Result<Option<WitnessState>, RegisterError> {
        // Held throughout: two collections at once would only ask the same witnesses twice.
        let mut guard = self.witnessing.lock();
        let Some(memory) = guard.as_mut() else { return Ok(None) };
        let core = Arc::clone(self);
        let found = self.store.read(move |tx| {
            let size = ledger::head(tx)?.map_or(0, |head| stored_size(head.size));
            Ok::<_, RegisterError>((newest(tx, &core)?, size))
        })?;
        if whom == Whom::Every {
            memory.asked = true;
        }
        let (Some((row, checkpoint)), size) = found else { return Ok(None) };
        let mut note = SignedNote::parse(row.note.as_bytes())?;
        let policy = Arc::clone(&memory.policy);
        let before = policy.judge(row.note.as_bytes(), &NoteCheck)?;
        let mut lines: BTreeMap<usize, String> = BTreeMap::new();
        let lacks =
            |witness: &PolicyWitness| !before.cosigners.iter().any(|cosigner| cosigner.witness == witness);
        let to_ask: Vec<(usize, &PolicyWitness)> = policy
            .witnesses()
            .iter()
            .enumerate()
            .filter(|(_, witness)| whom == Whom::Every || lacks(witness))
            .collect();
        if whom == Whom::Every || before.quorum == Quorum::Missed {
            let asked = self.ask(memory, &to_ask, &note, &checkpoint);
            for (place, outcome) in asked {
                match outcome? {
                    Asked::Cosigned(signatures) => {
                        memory.seen.insert(place, checkpoint.size);
                        // One that cosigned before has done so again, with another time.
                        if policy.witnesses().get(place).is_some_and(lacks) {
                            for signature in signatures {
                                note.push(signature);
                            }
                        }
                    }
                    Asked::Ahead(signed) if signed > size => {
                        let name = policy.witnesses().get(place).map(PolicyWitness::display_name);
                        let who = format!("witness {} has cosigned", name.unwrap_or_default());
                        return Err(self.stop_signing(behind(size, &who, signed)));
                    }
                    // Another node has shown it a newer checkpoint meanwhile.
                    Asked::Ahead(_) => drop(lines.insert(place, "it has seen a newer checkpoint".to_owned())),
                    Asked::Fork => {
                        let name = policy.witnesses().get(place).map(PolicyWitness::display_name);
                        return Err(self.stop_signing(format!(
                            "witness {} has cosigned another history of this ledger; keep both checkpoints, they are the proof",
                            name.unwrap_or_default()
                        )));
                    }
                    Asked::Failed(why) => drop(lines.insert(place, why)),
                }
            }
        }
        let text = note.to_string();
        if text != row.note {
            self.keep(&row, text.clone())?;
        }
        let after = policy.judge(text.as_bytes(), &NoteCheck)?;
        let now = self.clock.now();
        let quorum = after.quorum == Quorum::Met;
        if quorum {
            (memory.missed_since, memory.met_at) = (now, Some(now));
        }
        let witnesses = policy.witnesses().iter().zip(0..).map(|(witness, place)| WitnessLine {
            name: witness.display_name(),
            standing: if after.cosigners.iter().any(|cosigner| cosigner.witness == witness) {
                "cosigned".to_owned()
            } else {
                lines.remove(&place).unwrap_or_else(|| "not asked: the quorum was met without it".to_owned())
            },
        });
        let state = WitnessState {
            size: checkpoint.size,
            quorum,
            met_at: memory.met_at,
            alarm: !quorum && now >= memory.missed_since.plus_micros(memory.alarm_after_us),
            witnesses: witnesses.collect(),
        };
        memory.state = Some(state.clone());
        if quorum {
            return Ok(Some(state));
        }
        let missing = state.witnesses.iter().filter(|line| line.standing != "cosigned");
        let reason =
            missing.map(|line| format!("{}: {}", line.name, line.standing)).collect::<Vec<_>>().join("; ");
        Err(RegisterError::Unwitnessed { reason })
    }

    /// Asks all at once, so that one that does not answer costs its own time only.
    fn ask(
        self: &Arc<Self>,
        memory: &Memory,
        witnesses: &[(usize, &PolicyWitness)],
        note: &SignedNote,
        checkpoint: &Checkpoint,
    ) -> Vec<(usize, Result<Asked, RegisterError>)> {
        std::thread::scope(|scope| {
            let threads: Vec<_> = witnesses
                .iter()
                .map(|(place, witness)| {
                    let old = memory.seen.get(place).copied().unwrap_or(0);
                    let client = &memory.client;
                    (
                        *place,
                        scope.spawn(move || self.ask_one(&**client, witness, old, note, checkpoint.size)),
                    )
                })
                .collect();
            let failed = || Ok(Asked::Failed("asking it failed".to_owned()));
            threads
                .into_iter()
                .map(|(place, thread)| (place, thread.join().unwrap_or_else(|_| failed())))
                .collect()
        })
    }

    fn ask_one(
        self: &Arc<Self>,
        client: &dyn Witnesses,
        witness: &PolicyWitness,
        seen: u64,
        note: &SignedNote,
        size: u64,
    ) -> Result<Asked, RegisterError> {
        let mut old = seen.min(size);
        for _ in 0..TRIES {
            let proof =
                self.store.read(move |tx| consistency_proof(&StoredTree::new(tx, size), old, size))?;
            match client.submit(witness, &AddCheckpoint { old, proof, note: note.clone() }) {
                Submission::Cosigned(signatures) => return Ok(Asked::Cosigned(signatures)),
                Submission::OtherSize(latest) if latest > size => return Ok(Asked::Ahead(latest)),
                Submission::OtherSize(latest) => old = latest,
                Submission::Refused(409 | 422) => return Ok(Asked::Fork),
                Submission::Refused(status) => {
                    let why = match status {
                        403 => "it does not trust this ledger's keys (403)",
                        404 => "it does not watch this ledger (404)",
                        _ => "it does not understand the request (400)",
                    };
                    return Ok(Asked::Failed(why.to_owned()));
                }
                Submission::Unreachable(why) => return Ok(Asked::Failed(format!("not reached: {why}"))),
            }
        }
        Ok(Asked::Failed("its newest size kept changing".to_owned()))
    }

    /// Keeps the cosignatures, unless the checkpoint was signed anew meanwhile.
    fn keep(&self, row: &CheckpointRow, note: String) -> Result<(), RegisterError> {
        let row = row.clone();
        self.store.write(move |tx| {
            if ledger::latest_checkpoint(tx)?.as_ref() == Some(&row) {
                ledger::add_checkpoint(tx, &CheckpointRow { note: note.clone(), ..row.clone() })?;
            }
            Ok::<_, RegisterError>(())
        })
    }

    /// An alarm that only a restart clears.
    fn stop_signing(&self, reason: String) -> RegisterError {
        self.integrator.set_trouble(&reason);
        trouble(reason)
    }
}

enum Asked {
    Cosigned(Vec<NoteSignature>),
    Ahead(u64),
    Fork,
    Failed(String),
}
