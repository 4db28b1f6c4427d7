//! Asking witnesses, each in a thread of its own that nobody has to wait for.
//!
//! Whoever collects stops listening once the quorum is met. The threads go on: a cosignature that comes late is stored all the same,
//! and what a witness says against this ledger counts whenever it is said.

use super::Claim;
use crate::RegisterError;
use crate::core::Core;
use crate::ledger_view::{StoredTree, stored_size};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use tenantry_ledger::{
    AddCheckpoint, Checkpoint, NoteSignature, PolicyWitness, SignedNote, consistency_proof,
};
use tenantry_store::StoreExt;
use tenantry_store::repo::ledger::{self, CheckpointRow};
use tenantry_witness::{Submission, Witnesses};

/// Requests to one witness about one checkpoint: the first may learn the size to prove from.
const TRIES: u32 = 3;
/// Requests to one witness at one time; one that does not answer is not asked about ever more checkpoints.
const UNDER_WAY_MAX: u32 = 4;

/// What is shown to witnesses.
#[derive(Clone)]
pub(super) struct Shown {
    /// The stored checkpoint; `None` for a head that the signer remembers and of which no checkpoint is stored.
    pub(super) row: Option<CheckpointRow>,
    pub(super) checkpoint: Checkpoint,
    pub(super) note: SignedNote,
}

/// What came of asking one witness.
pub(super) enum Answer {
    /// Its signatures, which are stored already.
    Cosigned(Vec<NoteSignature>),
    /// Why there are none.
    Not(String),
}

/// What one witness said.
enum Said {
    Cosigned(Vec<NoteSignature>),
    /// That it has seen more leaves than it was shown.
    Ahead(u64),
    Fork,
    Failed(String),
}

/// A request that was not answered yet.
struct UnderWay {
    core: Arc<Core>,
    place: usize,
}

impl UnderWay {
    fn ask_and_keep(&self, shown: &Shown) -> Result<Answer, RegisterError> {
        self.core.ask_and_keep(self.place, shown)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.core.witnessing.with(|memory| {
            let under_way = memory.under_way.entry(self.place).or_default();
            *under_way = under_way.saturating_sub(1);
        });
    }
}

impl Core {
    /// Asks the witnesses at these places all at once. The answers come in the order they are given; the last one ends the list.
    pub(super) fn ask(
        self: &Arc<Self>,
        places: Vec<usize>,
        shown: &Shown,
    ) -> Receiver<(usize, Result<Answer, RegisterError>)> {
        let (answers, answered) = channel();
        for place in places {
            let (shown, sender) = (shown.clone(), answers.clone());
            let begun = self.begin(place).map(|under_way| {
                // That nobody listens any more is no reason to leave out what comes of it.
                let asking = move || drop(sender.send((place, under_way.ask_and_keep(&shown))));
                std::thread::Builder::new().spawn(asking)
            });
            let why = match begun {
                Some(Ok(_thread)) => continue,
                Some(Err(error)) => format!("it cannot be asked: {error}"),
                None => "it has not answered what it was asked before".to_owned(),
            };
            let _received_below = answers.send((place, Ok(Answer::Not(why))));
        }
        answered
    }

    /// Counts a request, unless too many are under way.
    fn begin(self: &Arc<Self>, place: usize) -> Option<UnderWay> {
        let begun = self.witnessing.with(|memory| {
            let under_way = memory.under_way.entry(place).or_default();
            let free = *under_way < UNDER_WAY_MAX;
            *under_way += u32::from(free);
            free
        });
        begun.unwrap_or(false).then(|| UnderWay { core: Arc::clone(self), place })
    }

    /// Asks one witness and does what its answer asks for.
    fn ask_and_keep(self: &Arc<Self>, place: usize, shown: &Shown) -> Result<Answer, RegisterError> {
        let known = self.witnessing.with(|memory| {
            let witness = memory.policy.witnesses().get(place).cloned();
            let seen = memory.seen.get(&place).copied().unwrap_or(0);
            (witness, seen, Arc::clone(&memory.client))
        });
        let Some((Some(witness), seen, client)) = known else {
            return Ok(Answer::Not("it is no witness any more".to_owned()));
        };
        match self.ask_one(&*client, &witness, seen, shown)? {
            Said::Cosigned(signatures) => {
                self.keep(&witness, shown, &signatures)?;
                self.witnessing.with(|memory| {
                    let seen = memory.seen.entry(place).or_default();
                    *seen = (*seen).max(shown.checkpoint.size);
                    if memory.claims.remove(&place).is_some() {
                        let witness = witness.display_name();
                        tracing::info!(witness, "a witness contradicts this ledger no more");
                    }
                });
                Ok(Answer::Cosigned(signatures))
            }
            Said::Ahead(signed) if signed <= self.known(shown)? => {
                // Another node, or this one a moment later, has shown it a newer checkpoint.
                Ok(Answer::Not("it has seen a newer checkpoint".to_owned()))
            }
            Said::Ahead(signed) => self.against(place, Claim::Larger(signed)),
            Said::Fork => self.against(place, Claim::Other),
            Said::Failed(why) => Ok(Answer::Not(why)),
        }
    }

