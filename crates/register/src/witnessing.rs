//! Showing checkpoints to witnesses and keeping their cosignatures.
//!
//! A policy names the witnesses and the quorum among them. Writing never waits for them: a checkpoint without its quorum is
//! marked as unwitnessed, and after a while that is an alarm. What leaves here and rests on a checkpoint is refused meanwhile.
//! Fail open for writing, closed for proving.
//!
//! Witnesses that know another ledger than this one say so by a number or a status that nobody signed. One alone is therefore an
//! alarm and stops nothing; as many as make the quorum stop the signing until a restart. Before the first signature of a
//! process, whose signer has no memory of its own to go by, one alone stops it too, unless a quorum cosigns what it contradicts.
//! Nothing here is locked while a witness is waited for. Ledger design 4.5, C2SP `tlog-witness` and `tlog-policy`.

mod asking;

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::checkpoints::{behind, refused, trouble};
use crate::core::Core;
use crate::ledger_view::newest;
use crate::{Register, RegisterError};
use asking::{Answer, Shown};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tenantry_ledger::{Checkpoint, PolicyWitness, Quorum, SignedNote, TrustPolicy};
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::ledger::CheckpointRow;
use tenantry_vault::NoteCheck;
use tenantry_witness::{Recall, Witnesses};

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
    /// What witnesses say against this ledger without proof, and too few of them to stop it; `None` when none does.
    pub contested: Option<String>,
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
    /// Those that have not cosigned it, until the quorum is met.
    Missing,
    /// Every one, and all are waited for: what one has seen elsewhere counts, whatever it has cosigned here.
    Every,
}

/// A checkpoint with the cosignatures that were judged.
pub(crate) struct Witnessed {
    pub(crate) row: CheckpointRow,
    pub(crate) checkpoint: Checkpoint,
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
    /// What witnesses say against this ledger, until they cosign.
    claims: BTreeMap<usize, Claim>,
    /// Requests to each witness that are not answered yet.
    under_way: BTreeMap<usize, u32>,
    state: Option<WitnessState>,
    /// Whether every witness was asked since this process started; nothing is signed before.
    asked: bool,
}

/// What a witness says against this ledger. Nobody signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// That it has cosigned so many leaves.
    Larger(u64),
    /// That it has cosigned another history.
    Other,
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Larger(leaves) => {
                write!(f, "it claims to have cosigned {leaves} leaves, which are not here; nothing proves it")
            }
            Self::Other => {
                f.write_str("it claims to have cosigned another history of this ledger; nothing proves it")
            }
        }
    }
}

impl Memory {
    fn name(&self, place: usize) -> String {
        self.policy.witnesses().get(place).map(PolicyWitness::display_name).unwrap_or_default()
    }

    /// Whether the witnesses at these places make the quorum.
    fn is_quorum(&self, places: impl Iterator<Item = usize>) -> bool {
        let those: BTreeSet<&[u8]> = places
            .filter_map(|place| self.policy.witnesses().get(place))
            .map(|witness| witness.name.as_slice())
            .collect();
        self.policy.is_quorum(|witness| those.contains(witness.name.as_slice()))
    }

    /// What witnesses say against this ledger.
    fn contested(&self) -> Option<String> {
        let said = self.claims.iter().map(|(place, claim)| format!("witness {}: {claim}", self.name(*place)));
        let said: Vec<String> = said.collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// The finding about the ledger of `size` leaves that the claims are when they count.
    fn finding(&self, size: u64) -> String {
        let names: Vec<String> = self.claims.keys().map(|place| self.name(*place)).collect();
        let who = match names.as_slice() {
            [one] => format!("witness {one} has cosigned"),
            several => format!("witnesses {} have cosigned", several.join(", ")),
        };
        let largest = self.claims.values().filter_map(|claim| match claim {
            Claim::Larger(leaves) => Some(*leaves),
            Claim::Other => None,
        });
        match largest.max() {
            Some(leaves) if leaves > size => behind(size, &who, leaves),
            _ => format!(
                "{who} another history of this ledger; keep every checkpoint of both, they are the proof. Nothing was signed. \
                 docs/operating.md, \"The tree is smaller than what was signed\", has the steps"
            ),
        }
    }
}

impl Witnessing {
    fn lock(&self) -> MutexGuard<'_, Option<Memory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with what is known, if anybody is asked to witness at all. Never anything that waits.
    fn with<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> Option<T> {
        self.lock().as_mut().map(work)
    }

