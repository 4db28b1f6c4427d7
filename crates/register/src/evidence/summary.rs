//! What the report of a package tells people: whom it is about, what was asked, how what is shown was limited, and what
//! each record is. No personal data beyond what the package shows anyway.

use super::RECORDS_PER_SUBJECT_MAX;
use super::gather::{Gathering, KEY_HISTORY, Leaves};
use crate::RegisterError;
use crate::ledger_view::{hex, stored_size};
use crate::record::RecordType;
use tenantry_evidence::{Line, Section, Summary};
use tenantry_model::id::PartyId;
use tenantry_model::time::Timestamp;
use tenantry_store::Tx;
use tenantry_store::repo::decision;
use tenantry_store::repo::ledger::LeafRow;

/// Decisions listed in the report; all of them are among the records.
const DECISIONS_MAX: usize = 200;

/// The request as a text file.
pub(super) fn request_text(request: &[Line]) -> String {
    request.iter().fold(String::new(), |text, line| text + &line.label + ": " + &line.value + "\n")
}

impl Gathering<'_> {
    pub(super) fn summary(&self, tx: &mut dyn Tx, leaves: &Leaves) -> Result<Summary, RegisterError> {
        let row = self.row;
        let mut decisions = Vec::new();
        let decided = decision::of_account(tx, row.id, RECORDS_PER_SUBJECT_MAX)?.into_iter();
        for row in decided.filter(|row| leaves.contains_key(&row.leaf)).take(DECISIONS_MAX) {
            let (at, pack) = (readable(row.decided_at), hex(&row.pack));
            decisions
                .push(format!("{at}: {}, record {:06}, under policy pack {pack}", row.outcome, row.leaf));
        }
        let sections = if decisions.is_empty() {
            Vec::new()
        } else {
            vec![Section { heading: "Decisions, newest first".to_owned(), lines: decisions }]
        };
        Ok(Summary {
            about: vec![
                Line::new("Account", row.id.to_string()),
                Line::new("Provider's reference", &row.reference),
                Line::new("State when this was made", row.state.to_string()),
                Line::new("Asked to open on", readable(row.created_at)),
            ],
            request: self.request(),
            minimisation: self.minimisation(),
            sections,
            records: leaves.values().map(|(leaf, party)| self.titled(leaf, *party)).collect(),
        })
    }

    fn titled(&self, leaf: &LeafRow, party: Option<PartyId>) -> (u64, Line) {
        let kind = RecordType::from_number(leaf.leaf_type);
        let what = kind.map_or("Record of a newer version", RecordType::title);
        let of_this_request = self.order.opened.as_ref().is_some_and(|opened| opened.subject == leaf.subject);
        let about = match (party, kind) {
            (Some(party), _) => party.to_string(),
            (None, Some(kind)) if KEY_HISTORY.contains(&kind) => "the register itself".to_owned(),
            (None, _) if of_this_request => "this request".to_owned(),
            (None, _) => "the account".to_owned(),
        };
        (stored_size(leaf.seq), Line::new(what, about))
    }

    pub(super) fn minimisation(&self) -> Vec<String> {
        let sealed = "Records of decisions are shown whole. Records that hold personal data appear as sealed entries: that they \
                      exist unchanged is proven, what they say is not in this package.";
        let Some(opened) = &self.order.opened else { return vec![sealed.to_owned()] };
        let facts: usize = opened.facts.values().map(std::collections::BTreeSet::len).sum();
        vec![
            format!(
                "{facts} facts about {} parties are shown: exactly those that a second person approved for this request. The \
                 approval is among the records about access.",
                opened.facts.len()
            ),
            sealed.to_owned(),
        ]
    }
}

/// An instant as people read it, to the second.
pub(super) fn readable(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(..19).map_or(text.clone(), |to_the_second| to_the_second.replace('T', " ") + " UTC")
}
