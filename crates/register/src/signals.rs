//! What signal lists say of the facts of parties: red flags that a decision names with the list and the version they came from.
//!
//! What was once found of an address stays: it was used when it was on the list, and relays come and go. What was found of an e-mail
//! address stays as long as the list in force says so. Either way a new version of a list leaves a decision as it is where it says the
//! same as before, and a replay finds the same from the versions that a decision names.

use crate::RegisterError;
use crate::dossier::DossierParty;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use tenantry_model::fact::{Fact, FactValue};
use tenantry_model::id::{FactId, PartyId, SignalListId};
use tenantry_model::signal::{SignalKind, SignalListHeader};
use tenantry_model::time::Timestamp;
use tenantry_policy::input::{ListVersion, Signal};
use tenantry_policy::rule::RuleCode;
use tenantry_signals::SignalList;
use tenantry_store::Tx;
use tenantry_store::repo::signal;

/// A version of a signal list that is in force.
#[derive(Debug, Clone)]
pub(crate) struct SignalsInForce {
    pub(crate) id: SignalListId,
    pub(crate) confirmed_at: Timestamp,
    list: Arc<SignalList>,
}

impl SignalsInForce {
    pub(crate) fn header(&self) -> &SignalListHeader {
        self.list.header()
    }

    fn version(&self) -> ListVersion {
        ListVersion { list: self.header().list.clone(), id: self.id, version: self.header().version() }
    }

    fn names(&self, fact: &Fact) -> bool {
        match &fact.value {
            FactValue::AccessFrom { ip, .. } => self.list.names_address(ip.expose()),
            FactValue::Email { address } => self.list.names_email(address.expose()),
            _ => false,
        }
    }
}

/// The signal lists in force.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signals {
    pub(crate) lists: Vec<SignalsInForce>,
    /// Codes of lists that are in force and cannot be read: whoever is assessed meanwhile is reviewed.
    pub(crate) unreadable: Vec<String>,
}

impl Signals {
    /// Reads the versions in force; those that are known already are taken over.
    pub(crate) fn read(tx: &mut dyn Tx, known: &Self) -> Result<Self, RegisterError> {
        let mut signals = Self::default();
        for row in signal::current(tx)? {
            let known = known.lists.iter().find(|list| list.id == row.id).map(|list| Arc::clone(&list.list));
            let opened = match known {
                Some(list) => open(&row, list),
                None => load(tx, &row),
            };
            match opened {
                Ok(list) => signals.lists.push(list),
                Err(RegisterError::Evaluation { what }) => {
                    tracing::error!(list = row.list, what, "a signal list in force cannot be read");
                    signals.unreadable.push(row.list);
                }
                Err(other) => return Err(other),
            }
        }
        Ok(signals)
    }

    /// Reads exactly these versions, for a replay.
    pub(crate) fn read_versions(
        tx: &mut dyn Tx,
        ids: &BTreeSet<SignalListId>,
    ) -> Result<Self, RegisterError> {
        let mut signals = Self::default();
        for id in ids {
            let row = signal::find(tx, *id)?.ok_or(RegisterError::NotFound { what: "signal list" })?;
            signals.lists.push(load(tx, &row)?);
        }
        Ok(signals)
    }

    /// Those of these versions.
    pub(crate) fn only(&self, ids: &BTreeSet<SignalListId>) -> Self {
        let lists = self.lists.iter().filter(|list| ids.contains(&list.id)).cloned().collect();
        Self { lists, unreadable: Vec::new() }
    }

    /// Says of each list that cannot be read that it was not evaluated.
    pub(crate) fn not_evaluated(&self) -> Vec<Signal> {
        let what =
            |list: &String| Signal::NotEvaluated { what: format!("the signal list {list} cannot be read") };
        self.unreadable.iter().map(what).collect()
    }

    pub(crate) fn ids(&self) -> Vec<SignalListId> {
        self.lists.iter().map(|list| list.id).collect()
    }

    /// Whether a list in force says that an address is one of a network that hides its user.
    pub(crate) fn hide(&self, address: IpAddr) -> bool {
        self.lists.iter().any(|list| list.list.names_address(address))
    }

    /// The flags that the facts of these parties raise. `earlier` is what was raised before.
    pub(crate) fn raise(&self, parties: &[DossierParty], earlier: &[Signal]) -> Vec<Signal> {
        let earlier = found(earlier);
        let mut raised = Vec::new();
        for (party, fact) in parties.iter().flat_map(|party| party.facts.iter().map(|fact| (party.id, fact)))
        {
            let Some(kind) = kind_of(fact) else { continue };
            let before = earlier.get(&(party, fact.id)).map(Vec::as_slice).unwrap_or_default();
            let mut lists: Vec<ListVersion> =
                before.iter().filter(|version| self.still_says(kind, version, fact)).cloned().collect();
            for list in self.lists.iter().filter(|list| list.header().kind == kind && list.names(fact)) {
                if !lists.iter().any(|known| known.list == list.header().list) {
                    lists.push(list.version());
                }
            }
            lists.sort_unstable();
            if !lists.is_empty() {
                raised.push(signal(kind, party, fact.id, lists));
            }
        }
        raised
    }