    pub(crate) fn state(&self, now: Timestamp) -> Option<WitnessState> {
        let memory = self.lock();
        let memory = memory.as_ref()?;
        let mut state = memory.state.clone()?;
        state.alarm = !state.quorum && now >= memory.missed_since.plus_micros(memory.alarm_after_us);
        state.contested = memory.contested();
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
            claims: BTreeMap::new(),
            under_way: BTreeMap::new(),
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
    /// [`RegisterError::Unwitnessed`] while the quorum is missed; [`RegisterError::Ledger`] when as many witnesses as make the quorum
    /// say that they have cosigned a larger or another tree than this one: then nothing is signed any more.
    pub fn collect_cosignatures(&self, call: &Call) -> Result<Option<WitnessState>, RegisterError> {
        authorise(&call.actor, Action::SignCheckpoints)?;
        Ok(self.core.collect_cosignatures(Whom::Missing)?.map(|(_, state)| state))
    }

    /// What witnesses say against this ledger without proof; `None` when none does.
    pub fn contested(&self) -> Option<String> {
        self.core.witnessing.with(|memory| memory.contested()).flatten()
    }

    /// Asks every witness about the newest checkpoint, also those that have cosigned it: one may have seen a larger tree or another
    /// one, as after an older database was put in the place of the newest. Before the first checkpoint they are shown the tree
    /// that the signer remembers, at first the empty one. Called at start, before anything is written.
    ///
    /// # Errors
    /// As [`Register::collect_cosignatures`]; and [`RegisterError::Ledger`] when one says so that no quorum contradicts, and the signer
    /// has no memory of its own.
    pub fn ask_every_witness(&self, call: &Call) -> Result<Option<WitnessState>, RegisterError> {
        authorise(&call.actor, Action::SignCheckpoints)?;
        Ok(self.core.collect_cosignatures(Whom::Every)?.map(|(_, state)| state))
    }
}

impl Core {
    /// The newest checkpoint with the cosignatures that its quorum needs; what may not leave without them rests on this one and no
    /// other. Where no policy asks for witnesses it is the newest.
    ///
    /// # Errors
    /// [`RegisterError::Unwitnessed`] while the quorum is missed; [`RegisterError::Ledger`] when something was found wrong with the
    /// ledger; [`RegisterError::NotFound`] before the first checkpoint.
    pub(crate) fn witnessed(self: &Arc<Self>) -> Result<Witnessed, RegisterError> {
        self.integrator.is_sound()?;
        if let Some((witnessed, _)) = self.collect_cosignatures(Whom::Missing)? {
            return Ok(witnessed);
        }
        let core = Arc::clone(self);
        let found = self.store.read(move |tx| newest(tx, &core))?;
        let (row, checkpoint) = found.ok_or(RegisterError::NotFound { what: "checkpoint" })?;
        Ok(Witnessed { row, checkpoint })
    }

