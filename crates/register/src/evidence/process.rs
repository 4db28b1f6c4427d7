//! The legal process that a disclosure rests on: the record of its receipt, and the document as it was received.

use super::gather::Gathering;
use super::summary::readable;
use crate::core::Core;
use crate::ledger_view::{StoredTree, stored_size};
use crate::orders::document::{opened, record_of, stated};
use crate::{RegisterError, keys};
use tenantry_evidence::{LegalProcess, Line, Record};
use tenantry_ledger::inclusion_proof;
use tenantry_model::id::OrderId;
use tenantry_model::order::Keeping;
use tenantry_store::Tx;
use tenantry_store::repo::order;

/// Which accounts an order names concerns the others too, so it is shown only where there is none.
const ACCOUNTS: &str = "accounts";

impl Gathering<'_> {
    /// What goes into `data/request` of the order. Whoever asked for the package has recorded that it is opened.
    pub(super) fn process(&self, tx: &mut dyn Tx, size: u64) -> Result<Option<LegalProcess>, RegisterError> {
        let Some(id) = self.order.opened.as_ref().and_then(|opened| opened.process) else { return Ok(None) };
        let row = order::find(tx, id)?.ok_or(RegisterError::NotFound { what: "order" })?;
        let (leaf, body) = record_of(tx, self.core, &row.subject)?;
        let alone = order::accounts(tx, id)? == [self.row.id];
        let names = body.fields().map(|field| field.name.as_str());
        let names: Vec<&str> = names.filter(|name| alone || *name != ACCOUNTS).collect();
        let document = match stated(&body) {
            Some(view) if view.keeping == Keeping::Kept => {
                let (view, bytes) = opened(tx, self.core, &row.subject)?;
                Some((view.media_type.ending(), bytes.to_vec()))
            }
            _ => None,
        };
        let path = inclusion_proof(&StoredTree::new(tx, size), stored_size(leaf.seq), size)?;
        let disclosure = Some(body.disclose(&names)?);
        Ok(Some(LegalProcess { record: Record { leaf: leaf.bytes, path, disclosure }, document }))
    }
}

/// What a package tells people of an order.
pub(crate) fn lines(tx: &mut dyn Tx, core: &Core, id: OrderId) -> Result<Vec<Line>, RegisterError> {
    let row = order::find(tx, id)?.ok_or(RegisterError::NotFound { what: "order" })?;
    let (leaf, body) = record_of(tx, core, &row.subject)?;
    let document = match stated(&body) {
        None => "not recorded".to_owned(),
        Some(view) => {
            let place = match view.keeping {
                Keeping::Kept => format!("data/request/legal-process.{}", view.media_type.ending()),
                Keeping::HashOnly => "not kept".to_owned(),
            };
            format!("{place}; {}, {} bytes, SHA-256 {}", view.media_type, view.size_bytes, view.sha256)
        }
    };
    Ok(vec![
        Line::new("Legal process", row.kind.as_str().replace('_', " ")),
        Line::new("Authority", &row.authority),
        Line::new("Their reference", &row.reference),
        Line::new("Received", readable(row.received_at)),
        Line::new("Recorded as", format!("record {:06}", leaf.seq)),
        Line::new("Document as received", document),
    ])
}

/// Refuses an order of which something was erased: nothing can rest on it any more.
pub(crate) fn is_whole(tx: &mut dyn Tx, core: &Core, id: OrderId) -> Result<(), RegisterError> {
    let row = order::find(tx, id)?.ok_or(RegisterError::NotFound { what: "order" })?;
    record_of(tx, core, &row.subject)?;
    keys::open_row(tx, &core.vault, &row.subject, &id.bytes(), &row.sealed).map(drop)
}
