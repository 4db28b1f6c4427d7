//! Replay: makes a recorded decision again and compares the bytes.
//!
//! Everything a decision was made from is kept by identifier: facts, snapshots, signal lists, measures, the pack, and what could not be
//! computed again (links, findings of reviewers, other signals). A replay loads exactly these, screens and looks up again, decides again, and says
//! whether the same bytes come out. It changes nothing and shows no personal data. Facts that were erased cannot be replayed.

use crate::access::{Action, authorise};
use crate::assess::{InputParty, InputReseller, Inputs, decide_from, rescreen_for_replay};
use crate::call::Call;
use crate::core::Core;
use crate::decisions::Recorded;
use crate::dossier::{Dossier, DossierParty, DossierReseller, open_fact};
use crate::ledger_view::hex;
use crate::sight::account_in_sight;
use crate::signals::{self, Signals};
use crate::world::{SnapshotInForce, World, build_index, parse_pack};
use crate::{Register, RegisterError, keys};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use tenantry_model::id::{DecisionId, FactId, MeasureId, SnapshotId};
use tenantry_model::measure::{Measure, Target};
use tenantry_screening::{Index, NoShelf};
use tenantry_store::repo::{decision, list, measure, party, setting};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// What came of making a decision again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// The decision.
    pub decision: DecisionId,
    /// Whether the same bytes came out.
    pub same: bool,
    /// SHA-256 of the recorded bytes, lower-case hexadecimal.
    pub recorded_digest: String,
    /// SHA-256 of the bytes that came out now.
    pub recomputed_digest: String,
    /// Where the two differ, as JSON pointers into the decision; `/screening` for other hits, `/signals` for other
    /// findings in signal lists, `/algorithm` for another matcher.
    pub differences: Vec<String>,
}

/// The index of the last replay: the next is likely to need the same.
#[derive(Default)]
pub(crate) struct ReplayIndex(Mutex<Option<(IndexKey, Arc<Index>)>>);

type IndexKey = (Vec<SnapshotId>, Vec<MeasureId>);

impl Register {
    /// Makes a decision again from what it was made from.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] for a decision out of sight, [`RegisterError::Erased`] when a fact it rests on was erased.
    pub fn replay(&self, call: &Call, id: DecisionId) -> Result<Replay, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let (actor, vault) = (call.actor.clone(), Arc::clone(&self.core.vault));
        let rested = self.core.store.read(move |tx| {
            let row = decision::find(tx, id)?.ok_or(RegisterError::NotFound { what: "decision" })?;
            account_in_sight(tx, &actor, row.account)
                .map_err(|_| RegisterError::NotFound { what: "decision" })?;
            Rested::load(tx, &vault, row)
        })?;
        let world = self.core.world_of(&rested)?;
        let mut inputs = rested.inputs.clone();
        for (input, party) in inputs.parties.iter_mut().zip(&rested.dossier.parties) {
            rescreen_for_replay(&world, party, input, rested.inputs.now);
        }
        let raised = signals::raise_again(
            &rested.signals,
            &rested.signals_named,
            &rested.dossier.parties,
            &rested.inputs.signals,
        );
        inputs.signals.retain(|signal| !signals::is_from_lists(signal));
        inputs.signals.extend(raised);
        let bytes = decide_from(&world, &rested.dossier, &inputs).to_bytes();
        Ok(compare(&rested, &inputs, &bytes))
    }
}

/// A decision with everything it rested on.
struct Rested {
    recorded: Recorded,
    inputs: Inputs,
    dossier: Dossier,
    pack: String,
    snapshots: Vec<SnapshotInForce>,
    /// The signal lists in force then.
    signals: Signals,
    /// The same and those that a flag named which was raised before.
    signals_named: Signals,
    measures: Vec<Measure>,
}

impl Rested {
    fn load(tx: &mut dyn Tx, vault: &Vault, row: decision::DecisionRow) -> Result<Self, RegisterError> {
        let recorded = Recorded::open(tx, vault, row)?;
        let (row, inputs) = (recorded.row(), recorded.inputs()?);
        let pack =
            setting::find_pack(tx, &row.pack)?.ok_or(RegisterError::NotFound { what: "policy pack" })?;
        let mut dossier = Dossier {
            account: row.account,
            dates: inputs.dates.unwrap_or_default(),
            parties: open_parties(tx, vault, &inputs.parties)?,
            interests: inputs.interests.clone(),
            owners_changed: BTreeMap::new(),
            chain: Vec::with_capacity(inputs.chain.len()),
        };
        for InputReseller { account, state, parties } in &inputs.chain {
            let parties = open_parties(tx, vault, parties)?;
            dossier.chain.push(DossierReseller { account: *account, state: *state, parties });
        }
        let mut snapshots = Vec::with_capacity(inputs.snapshots.len());
        for id in &inputs.snapshots {
            let row = list::find(tx, *id)?.ok_or(RegisterError::NotFound { what: "snapshot" })?;
            snapshots.push(SnapshotInForce::of(&row)?);
        }
        let in_force: BTreeSet<_> = inputs.signal_lists.iter().copied().collect();
        let named = in_force.iter().copied().chain(signals::versions(&inputs.signals)).collect();
        let signals_named = Signals::read_versions(tx, &named)?;
        let signals = signals_named.only(&in_force);
        let mut measures = Vec::with_capacity(inputs.measures.len());
        for id in &inputs.measures {
            let row = measure::find(tx, *id)?.ok_or(RegisterError::NotFound { what: "measure" })?;
            let measure: Measure = keys::open_json(tx, vault, &row.subject, &id.bytes(), &row.sealed)?;
            measures.push(measure.as_it_stood(inputs.now));
        }
        Ok(Self { recorded, inputs, dossier, pack, snapshots, signals, signals_named, measures })
    }
}

