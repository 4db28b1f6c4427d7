//! Documents kept with orders: each is there, unchanged, opens, and is what the record of its order states.

use crate::core::Core;
use crate::ledger_view::hex;
use crate::orders::document::{DocumentView, document_of};
use crate::record::Retention;
use crate::{RegisterError, keys};
use sha2::{Digest as _, Sha256};
use tenantry_model::order::Keeping;
use tenantry_store::Tx;
use tenantry_store::repo::blob::{self, BlobRow};
use tenantry_store::repo::key;

/// What is wrong with the document of an order, if anything is.
pub(super) fn of_order(
    tx: &mut dyn Tx,
    core: &Core,
    subject: &[u8; 16],
) -> Result<Result<(), String>, RegisterError> {
    let stated = match document_of(tx, core, subject) {
        Ok(stated) => stated.filter(|view| view.keeping == Keeping::Kept),
        Err(RegisterError::Erased) => None,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut blobs = blob::of_subject(tx, subject)?;
    let key = key::find_subject(tx, subject, Retention::PersonalData.number())?;
    Ok(match (stated, blobs.pop(), blobs.pop()) {
        (None, None, _) => Ok(()),
        (None, Some(_), _) => Err("it is here, and no record states it".to_owned()),
        (Some(_), None, _) if key.is_none() => Ok(()),
        (Some(_), None, _) => Err("it is gone, and it was not erased".to_owned()),
        (Some(_), Some(_), Some(_)) => Err("there are several".to_owned()),
        (Some(view), Some(blob), None) => compare(tx, core, subject, &view, &blob),
    })
}

fn compare(
    tx: &mut dyn Tx,
    core: &Core,
    subject: &[u8; 16],
    view: &DocumentView,
    blob: &BlobRow,
) -> Result<(), String> {
    if blob.address != <[u8; 32]>::from(Sha256::digest(&blob.sealed)) {
        return Err("its sealed bytes are not those it was kept as".to_owned());
    }
    let plain = keys::open_document(tx, &core.vault, subject, &blob.sealed);
    let plain = plain.map_err(|error| error.to_string())?;
    if plain.len() as u64 == view.size_bytes && hex(&Sha256::digest(&*plain)) == view.sha256 {
        return Ok(());
    }
    Err("it is not the one that its order's record states".to_owned())
}
