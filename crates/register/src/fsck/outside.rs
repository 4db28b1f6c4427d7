//! What comes from outside and what goes there: time-stamp tokens, messages and their deliveries.

use super::rows::Seen;
use super::standing::records;
use crate::RegisterError;
use crate::core::Core;
use crate::ledger_view::{StoredTree, stored_size};
use crate::record::RecordType;
use sha2::{Digest as _, Sha256};
use tenantry_ledger::{Checkpoint, root_from};
use tenantry_model::event::EventType;
use tenantry_model::id::{DeliveryId, EventId};
use tenantry_model::time::Timestamp;
use tenantry_store::Tx;
use tenantry_store::repo::ledger::{self, TimestampRow};
use tenantry_store::repo::{check, outbox};
use tenantry_timestamp::{Trust, to_pem, verify_token};
use tenantry_vault::CertificateCheck;

/// Tokens looked at in one unit: each takes a few signature checks.
const STAMPS_PER_STEP: u32 = 32;

/// Verifies time-stamps behind one again. Answers where to go on.
pub(super) fn timestamps(
    tx: &mut dyn Tx,
    core: &Core,
    after: &(i64, String),
) -> Result<(Seen, Option<(i64, String)>), RegisterError> {
    let mut seen = Seen::default();
    let rows = check::timestamps(tx, (after.0, &after.1), STAMPS_PER_STEP)?;
    let Some(last) = rows.last().map(|last| (last.size, last.authority.clone())) else {
        return Ok((seen, None));
    };
    let names = names(tx, core)?;
    let size = ledger::head(tx)?.map_or(0, |head| stored_size(head.size));
    for row in rows {
        seen.rows += 1;
        if let Err(what) = holds(tx, &names, size, &row)? {
            seen.wrong.push(("timestamp", format!("of {} over {} leaves: {what}", row.authority, row.size)));
        }
    }
    Ok((seen, Some(last)))
}

/// The names that this ledger had, the newest first.
fn names(tx: &mut dyn Tx, core: &Core) -> Result<Vec<String>, RegisterError> {
    let mut names = vec![core.log_key.name().to_owned()];
    for continued in records(tx, core, &core.deployment, RecordType::LedgerContinued)?.iter().rev() {
        names.extend(continued.text("ended").map(str::to_owned));
    }
    Ok(names)
}

/// Whether a token is the authority's word about the tree of this ledger.
fn holds(
    tx: &mut dyn Tx,
    names: &[String],
    size: u64,
    row: &TimestampRow,
) -> Result<Result<(), String>, RegisterError> {
    let given_up = names.len() > 1;
    if stored_size(row.size) > size {
        // What was dated under an earlier name may have been lost with its records.
        return Ok(if given_up { Ok(()) } else { Err(format!("there are {size} leaves")) });
    }
    if row.root.is_empty() {
        return Ok(Err("the certificate that it leads to is not kept; it was not verified".to_owned()));
    }
    let trust = match Trust::from_pem(&to_pem(&row.root)) {
        Ok(trust) => trust,
        Err(error) => return Ok(Err(format!("the certificate that it leads to: {error}"))),
    };
    let root = root_from(&StoredTree::new(tx, stored_size(row.size)), stored_size(row.size))?;
    let mut refused = None;
    for origin in names {
        let dated = Checkpoint { origin: origin.clone(), size: stored_size(row.size), root };
        let digest = Sha256::digest(dated.to_text()).into();
        match verify_token(&row.token, &digest, None, &trust, &CertificateCheck) {
            Ok(stamp) if Timestamp::from_micros(stamp.time_us) != row.stamped_at => {
                return Ok(Err("it states another time than its row".to_owned()));
            }
            Ok(stamp) if stamp.root != row.root => {
                return Ok(Err("it leads to another certificate than its row has".to_owned()));
            }
            Ok(_) => return Ok(Ok(())),
            Err(error) => drop(refused.get_or_insert(error)),
        }
    }
    let refused = refused.map_or_else(|| "it is about another tree".to_owned(), |error| error.to_string());
    Ok(Err(refused))
}

/// A message says something that there is a message for, at the time its identifier says.
pub(super) fn event(tx: &mut dyn Tx, id: EventId) -> Result<Vec<String>, RegisterError> {
    let Some(row) = outbox::find_event(tx, id)? else { return Ok(Vec::new()) };
    let known = row.event_type.parse::<EventType>().is_ok();
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&row.data).is_ok();
    Ok(if known && object { Vec::new() } else { vec!["it is of no known type or cannot be read".to_owned()] })
}

/// A delivery brings a message there is to an endpoint there is, in the order of what the message is about.
pub(super) fn delivery(tx: &mut dyn Tx, id: DeliveryId) -> Result<Vec<String>, RegisterError> {
    let Some(row) = outbox::find_delivery(tx, id)? else { return Ok(Vec::new()) };
    let event = outbox::find_event(tx, row.event)?;
    let endpoint = outbox::find_endpoint(tx, row.endpoint)?;
    let settled = match row.state.as_str() {
        "pending" => row.settled_at.is_none(),
        "delivered" | "dead" => row.settled_at.is_some(),
        _ => false,
    };
    let same = event.is_some_and(|event| event.subject == row.subject) && endpoint.is_some() && settled;
    Ok(if same {
        Vec::new()
    } else {
        vec!["it brings no message to an endpoint, or stands in no state".to_owned()]
    })
}