fn open_parties(
    tx: &mut dyn Tx,
    vault: &Vault,
    inputs: &[InputParty],
) -> Result<Vec<DossierParty>, RegisterError> {
    inputs
        .iter()
        .map(|input| {
            let row = party::find(tx, input.id)?.ok_or(RegisterError::NotFound { what: "party" })?;
            let known = party::facts(tx, input.id)?;
            let mut open = |ids: &[FactId]| {
                let mut facts = Vec::with_capacity(ids.len());
                for id in ids {
                    let fact = known.iter().find(|fact| fact.id == *id).cloned().ok_or_else(|| gone(*id))?;
                    facts.push(open_fact(tx, vault, &row.subject, fact)?);
                }
                Ok::<_, RegisterError>(facts)
            };
            let (facts, former_names) = (open(&input.facts)?, open(&input.former_names)?);
            Ok(DossierParty {
                id: input.id,
                kind: input.kind,
                subject: row.subject,
                roles: input.roles.clone(),
                facts,
                former_names,
                findings: Vec::new(),
            })
        })
        .collect()
}

fn gone(id: FactId) -> RegisterError {
    RegisterError::Ledger { reason: format!("the fact {id} that a decision rests on is gone") }
}

impl Core {
    /// The world a decision was made in, as far as deciding looks at it.
    fn world_of(self: &Arc<Self>, rested: &Rested) -> Result<World, RegisterError> {
        let pack = parse_pack(&rested.pack)?;
        if pack.hash() != rested.recorded.row().pack {
            return Err(RegisterError::Ledger { reason: "the text of a policy pack was changed".to_owned() });
        }
        Ok(World {
            generation: 0,
            pack: Arc::new(pack),
            index: self.index_of(rested)?,
            snapshots: rested.snapshots.clone(),
            signals: rested.signals.clone(),
            screened_with: [0; 32],
            measures: rested.measures.clone(),
        })
    }

    fn index_of(self: &Arc<Self>, rested: &Rested) -> Result<Arc<Index>, RegisterError> {
        let key = (rested.snapshots.iter().map(|s| s.id).collect(), naming_persons(&rested.measures));
        let world = self.world();
        let present: IndexKey =
            (world.snapshots.iter().map(|s| s.id).collect(), naming_persons(&world.measures));
        if key == present {
            return Ok(Arc::clone(&world.index));
        }
        let mut last = self.replay_index.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, index)) = last.as_ref()
            && *of == key
        {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(build_index(&self.store, &NoShelf, &rested.snapshots, &rested.measures)?);
        *last = Some((key, Arc::clone(&index)));
        Ok(index)
    }
}

/// Measures that put persons into the index.
fn naming_persons(measures: &[Measure]) -> Vec<MeasureId> {
    measures.iter().filter(|m| matches!(m.target, Target::Person { .. })).map(|m| m.id).collect()
}

fn compare(rested: &Rested, inputs: &Inputs, bytes: &[u8]) -> Replay {
    let digest = |bytes: &[u8]| hex(&Sha256::digest(bytes));
    let recorded = rested.recorded.record();
    let same = recorded == bytes;
    let mut differences = Vec::new();
    if inputs.algorithm != tenantry_screening::ALGORITHM {
        differences.push("/algorithm".to_owned());
    }
    if inputs.parties != rested.inputs.parties {
        differences.push("/screening".to_owned());
    }
    let sorted = |inputs: &Inputs| {
        let mut signals = inputs.signals.clone();
        signals.sort_unstable();
        signals
    };
    if sorted(inputs) != sorted(&rested.inputs) {
        differences.push("/signals".to_owned());
    }
    if !same {
        let read = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap_or_default();
        differ("", &read(recorded), &read(bytes), &mut differences);
    }
    Replay {
        decision: rested.recorded.row().id,
        same,
        recorded_digest: digest(recorded),
        recomputed_digest: digest(bytes),
        differences,
    }
}

/// Collects JSON pointers to where two documents differ, as deep as both have the same shape.
fn differ(at: &str, one: &serde_json::Value, other: &serde_json::Value, into: &mut Vec<String>) {
    use serde_json::Value;
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            for ((name, one), other) in one.iter().zip(other.values()) {
                differ(&format!("{at}/{name}"), one, other, into);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (position, (one, other)) in one.iter().zip(other).enumerate() {
                differ(&format!("{at}/{position}"), one, other, into);
            }
        }
        _ if one == other => {}
        _ => into.push(if at.is_empty() { "/".to_owned() } else { at.to_owned() }),
    }
}
