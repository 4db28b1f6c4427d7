//! Persons named in measures. They are searched for like listed parties, but what follows is the measure's: who was confirmed to be one
//! of them is reached by it, with its effect, from its beginning to its end (SPM-01), and not held to be listed for ever.

use crate::assess::{InputParty, Inputs};
use crate::world::MEASURES_LIST;
use tenantry_model::case::Verdict;
use tenantry_model::id::{MeasureId, PartyId};
use tenantry_model::measure::{Measure, Target};
use tenantry_model::time::Timestamp;
use tenantry_policy::input::{HitStanding, HitSummary};
use tenantry_store::repo::list::FindingRow;

/// Identifier of a named person among listed entities.
pub(crate) fn entity(measure: MeasureId, person: usize) -> String {
    format!("{measure}-{person}")
}

fn read(entity: &str) -> Option<(MeasureId, usize)> {
    let (measure, person) = entity.rsplit_once('-')?;
    Some((measure.parse().ok()?, person.parse().ok()?))
}

/// Whether a likeness to a named person still asks for a reviewer: until the measure ends. Before it begins there is time to find out.
pub(crate) fn asks(measures: &[Measure], entity: &str, now: Timestamp) -> bool {
    // What cannot be read is looked at rather than passed.
    let Some((id, _)) = read(entity) else { return true };
    measures.iter().any(|measure| measure.id == id && now < measure.expires_at)
}

/// How many persons the measures name.
pub(crate) fn persons(measures: &[Measure]) -> usize {
    let named = |measure: &Measure| match &measure.target {
        Target::Person { persons } => persons.len(),
        Target::Jurisdiction { .. } => 0,
    };
    measures.iter().map(named).sum()
}

/// What a reviewer confirmed of a party on an account above: it is not screened with this one.
pub(crate) fn confirmed(findings: &[FindingRow]) -> Vec<HitSummary> {
    let confirmed = findings.iter().filter(|f| f.list == MEASURES_LIST && f.verdict == Verdict::Confirm);
    let hit = |finding: &FindingRow| HitSummary {
        list: finding.list.clone(),
        entity: finding.entity.clone(),
        score_per_mille: 1_000,
        hard_rule: None,
        standing: HitStanding::Confirmed,
    };
    confirmed.map(hit).collect()
}

/// The hits that rules about lists look at: those on lists, and likenesses to named persons of which nobody has found anything yet.
pub(crate) fn listed(hits: &[HitSummary]) -> Vec<HitSummary> {
    hits.iter().filter(|hit| hit.list != MEASURES_LIST || hit.standing == HitStanding::New).cloned().collect()
}

/// Whether a hit is on a person named in a measure.
pub(crate) fn is_named(list: &str) -> bool {
    list == MEASURES_LIST
}

/// The measures with everybody whom reviewers confirmed to be a person they name.
pub(crate) fn with_confirmed(measures: &[Measure], inputs: &Inputs) -> Vec<Measure> {
    let mut measures = measures.to_vec();
    let above = inputs.chain.iter().flat_map(|link| &link.parties);
    for party in inputs.parties.iter().chain(above) {
        for (id, person) in found_to_be(party) {
            if let Some(measure) = measures.iter_mut().find(|measure| measure.id == id) {
                name(measure, person, party.id);
            }
        }
    }
    measures
}

fn found_to_be(party: &InputParty) -> impl Iterator<Item = (MeasureId, usize)> {
    let ours = |hit: &&HitSummary| hit.list == MEASURES_LIST && hit.standing == HitStanding::Confirmed;
    party.hits.iter().filter(ours).filter_map(|hit| read(&hit.entity))
}

fn name(measure: &mut Measure, person: usize, party: PartyId) {
    let Target::Person { persons } = &mut measure.target else { return };
    if let Some(person) = persons.get_mut(person)
        && !person.confirmed.contains(&party)
    {
        person.confirmed.push(party);
    }
}