    /// Up to where a larger tree elsewhere is no news: the leaves that are here. Where no checkpoint is stored, what was signed is
    /// known only to the signer, and everything beyond is news.
    fn known(&self, shown: &Shown) -> Result<u64, RegisterError> {
        if shown.row.is_some() {
            return self.size();
        }
        let stored = self.store.read(|tx| Ok::<_, RegisterError>(ledger::latest_checkpoint(tx)?))?;
        Ok(stored.map_or(shown.checkpoint.size, |row| stored_size(row.size)))
    }

    /// Leaves that are here.
    pub(super) fn size(&self) -> Result<u64, RegisterError> {
        self.store
            .read(|tx| Ok::<_, RegisterError>(ledger::head(tx)?.map_or(0, |head| stored_size(head.size))))
    }

    /// Takes down what a witness says against this ledger. As many as make the quorum stop it.
    fn against(&self, place: usize, claim: Claim) -> Result<Answer, RegisterError> {
        let size = self.size()?;
        let finding = self.witnessing.with(|memory| {
            if memory.claims.insert(place, claim) != Some(claim) {
                let (witness, claim) = (memory.name(place), claim.to_string());
                tracing::error!(
                    witness,
                    claim,
                    "a witness contradicts this ledger; without proof it stops nothing alone"
                );
            }
            memory.is_quorum(memory.claims.keys().copied()).then(|| memory.finding(size))
        });
        match finding.flatten() {
            Some(finding) => Err(self.stop_signing(finding)),
            None => Ok(Answer::Not(claim.to_string())),
        }
    }

    fn ask_one(
        self: &Arc<Self>,
        client: &dyn Witnesses,
        witness: &PolicyWitness,
        seen: u64,
        shown: &Shown,
    ) -> Result<Said, RegisterError> {
        let size = shown.checkpoint.size;
        let mut old = seen.min(size);
        for _ in 0..TRIES {
            let proof =
                self.store.read(move |tx| consistency_proof(&StoredTree::new(tx, size), old, size))?;
            match client.submit(witness, &AddCheckpoint { old, proof, note: shown.note.clone() }) {
                Submission::Cosigned(signatures) => return Ok(Said::Cosigned(signatures)),
                Submission::OtherSize(latest) if latest > size => return Ok(Said::Ahead(latest)),
                Submission::OtherSize(latest) => old = latest,
                Submission::Refused(409 | 422) => return Ok(Said::Fork),
                Submission::Refused(status) => {
                    let why = match status {
                        403 => "it does not trust this ledger's keys (403)",
                        404 => "it does not watch this ledger (404)",
                        _ => "it does not understand the request (400)",
                    };
                    return Ok(Said::Failed(why.to_owned()));
                }
                Submission::Unreachable(why) => return Ok(Said::Failed(format!("not reached: {why}"))),
            }
        }
        Ok(Said::Failed("its newest size kept changing".to_owned()))
    }

    /// Keeps cosignatures with the checkpoint they are about, whichever is the newest by now, unless this witness cosigned it
    /// already.
    fn keep(
        &self,
        witness: &PolicyWitness,
        shown: &Shown,
        signatures: &[NoteSignature],
    ) -> Result<(), RegisterError> {
        let Some(shown) = shown.row.clone() else { return Ok(()) };
        let (key, signatures) = (witness.key.clone(), signatures.to_vec());
        self.store.write(move |tx| {
            let stored = ledger::checkpoints_after(tx, shown.size - 1, 1)?.pop();
            let Some(row) = stored.filter(|row| row.size == shown.size) else { return Ok(()) };
            let mut note = SignedNote::parse(row.note.as_bytes())?;
            let about_it = shown.note.strip_prefix(note.text()).is_some_and(|rest| rest.starts_with('\n'));
            if !about_it || note.signatures().iter().any(|line| key.matches(line)) {
                return Ok(());
            }
            for signature in &signatures {
                note.push(signature.clone());
            }
            ledger::add_checkpoint(tx, &CheckpointRow { note: note.to_string(), ..row })?;
            Ok::<_, RegisterError>(())
        })
    }
}
