//! API keys: asked for, made, listed, revoked. A key is not a person and never approves anything.
//!
//! A key acts, so whoever could make one alone could do through it what their role may not. An administrator only asks; a different
//! person approves exactly what the key may do, and only then the administrator who asked makes it and is shown its secret, once.
//! No secret stands in the request, because none exists yet. Revoking is one person's: it takes power away and may be urgent.

use super::letting_in::{LettingIn, usable};
use super::{administration, hash};
use crate::access::{Action, authorise};
use crate::approvals::{Pending, sealed_reason};
use crate::call::Call;
use crate::record::Record;
use crate::salt::Salt;
use crate::unit::Unit;
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use tenantry_model::id::{AccountId, ApiKeyId, ApprovalId};
use tenantry_model::random::draw;
use tenantry_model::staff::{Actor, Scope};
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::{account, approval, staff};

/// Keys or requests read at a time.
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

/// A key somebody asked for and has not fetched yet, for the one who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAsked {
    /// The request.
    pub request: ApprovalId,
    /// What it is for.
    pub label: String,
    /// How far the request has come.
    pub state: LettingIn,
}

impl Register {
    /// Makes an API key at once: for whoever holds the machine. Everybody else asks for one. Answers its identifier and its secret,
    /// which is nowhere stored.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] without a label or a scope; [`RegisterError::NotFound`] when the reseller is none.
    pub fn create_api_key(&self, call: &Call, new: NewApiKey) -> Result<(ApiKeyId, [u8; 32]), RegisterError> {
        let new = whole(new)?;
        let (id, salt) = self.core.change(call, Action::AdmitPeople, &new.clone(), move |unit| {
            unit.reseller_is_there(new.reseller)?;
            let id = ApiKeyId::new(unit.now, &*unit.core.entropy);
            Ok((id, unit.make_key(id, &new, None)?))
        })?;
        Ok((id, salt.secret(&self.core.vault)))
    }

    /// Asks for an API key. There is none before a second person has approved exactly this label, these scopes and this confinement;
    /// [`Register::approved_api_key`] then makes it.
    ///
    /// # Errors
    /// As [`Register::create_api_key`]; [`RegisterError::SecondPerson`] when the caller is no person.
    pub fn request_api_key(&self, call: &Call, new: NewApiKey) -> Result<ApprovalId, RegisterError> {
        let new = whole(new)?;
        self.core.change(call, Action::InvitePeople, &("ask for key", new.clone()), move |unit| {
            unit.reseller_is_there(new.reseller)?;
            let key = ApiKeyId::new(unit.now, &*unit.core.entropy);
            let NewApiKey { label, scopes, reseller } = new.clone();
            let subject: [u8; 16] = draw(&*unit.core.entropy);
            let reason = unit.call.reason.as_ref().map(|r| r.expose().to_owned()).unwrap_or_default();
            unit.request_approval(&Pending::MakeKey { key, label, scopes, reseller }, subject, &reason)
        })
    }

    /// Makes the API key that the caller asked for and a second person approved, once. Answers its identifier and its secret, which
    /// is nowhere stored.
    ///
    /// # Errors
    /// [`RegisterError::SecondPerson`] as long as nobody approved, or when somebody else asked; [`RegisterError::ApprovalVoid`] when
    /// it was refused, is too old or was used.
    pub fn approved_api_key(
        &self,
        call: &Call,
        request: ApprovalId,
    ) -> Result<(ApiKeyId, [u8; 32]), RegisterError> {
        let (id, salt) =
            self.core.change(call, Action::InvitePeople, &("approved key", request), move |unit| {
                let missing = RegisterError::NotFound { what: "request for an API key" };
                let row = approval::find(unit.tx, request)?.ok_or(missing)?;
                usable(&row, &unit.call.actor, unit.now)?;
                let pending = Pending::read(&row)?;
                let Pending::MakeKey { key, label, scopes, reseller } = pending.clone() else {
                    return Err(RegisterError::ApprovalVoid);
                };
                // The key itself says that the request was used.
                if staff::find_key(unit.tx, key)?.is_some() {
                    return Err(RegisterError::ApprovalVoid);
                }
                let (subject, _) = sealed_reason(&row)?;
                unit.rest_on_approval(&pending, &subject)?;
                Ok((key, unit.make_key(key, &NewApiKey { label, scopes, reseller }, Some(request))?))
            })?;
        Ok((id, salt.secret(&self.core.vault)))
    }

    /// The keys the caller asked for that wait for a second person or can be fetched, oldest first.
    pub fn keys_asked_for(&self, call: &Call) -> Result<Vec<KeyAsked>, RegisterError> {
        authorise(&call.actor, Action::InvitePeople)?;
        let Actor::Staff { id, .. } = call.actor else { return Ok(Vec::new()) };
        let now = self.core.clock.now();
        self.core.store.read(move |tx| {
            let mut asked = Vec::new();
            for row in approval::own_open(tx, Pending::MAKE_KEY, id, now, ROWS_MAX)? {
                let Pending::MakeKey { key, label, .. } = Pending::read(&row)? else { continue };
                let state = match row.state.as_str() {
                    "approved" if staff::find_key(tx, key)?.is_some() => continue,
                    "approved" => LettingIn::Approved,
                    _ => LettingIn::Waiting(row.id),
                };
                asked.push(KeyAsked { request: row.id, label, state });
            }
            Ok(asked)
        })
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

    /// API keys asked for before this one, revoked ones too, newest first; at most 1000 at a time.
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

impl Unit<'_> {
    /// Whether the reseller a key is to be confined to is still there; without one there is nothing to miss.
    pub(crate) fn is_there(&mut self, reseller: Option<AccountId>) -> Result<bool, RegisterError> {
        match reseller {
            Some(reseller) => Ok(account::find(self.tx, reseller)?.is_some()),
            None => Ok(true),
        }
    }

    fn reseller_is_there(&mut self, reseller: Option<AccountId>) -> Result<(), RegisterError> {
        if self.is_there(reseller)? { Ok(()) } else { Err(RegisterError::NotFound { what: "account" }) }
    }

    fn make_key(
        &mut self,
        id: ApiKeyId,
        new: &NewApiKey,
        request: Option<ApprovalId>,
    ) -> Result<Salt, RegisterError> {
        let salt = Salt::draw(&*self.core.entropy);
        let scopes: Vec<_> = new.scopes.iter().map(|s| s.as_str()).collect();
        let row = staff::KeyRow {
            id,
            hash: hash(&salt.secret(&self.core.vault)),
            label: new.label.clone(),
            scopes: scopes.join(" "),
            reseller: new.reseller,
            created_at: self.now,
            revoked_at: None,
        };
        staff::add_key(self.tx, &row)?;
        let mut record = key_made(self.core.deployment, &row);
        if let Some(request) = request {
            record = record.text("approval", request);
        }
        self.record(record)?;
        Ok(salt)
    }
}

/// A key that is asked for, checked, with its label trimmed and every scope once.
fn whole(new: NewApiKey) -> Result<NewApiKey, RegisterError> {
    let label = new.label.trim().to_owned();
    if label.is_empty() || label.chars().count() > 120 || label.contains(char::is_control) {
        return Err(RegisterError::invalid("/label", "a label has 1 to 120 printable characters"));
    }
    let scopes: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| new.scopes.contains(scope)).collect();
    if scopes.is_empty() {
        return Err(RegisterError::invalid("/scopes", "name at least one scope"));
    }
    Ok(NewApiKey { label, scopes, reseller: new.reseller })
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