    /// The flags that no list was ever imported for, though there is a fact to look up.
    pub(crate) fn without_list(&self, parties: &[DossierParty]) -> Vec<Signal> {
        let asked: BTreeSet<SignalKind> =
            parties.iter().flat_map(|party| &party.facts).filter_map(kind_of).collect();
        let in_force = |kind: &SignalKind| self.lists.iter().any(|list| list.header().kind == *kind);
        // One that cannot be read is not one that was never imported.
        asked
            .into_iter()
            .filter(|kind| self.unreadable.is_empty() && !in_force(kind))
            .map(|kind| Signal::FlagWithoutList { rule: rule_of(kind) })
            .collect()
    }

    /// Whether what a version of a list said before still holds.
    fn still_says(&self, kind: SignalKind, version: &ListVersion, fact: &Fact) -> bool {
        let now = self.lists.iter().find(|list| list.header().list == version.list);
        match kind {
            SignalKind::AnonymousNetwork => true,
            // A list that is not there says nothing else.
            SignalKind::DisposableEmail => now.is_none_or(|list| list.names(fact)),
        }
    }
}

/// The flags as they come out from the versions that a decision names: `then` are those in force, `all` also those it kept from
/// before. A version that does not name the fact any more, because either was changed, raises nothing.
pub(crate) fn raise_again(
    then: &Signals,
    all: &Signals,
    parties: &[DossierParty],
    recorded: &[Signal],
) -> Vec<Signal> {
    let facts: BTreeMap<(PartyId, FactId), &Fact> =
        parties.iter().flat_map(|party| party.facts.iter().map(|fact| ((party.id, fact.id), fact))).collect();
    let ids = then.ids();
    let kept: Vec<Signal> = found(recorded)
        .into_iter()
        .filter_map(|((party, id), mut lists)| {
            let fact = facts.get(&(party, id))?;
            let names = |version: &ListVersion| all.lists.iter().any(|l| l.id == version.id && l.names(fact));
            lists.retain(|version| !ids.contains(&version.id) && names(version));
            Some(signal(kind_of(fact)?, party, id, lists))
        })
        .collect();
    then.raise(parties, &kept)
}

/// What lists said, by party and fact.
fn found(signals: &[Signal]) -> BTreeMap<(PartyId, FactId), Vec<ListVersion>> {
    let of = |signal: &Signal| match signal {
        Signal::AnonymousNetwork { party, fact, lists } | Signal::DisposableEmail { party, fact, lists } => {
            Some(((*party, *fact), lists.clone()))
        }
        _ => None,
    };
    signals.iter().filter_map(of).collect()
}

/// Whether a signal is what lists said of a fact.
pub(crate) const fn is_from_lists(signal: &Signal) -> bool {
    matches!(signal, Signal::AnonymousNetwork { .. } | Signal::DisposableEmail { .. })
}

/// The versions that signals name.
pub(crate) fn versions(signals: &[Signal]) -> impl Iterator<Item = SignalListId> {
    found(signals).into_values().flatten().map(|version| version.id)
}

fn signal(kind: SignalKind, party: PartyId, fact: FactId, lists: Vec<ListVersion>) -> Signal {
    match kind {
        SignalKind::AnonymousNetwork => Signal::AnonymousNetwork { party, fact, lists },
        SignalKind::DisposableEmail => Signal::DisposableEmail { party, fact, lists },
    }
}

const fn kind_of(fact: &Fact) -> Option<SignalKind> {
    match &fact.value {
        FactValue::AccessFrom { .. } => Some(SignalKind::AnonymousNetwork),
        FactValue::Email { .. } => Some(SignalKind::DisposableEmail),
        _ => None,
    }
}

const fn rule_of(kind: SignalKind) -> RuleCode {
    match kind {
        SignalKind::AnonymousNetwork => RuleCode::AnonymousNetwork,
        SignalKind::DisposableEmail => RuleCode::DisposableEmail,
    }
}

fn load(tx: &mut dyn Tx, row: &signal::SignalListRow) -> Result<SignalsInForce, RegisterError> {
    let unreadable =
        |why: String| RegisterError::Evaluation { what: format!("signal list {}: {why}", row.id) };
    let packed = signal::packed(tx, row.id)?.ok_or_else(|| unreadable("its entries are gone".to_owned()))?;
    let list = SignalList::unpack(&packed).map_err(|error| unreadable(error.to_string()))?;
    open(row, Arc::new(list))
}

fn open(row: &signal::SignalListRow, list: Arc<SignalList>) -> Result<SignalsInForce, RegisterError> {
    if header_of(row)? != *list.header() {
        let what = format!("signal list {}: its entries are not those that were imported", row.id);
        return Err(RegisterError::Evaluation { what });
    }
    Ok(SignalsInForce { id: row.id, confirmed_at: row.confirmed_at, list })
}

pub(crate) fn header_of(row: &signal::SignalListRow) -> Result<SignalListHeader, RegisterError> {
    serde_json::from_str(&row.header).map_err(|_| RegisterError::Evaluation {
        what: format!("the header of signal list {} cannot be read", row.id),
    })
}
