//! API keys: made, listed, revoked. A key is not a person and never approves anything.

use super::{administration, hash};
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::record::Record;
use crate::salt::Salt;
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use tenantry_model::id::{AccountId, ApiKeyId};
use tenantry_model::staff::{Actor, Scope};
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::{account, staff};

/// Keys read at a time.
const ROWS_MAX: u32 = 1_000;

/// A new API key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Reseller account it is confined to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reseller: Option<AccountId>,
}

/// An API key without its secret.
#[derive(Debug, Clone, Serialize)]
pub struct ApiKeyView {
    /// Identifier, the public part of the key.
    pub id: ApiKeyId,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Reseller account it is confined to.
    pub reseller: Option<AccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// An API key as the server checks it: hash of its secret, and the actor it stands for.
#[derive(Debug, Clone)]
pub struct KeyInForce {
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// Who acts with it.
    pub actor: Actor,
}

impl Register {
    /// Makes an API key. Answers its identifier and its secret, which is nowhere stored.
    pub fn create_api_key(&self, call: &Call, new: NewApiKey) -> Result<(ApiKeyId, [u8; 32]), RegisterError> {
        if new.label.trim().is_empty()
            || new.label.chars().count() > 120
            || new.label.contains(char::is_control)
        {
            return Err(RegisterError::invalid("/label", "a label has 1 to 120 printable characters"));
        }
        if new.scopes.is_empty() {
            return Err(RegisterError::invalid("/scopes", "name at least one scope"));
        }
        let (id, salt) = self.core.change(call, Action::ManagePeople, &new.clone(), move |unit| {
            let salt = Salt::draw(&*unit.core.entropy);
            if let Some(reseller) = new.reseller {
                account::find(unit.tx, reseller)?.ok_or(RegisterError::NotFound { what: "account" })?;
            }
            let id = ApiKeyId::new(unit.now, &*unit.core.entropy);
            let scopes: Vec<_> = new.scopes.iter().map(|s| s.as_str()).collect();
            let row = staff::KeyRow {
                id,
                hash: hash(&salt.secret(&unit.core.vault)),
                label: new.label.trim().to_owned(),
                scopes: scopes.join(" "),
                reseller: new.reseller,
                created_at: unit.now,
                revoked_at: None,
            };
            staff::add_key(unit.tx, &row)?;
            let record = key_made(unit.core.deployment, &row);
            unit.record(record)?;
            Ok((id, salt))
        })?;
        Ok((id, salt.secret(&self.core.vault)))
    }

    /// Revokes an API key.
    pub fn revoke_api_key(&self, call: &Call, id: ApiKeyId) -> Result<(), RegisterError> {
        self.core.change(call, Action::ManagePeople, &("revoke", id), move |unit| {
            if !staff::revoke_key(unit.tx, id, unit.now)? {
                return Err(RegisterError::NotFound { what: "API key in force" });
            }
            let record = administration(unit.core.deployment, "api_key_revoked").text("key", id);
            unit.record(record).map(|_| ())
        })
    }

    /// API keys made before this one, revoked ones too, newest first; at most 1000 at a time.
    pub fn api_keys(
        &self,
        call: &Call,
        before: Option<ApiKeyId>,
        rows_max: u32,
    ) -> Result<Vec<ApiKeyView>, RegisterError> {
        authorise(&call.actor, Action::ManagePeople)?;
        let rows_max = rows_max.min(ROWS_MAX);
        let page = self
            .core
            .store
            .read(move |tx| staff::page_keys(tx, before, rows_max).map_err(RegisterError::from))?;
        let view = |row: staff::KeyRow| ApiKeyView {
            scopes: scopes(&row.scopes),
            id: row.id,
            label: row.label,
            reseller: row.reseller,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        };
        Ok(page.into_iter().map(view).collect())
    }

    /// An API key in force, for the server to check a secret against.
    pub fn key_in_force(&self, id: ApiKeyId) -> Result<Option<KeyInForce>, RegisterError> {
        let row = self.core.store.read(move |tx| staff::find_key(tx, id).map_err(RegisterError::from))?;
        Ok(row.filter(|r| r.revoked_at.is_none()).map(in_force))
    }

    /// Every API key in force, however many there are, read in pages.
    pub fn keys_in_force(&self) -> Result<Vec<KeyInForce>, RegisterError> {
        let mut keys = Vec::new();
        let mut after = None;
        loop {
            let page = self.core.store.read(move |tx| {
                staff::page_keys_in_force(tx, after, ROWS_MAX).map_err(RegisterError::from)
            })?;
            let Some(last) = page.last() else { return Ok(keys) };
            after = Some(last.id);
            keys.extend(page.into_iter().map(in_force));
        }
    }
}

/// The record of a new key: everything it may do and where, and the hash that its secret is checked against.
fn key_made(deployment: [u8; 16], row: &staff::KeyRow) -> Record {
    let record = administration(deployment, "api_key_made")
        .text("key", row.id)
        .text("scopes", &row.scopes)
        .bytes("hash", &row.hash);
    match row.reseller {
        Some(reseller) => record.text("reseller", reseller),
        None => record,
    }
}

fn in_force(row: staff::KeyRow) -> KeyInForce {
    KeyInForce {
        hash: row.hash,
        actor: Actor::ApiKey { id: row.id, scopes: scopes(&row.scopes), reseller: row.reseller },
    }
}

fn scopes(text: &str) -> Vec<Scope> {
    text.split(' ').filter_map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_of_a_key_says_whom_it_is_confined_to() {
        let reseller = AccountId::from_bytes([7; 16]);
        let row = staff::KeyRow {
            id: ApiKeyId::from_bytes([1; 16]),
            hash: [2; 32],
            label: "shop".to_owned(),
            scopes: "applications gate".to_owned(),
            reseller: Some(reseller),
            created_at: Timestamp::from_micros(0),
            revoked_at: None,
        };
        let said = |row: &staff::KeyRow| {
            let fields = key_made([0; 16], row).fields.into_iter();
            fields.map(|(name, value)| (name, String::from_utf8(value).unwrap())).collect::<Vec<_>>()
        };
        let confined = said(&row);
        assert!(confined.contains(&("reseller".to_owned(), reseller.to_string())), "{confined:?}");
        let free = said(&staff::KeyRow { reseller: None, ..row });
        assert!(free.iter().all(|(name, _)| name != "reseller"), "{free:?}");
    }
}
