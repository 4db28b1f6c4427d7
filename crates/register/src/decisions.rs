//! What a decision says, read from where it stands: once, in the sealed body of its leaf. The row beside it holds only what
//! decisions are found and listed by.

use crate::assess::Inputs;
use crate::{RegisterError, keys};
use serde::de::DeserializeOwned;
use tenantry_ledger::{Body, LeafHeader};
use tenantry_model::id::DecisionId;
use tenantry_policy::decision::Decision;
use tenantry_store::Tx;
use tenantry_store::repo::decision::{self, DecisionRow};
use tenantry_store::repo::ledger;
use tenantry_vault::Vault;

/// Name of the body's field with the decision as the policy engine encodes it.
pub(crate) const RECORD: &str = "record";
/// Name of the body's field with the identifiers of everything it was decided from.
pub(crate) const INPUTS: &str = "inputs";

/// The opened body of a decision's leaf.
#[derive(Debug)]
pub(crate) struct Recorded {
    row: DecisionRow,
    header: LeafHeader,
    body: Body,
}

impl Recorded {
    /// Opens the leaf that a row names.
    ///
    /// # Errors
    /// [`RegisterError::Erased`] when its time is over; [`RegisterError::Ledger`] when the leaf is of another decision.
    pub(crate) fn open(tx: &mut dyn Tx, vault: &Vault, row: DecisionRow) -> Result<Self, RegisterError> {
        let leaves = ledger::range(tx, row.leaf, 1)?;
        let Some(leaf) = leaves.first().filter(|leaf| leaf.seq == row.leaf) else {
            return Err(RegisterError::Ledger { reason: format!("the leaf of {} is not there", row.id) });
        };
        let header = LeafHeader::decode(&leaf.bytes)?;
        let body = Body::decode(&keys::open_body(tx, vault, &header, &leaf.bytes, &leaf.body)?)?;
        let recorded = Self { row, header, body };
        if recorded.agrees() {
            return Ok(recorded);
        }
        Err(RegisterError::Ledger { reason: format!("{} is not what its leaf says", recorded.row.id) })
    }

    /// Whether the columns of the row are what was recorded.
    fn agrees(&self) -> bool {
        let row = &self.row;
        let (id, account) = (row.id.to_string(), row.account.to_string());
        let columns: [(&str, &[u8]); 4] = [
            ("decision", id.as_bytes()),
            ("account", account.as_bytes()),
            ("outcome", row.outcome.as_bytes()),
            ("cause", row.cause.as_bytes()),
        ];
        let same = |(name, value): &(&str, &[u8])| self.body.get(name) == Some(*value);
        columns.iter().all(same) && self.header.rule_version == row.pack
    }

    /// The row.
    pub(crate) const fn row(&self) -> &DecisionRow {
        &self.row
    }

    /// The bytes that were decided.
    pub(crate) fn record(&self) -> &[u8] {
        self.body.get(RECORD).unwrap_or_default()
    }

    /// The decision.
    pub(crate) fn decision(&self) -> Result<Decision, RegisterError> {
        self.read(RECORD)
    }

    /// What it was decided from.
    pub(crate) fn inputs(&self) -> Result<Inputs, RegisterError> {
        self.read(INPUTS)
    }

    fn read<T: DeserializeOwned>(&self, field: &str) -> Result<T, RegisterError> {
        serde_json::from_slice(self.body.get(field).unwrap_or_default()).map_err(|_| RegisterError::Ledger {
            reason: format!("the field `{field}` of {} cannot be read", self.row.id),
        })
    }
}

/// The decision that an account stands on, if there is one.
pub(crate) fn in_force(
    tx: &mut dyn Tx,
    vault: &Vault,
    id: Option<DecisionId>,
) -> Result<Option<Recorded>, RegisterError> {
    let Some(id) = id else { return Ok(None) };
    decision::find(tx, id)?.map(|row| Recorded::open(tx, vault, row)).transpose()
}
