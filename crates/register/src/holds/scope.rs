//! What a hold covers: the objects it names, and at the moment it is placed exactly these records under exactly these keys.

use super::{COVERED_RECORDS_MAX, LINE_LENGTH_MAX, MATTER_LENGTH_MAX, NewHold, OBJECTS_MAX};
use crate::RegisterError;
use crate::record::{RecordType, Retention};
use crate::retention::{Object, targets_of_hold};
use crate::sight::account_meant;
use serde::Serialize;
use std::collections::BTreeMap;
use tenantry_ledger::Pseudonym;
use tenantry_model::id::{AccountId, PartyId};
use tenantry_model::staff::Actor;
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
    for (position, number) in new.record_types.iter().enumerate() {
        if RecordType::from_number(i64::from(*number)).is_none() {
            let detail = "no record has this type; a leaf shows the number of its own";
            return Err(RegisterError::invalid(format!("/record_types/{position}"), detail));
        }
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
    actor: &Actor,
    accounts: &[String],
    parties: &[PartyId],
) -> Result<Vec<Object>, RegisterError> {
    let mut objects = Vec::with_capacity(accounts.len() + parties.len());
    for (position, name) in accounts.iter().enumerate() {
        let row = match name.parse::<AccountId>() {
            Ok(id) => account::find(tx, id)?,
            Err(_) => account_meant(tx, actor, name.trim())?,
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

/// Which records of its objects a hold is about.
pub(super) struct Records<'a> {
    window: (Timestamp, Timestamp),
    types: &'a [u16],
}

impl<'a> Records<'a> {
    pub(super) fn of(new: &'a NewHold) -> Self {
        let from = new.records_from.unwrap_or(Timestamp::from_micros(i64::MIN));
        let until = new.records_until.unwrap_or(Timestamp::from_micros(i64::MAX));
        Self { window: (from, until), types: &new.record_types }
    }

    /// Their indices under one key; `None` when the hold is confined to types of which there is none.
    fn under(
        &self,
        tx: &mut dyn Tx,
        subject: &[u8; 16],
        class: u8,
    ) -> Result<Option<Vec<i64>>, RegisterError> {
        if self.types.is_empty() {
            return Ok(Some(erasure::indices(tx, subject, class, self.window, COVERED_RECORDS_MAX)?));
        }
        let mut all = Vec::new();
        for leaf_type in self.types {
            let max = COVERED_RECORDS_MAX;
            all.extend(erasure::indices_of_type(tx, subject, class, self.window, *leaf_type, max)?);
        }
        all.sort_unstable();
        all.dedup();
        Ok(Some(all).filter(|all| !all.is_empty()))
    }
}

/// Every key that protects something about these objects and is there to be kept, with the records under it.
pub(super) fn covered(
    tx: &mut dyn Tx,
    objects: &[Object],
    kept: &Records<'_>,
) -> Result<Vec<Covered>, RegisterError> {
    let mut covered = BTreeMap::new();
    for object in objects {
        for class in Retention::ALL {
            for target in targets_of_hold(tx, *object, class)? {
                let slot = (target.subject, class.number());
                if covered.contains_key(&slot) || key::find_subject(tx, &slot.0, slot.1)?.is_none() {
                    continue;
                }
                let Some(records) = kept.under(tx, &slot.0, slot.1)? else { continue };
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
