//! What a hold covers: the objects it names, and at the moment it is placed exactly these records under exactly these keys.

use super::{COVERED_RECORDS_MAX, LINE_LENGTH_MAX, MATTER_LENGTH_MAX, NewHold, OBJECTS_MAX};
use crate::RegisterError;
use crate::record::Retention;
use crate::retention::{Object, targets};
use serde::Serialize;
use std::collections::BTreeMap;
use tenantry_ledger::Pseudonym;
use tenantry_model::id::{AccountId, PartyId};
use tenantry_model::time::Timestamp;
use tenantry_store::Tx;
use tenantry_store::repo::{account, erasure, key, ledger, party};

/// What a hold covered under one key when it was placed: provable later from the leaves and the chain they stand in.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Covered {
    #[serde(serialize_with = "as_text")]
    pub(super) subject: Pseudonym,
    pub(super) class: u8,
    /// Indices of the records.
    records: Vec<i64>,
    /// How many records of any class the subject had.
    chain: i64,
    /// Hash of the last of them, in hexadecimal.
    head: String,
}

fn as_text<S: serde::Serializer>(subject: &Pseudonym, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(subject)
}

/// Checks what was entered, but for what must be looked up.
pub(super) fn check(new: &NewHold) -> Result<(), RegisterError> {
    for (pointer, text) in [("/authority", &new.authority), ("/reference", &new.reference)] {
        let text = text.trim();
        let fits = (1..=LINE_LENGTH_MAX).contains(&text.chars().count());
        if !fits || text.contains(char::is_control) {
            let detail = format!("one line of 1 to {LINE_LENGTH_MAX} characters");
            return Err(RegisterError::invalid(pointer, detail));
        }
    }
    if new.matter.chars().count() > MATTER_LENGTH_MAX {
        return Err(RegisterError::invalid("/matter", format!("at most {MATTER_LENGTH_MAX} characters")));
    }
    if new.accounts.len() + new.parties.len() > OBJECTS_MAX {
        let detail = format!("at most {OBJECTS_MAX} accounts and parties in one hold");
        return Err(RegisterError::invalid("/accounts", detail));
    }
    if let (Some(from), Some(until)) = (new.records_from, new.records_until)
        && until <= from
    {
        return Err(RegisterError::invalid("/records_until", "lies after `records_from`"));
    }
    Ok(())
}

/// The objects behind what was entered, each once.
pub(super) fn objects(
    tx: &mut dyn Tx,
    accounts: &[String],
    parties: &[PartyId],
) -> Result<Vec<Object>, RegisterError> {
    let mut objects = Vec::with_capacity(accounts.len() + parties.len());
    for (position, name) in accounts.iter().enumerate() {
        let row = match name.parse::<AccountId>() {
            Ok(id) => account::find(tx, id)?,
            Err(_) => account::find_by_reference(tx, name.trim())?,
        };
        let unknown = || RegisterError::invalid(format!("/accounts/{position}"), "no account has this name");
        objects.push(Object::Account(row.ok_or_else(unknown)?.id));
    }
    for (position, id) in parties.iter().enumerate() {
        let unknown = || RegisterError::invalid(format!("/parties/{position}"), "there is no such party");
        party::find(tx, *id)?.ok_or_else(unknown)?;
        objects.push(Object::Party(*id));
    }
    objects.sort_unstable();
    objects.dedup();
    Ok(objects)
}

/// Every key that protects something about these objects and is there to be kept, with the records under it.
pub(super) fn covered(
    tx: &mut dyn Tx,
    objects: &[Object],
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<Vec<Covered>, RegisterError> {
    let mut covered = BTreeMap::new();
    let window =
        (from.unwrap_or(Timestamp::from_micros(i64::MIN)), until.unwrap_or(Timestamp::from_micros(i64::MAX)));
    for object in objects {
        for class in Retention::ALL {
            for target in targets(tx, *object, class)? {
                let slot = (target.subject, class.number());
                if covered.contains_key(&slot) || key::find_subject(tx, &slot.0, slot.1)?.is_none() {
                    continue;
                }
                let records = erasure::indices(tx, &slot.0, slot.1, window, COVERED_RECORDS_MAX)?;
                let chain = ledger::chain(tx, &slot.0)?;
                let head = crate::ledger_view::hex(&chain.map_or([0; 32], |chain| chain.hash));
                let chain = chain.map_or(0, |chain| chain.records);
                let subject = Pseudonym(slot.0);
                covered.insert(slot, Covered { subject, class: slot.1, records, chain, head });
            }
        }
    }
    Ok(covered.into_values().collect())
}