    /// Has every witness asked once in the life of this process, before its first signature. That some cannot be reached keeps
    /// nothing from being signed.
    pub(crate) fn ask_witnesses_first(self: &Arc<Self>) -> Result<(), RegisterError> {
        if self.witnessing.with(|memory| memory.asked).unwrap_or(true) {
            return Ok(());
        }
        match self.collect_cosignatures(Whom::Every) {
            Ok(_) | Err(RegisterError::Unwitnessed { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Shows the newest checkpoint to witnesses. `None` when nobody is asked to witness, or nothing was signed yet.
    fn collect_cosignatures(
        self: &Arc<Self>,
        whom: Whom,
    ) -> Result<Option<(Witnessed, WitnessState)>, RegisterError> {
        let Some(policy) = self.witnessing.with(|memory| Arc::clone(&memory.policy)) else { return Ok(None) };
        let Some(shown) = self.to_show(whom)? else { return Ok(None) };
        let mut note = shown.note.clone();
        let before = policy.judge(note.to_string().as_bytes(), &NoteCheck)?;
        let lacks =
            |witness: &PolicyWitness| !before.cosigners.iter().any(|cosigner| cosigner.witness == witness);
        let (mut lines, mut agreed) = (BTreeMap::new(), BTreeSet::new());
        if whom == Whom::Every || before.quorum == Quorum::Missed {
            let places = policy.witnesses().iter().zip(0..);
            let places = places.filter(|(witness, _)| whom == Whom::Every || lacks(witness));
            for (place, answer) in self.ask(places.map(|(_, place)| place).collect(), &shown) {
                match answer? {
                    Answer::Cosigned(signatures) => {
                        agreed.insert(place);
                        // One that cosigned before has done so again, with another time.
                        if policy.witnesses().get(place).is_some_and(lacks) {
                            for signature in signatures {
                                note.push(signature);
                            }
                        }
                    }
                    Answer::Not(why) => drop(lines.insert(place, why)),
                }
                let enough = || policy.judge(note.to_string().as_bytes(), &NoteCheck);
                if whom == Whom::Missing && enough()?.quorum == Quorum::Met {
                    break;
                }
            }
        }
        if whom == Whom::Every {
            self.unless_contested(&agreed)?;
            self.witnessing.with(|memory| memory.asked = true);
        }
        let Some(row) = shown.row.clone() else { return Ok(None) };
        let row = CheckpointRow { note: note.to_string(), ..row };
        let state = self.state_of(&policy, &row, shown.checkpoint.size, &mut lines)?;
        if state.quorum {
            return Ok(Some((Witnessed { row, checkpoint: shown.checkpoint }, state)));
        }
        let missing = state.witnesses.iter().filter(|line| line.standing != "cosigned");
        let reason =
            missing.map(|line| format!("{}: {}", line.name, line.standing)).collect::<Vec<_>>().join("; ");
        Err(RegisterError::Unwitnessed { reason })
    }

    /// The newest checkpoint. To ask every witness where none is stored, the head that the signer remembers, signed once more: it
    /// says nothing new, and over an empty tree it contradicts nobody.
    fn to_show(self: &Arc<Self>, whom: Whom) -> Result<Option<Shown>, RegisterError> {
        let core = Arc::clone(self);
        if let Some((row, checkpoint)) = self.store.read(move |tx| newest(tx, &core))? {
            let note = SignedNote::parse(row.note.as_bytes())?;
            return Ok(Some(Shown { row: Some(row), checkpoint, note }));
        }
        if whom == Whom::Missing {
            return Ok(None);
        }
        let latest = self.signer.latest().map_err(refused)?;
        let origin = self.log_key.name().to_owned();
        let checkpoint = Checkpoint { origin, size: latest.size, root: latest.root };
        let note = self.signer.sign_checkpoint(latest.size, &[], &checkpoint).map_err(refused)?;
        Ok(Some(Shown { row: None, checkpoint, note }))
    }

    /// Refuses to begin signing when a witness contradicts this ledger and nothing speaks against it: no quorum of those that
    /// cosigned what was shown just now, and no memory of the signer.
    fn unless_contested(&self, agreed: &BTreeSet<usize>) -> Result<(), RegisterError> {
        let size = self.size()?;
        let finding = self.witnessing.with(|memory| {
            let refuted = memory.claims.is_empty() || memory.is_quorum(agreed.iter().copied());
            (!refuted).then(|| memory.finding(size))
        });
        let Some(finding) = finding.flatten() else { return Ok(()) };
        let latest = self.signer.latest().map_err(refused)?;
        if self.signer.memory() == Recall::Durable && latest.size > 0 {
            return Ok(());
        }
        Err(self.stop_signing(finding))
    }

    /// Keeps and answers where the ledger stands now.
    fn state_of(
        &self,
        policy: &TrustPolicy,
        row: &CheckpointRow,
        size: u64,
        lines: &mut BTreeMap<usize, String>,
    ) -> Result<WitnessState, RegisterError> {
        let after = policy.judge(row.note.as_bytes(), &NoteCheck)?;
        let (now, quorum) = (self.clock.now(), after.quorum != Quorum::Missed);
        let mut standing = |witness: &PolicyWitness, place: usize, claim: Option<&Claim>| {
            if after.cosigners.iter().any(|cosigner| cosigner.witness == witness) {
                return "cosigned".to_owned();
            }
            let line = lines.remove(&place).or_else(|| claim.map(ToString::to_string));
            line.unwrap_or_else(|| "not waited for: the quorum was met without it".to_owned())
        };
        let state = self.witnessing.with(|memory| {
            if quorum {
                (memory.missed_since, memory.met_at) = (now, Some(now));
            }
            let witnesses = policy.witnesses().iter().zip(0..).map(|(witness, place)| WitnessLine {
                name: witness.display_name(),
                standing: standing(witness, place, memory.claims.get(&place)),
            });
            let state = WitnessState {
                size,
                quorum,
                met_at: memory.met_at,
                alarm: !quorum && now >= memory.missed_since.plus_micros(memory.alarm_after_us),
                witnesses: witnesses.collect(),
                contested: memory.contested(),
            };
            memory.state = Some(state.clone());
            state
        });
        // Somebody took the policy away meanwhile: then none is missed.
        state.ok_or(RegisterError::NotFound { what: "policy of witnesses" })
    }

    /// An alarm that only a restart clears.
    fn stop_signing(&self, reason: String) -> RegisterError {
        self.integrator.set_trouble(&reason);
        trouble(reason)
    }
}
