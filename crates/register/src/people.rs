//! Staff, their log-ins and sessions, and API keys.
//!
//! A password is checked together with a one-time code; a code works once. A one-time link replaces both where it is the
//! deployment's choice (the demo, the first administrator). Tokens and secrets are random and stored as SHA-256: they
//! carry 256 bits of randomness, so a slow hash would add nothing. Passwords do not, and get Argon2id.

mod password;
mod totp;

pub use totp::TotpSecret;

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::record::{Record, RecordType, Retention};
use crate::salt::Salt;
use crate::{Register, RegisterError, keys};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tenantry_model::id::{AccountId, ApiKeyId, SessionId, StaffId};
use tenantry_model::random::draw;
use tenantry_model::staff::{Actor, Role, Scope};
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::{account, staff};

/// Minutes a one-time link works.
const LINK_MINUTES: i64 = 15;
/// Failed log-ins after which further ones are not looked at for a while.
const FAILURES_MAX: i64 = 5;
/// Minutes a log-in is locked after too many failures.
const LOCK_MINUTES: i64 = 15;
/// Most staff and most keys listed.
const ROWS_MAX: u32 = 1_000;
const MINUTE_US: i64 = 60_000_000;

/// A new member of staff.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewStaff {
    /// What they log in with, for example their e-mail address.
    pub login: String,
    /// Name to show.
    pub name: String,
    /// Role.
    pub role: Role,
}

impl std::fmt::Debug for NewStaff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewStaff").field("role", &self.role).finish_non_exhaustive()
    }
}

/// A member of staff as colleagues see them.
#[derive(Clone, Serialize)]
pub struct StaffView {
    /// Identifier.
    pub id: StaffId,
    /// What they log in with.
    pub login: String,
    /// Name to show.
    pub name: String,
    /// Role.
    pub role: Role,
    /// When access was taken away.
    pub disabled_at: Option<Timestamp>,
    /// When added.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for StaffView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaffView").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// A session just begun. The token goes into the browser's cookie and is nowhere stored.
#[derive(Clone)]
pub struct NewSession {
    /// The token.
    pub token: [u8; 32],
    /// Whose session it is.
    pub staff: StaffId,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSession").field("staff", &self.staff).finish_non_exhaustive()
    }
}

/// A session in use.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub actor: Actor,
    /// Whose.
    pub staff: StaffView,
    /// What every form of this session carries.
    pub form_token: [u8; 32],
}

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
    /// Adds a member of staff. They log in by a one-time link until they set a password.
    pub fn add_staff(&self, call: &Call, new: NewStaff) -> Result<StaffId, RegisterError> {
        let login = new.login.trim().to_lowercase();
        let printable =
            |text: &str| !text.is_empty() && text.chars().count() <= 120 && !text.contains(char::is_control);
        if !printable(&login) || !printable(&new.name) {
            return Err(RegisterError::invalid(
                "/login",
                "log-in and name have 1 to 120 printable characters",
            ));
        }
        self.core.change(call, Action::ManagePeople, &new.clone(), move |unit| {
            if staff::find_by_login(unit.tx, &login)?.is_some() {
                return Err(RegisterError::Duplicate { what: "member of staff", field: "login" });
            }
            let row = staff::StaffRow {
                id: StaffId::new(unit.now, &*unit.core.entropy),
                login: login.clone(),
                name: new.name.clone(),
                role: new.role,
                password: None,
                totp: None,
                totp_step: 0,
                failures: 0,
                locked_until: Timestamp::from_micros(0),
                disabled_at: None,
                created_at: unit.now,
                version: 1,
            };
            staff::add(unit.tx, &row)?;
            let record = administration(unit.core.deployment, "staff_added")
                .text("staff", row.id)
                .text("role", row.role);
            unit.record(record)?;
            Ok(row.id)
        })
    }

    /// Takes a member of staff's access away and ends their sessions.
    pub fn disable_staff(&self, call: &Call, id: StaffId) -> Result<(), RegisterError> {
        self.core.change(call, Action::ManagePeople, &("disable", id), move |unit| {
            let mut row =
                staff::find(unit.tx, id)?.ok_or(RegisterError::NotFound { what: "member of staff" })?;
            row.disabled_at = Some(unit.now);
            if !staff::change(unit.tx, &row)? {
                return Err(RegisterError::Changed { what: "member of staff" });
            }
            staff::end_sessions_of(unit.tx, id)?;
            let record = administration(unit.core.deployment, "staff_disabled").text("staff", id);
            unit.record(record).map(|_| ())
        })
    }

    /// All staff.
    pub fn staff(&self, call: &Call) -> Result<Vec<StaffView>, RegisterError> {
        authorise(&call.actor, Action::ManagePeople)?;
        let rows = self.core.store.read(|tx| staff::page(tx, ROWS_MAX).map_err(RegisterError::from))?;
        Ok(rows.into_iter().map(view).collect())
    }

    /// A member of staff by log-in.
    pub fn staff_by_login(&self, call: &Call, login: &str) -> Result<StaffView, RegisterError> {
        authorise(&call.actor, Action::ManagePeople)?;
        let login = login.trim().to_lowercase();
        let row =
            self.core.store.read(move |tx| staff::find_by_login(tx, &login).map_err(RegisterError::from))?;
        row.map(view).ok_or(RegisterError::NotFound { what: "member of staff" })
    }

    /// Makes a one-time log-in link and answers its token, which is nowhere stored.
    pub fn login_link(&self, call: &Call, id: StaffId) -> Result<[u8; 32], RegisterError> {
        let salt = self.core.change(call, Action::ManagePeople, &("link", id), move |unit| {
            let salt = Salt::draw(&*unit.core.entropy);
            let hash = hash(&salt.secret(&unit.core.vault));
            staff::find(unit.tx, id)?.ok_or(RegisterError::NotFound { what: "member of staff" })?;
            staff::add_link(unit.tx, &hash, id, unit.now.plus_micros(LINK_MINUTES * MINUTE_US))?;
            let record = administration(unit.core.deployment, "login_link_made").text("staff", id);
            unit.record(record)?;
            Ok(salt)
        })?;
        Ok(salt.secret(&self.core.vault))
    }

    /// Begins a session with a one-time link. `None` when the link is unknown, used or too old.
    pub fn log_in_by_link(&self, token: &[u8; 32]) -> Result<Option<NewSession>, RegisterError> {
        let hash = hash(token);
        let now = self.core.clock.now();
        let staff = self.core.store.write(move |tx| {
            let Some((id, expires_at)) = staff::take_link(tx, &hash)? else { return Ok(None) };
            let active = staff::find(tx, id)?.is_some_and(|row| row.disabled_at.is_none());
            Ok::<_, RegisterError>((active && now < expires_at).then_some(id))
        })?;
        staff.map(|id| self.begin_session(id)).transpose()
    }

    /// Sets password and one-time-code secret of the member of staff who calls.
    pub fn set_password(&self, call: &Call, password: &str, totp: &TotpSecret) -> Result<(), RegisterError> {
        let Actor::Staff { id, .. } = call.actor else { return Err(RegisterError::SecondPerson) };
        let hashed = password::hash(password, &*self.core.entropy)?;
        let totp = totp.clone();
        self.core.change(call, Action::OwnCredentials, &("set_password", id), move |unit| {
            let mut row =
                staff::find(unit.tx, id)?.ok_or(RegisterError::NotFound { what: "member of staff" })?;
            row.password = Some(hashed.clone());
            row.totp = Some(unit.seal_bytes(&id.bytes(), &id.bytes(), totp.bytes())?);
            if !staff::change(unit.tx, &row)? {
                return Err(RegisterError::Changed { what: "member of staff" });
            }
            let record = administration(unit.core.deployment, "credentials_set").text("staff", id);
            unit.record(record).map(|_| ())
        })
    }

    /// Begins a session with password and one-time code. `None` for any reason not to: they are not told apart.
    pub fn log_in(
        &self,
        login: &str,
        password: &str,
        code: &str,
    ) -> Result<Option<NewSession>, RegisterError> {
        let login = login.trim().to_lowercase();
        let found =
            self.core.store.read(move |tx| staff::find_by_login(tx, &login).map_err(RegisterError::from))?;
        let now = self.core.clock.now();
        let Some(row) = found.filter(|r| r.disabled_at.is_none() && r.locked_until <= now) else {
            // The same work for an unknown log-in, so that time does not tell who exists.
            password::check_nothing(password);
            return Ok(None);
        };
        let password_right = row.password.as_deref().is_some_and(|hash| password::check(password, hash));
        let step = match &row.totp {
            Some(sealed) => {
                let secret = keys::open_row_now(&self.core, row.id.bytes(), row.id.bytes(), sealed.clone())?;
                TotpSecret::from_bytes(&secret)
                    .and_then(|s| s.step_of(code, now))
                    .filter(|s| *s > row.totp_step)
            }
            None => None,
        };
        let right = password_right && step.is_some();
        let failures = if right { 0 } else { row.failures + 1 };
        let locked_until = if failures >= FAILURES_MAX {
            now.plus_micros(LOCK_MINUTES * MINUTE_US)
        } else {
            row.locked_until
        };
        let (id, step) = (row.id, step.filter(|_| right).unwrap_or(row.totp_step));
        self.core.store.write(move |tx| {
            staff::attempt(tx, id, step, failures, locked_until).map_err(RegisterError::from)
        })?;
        if right { self.begin_session(id).map(Some) } else { Ok(None) }
    }

    fn begin_session(&self, id: StaffId) -> Result<NewSession, RegisterError> {
        let now = self.core.clock.now();
        let token: [u8; 32] = draw(&*self.core.entropy);
        let expires_at =
            now.plus_micros(i64::from(self.core.rules.load().sessions.absolute_hours) * 60 * MINUTE_US);
        let row = staff::SessionRow {
            id: SessionId::new(now, &*self.core.entropy),
            staff: id,
            form_token: draw(&*self.core.entropy),
            created_at: now,
            seen_at: now,
            expires_at,
        };
        let hash = hash(&token);
        self.core.store.write(move |tx| staff::add_session(tx, &hash, &row).map_err(RegisterError::from))?;
        Ok(NewSession { token, staff: id, expires_at })
    }

    /// The session behind a token, `None` when it ended. Records its use once a minute.
    pub fn session(&self, token: &[u8; 32]) -> Result<Option<Session>, RegisterError> {
        let hash = hash(token);
        let now = self.core.clock.now();
        let found = self.core.store.read(move |tx| {
            let Some(session) = staff::find_session(tx, &hash)? else { return Ok(None) };
            let staff = staff::find(tx, session.staff)?;
            Ok::<_, RegisterError>(staff.map(|row| (session, row)))
        })?;
        let Some((session, row)) = found else { return Ok(None) };
        let idle_minutes = i64::from(self.core.rules.load().sessions.idle_minutes);
        let idle_until = session.seen_at.plus_micros(idle_minutes * MINUTE_US);
        if row.disabled_at.is_some() || now >= session.expires_at || now >= idle_until {
            return Ok(None);
        }
        if now >= session.seen_at.plus_micros(MINUTE_US) {
            self.core.store.write(move |tx| staff::seen(tx, &hash, now).map_err(RegisterError::from))?;
        }
        let actor = Actor::Staff { id: row.id, role: row.role };
        Ok(Some(Session { actor, staff: view(row), form_token: session.form_token }))
    }

    /// Ends a session.
    pub fn log_out(&self, token: &[u8; 32]) -> Result<(), RegisterError> {
        let hash = hash(token);
        self.core.store.write(move |tx| staff::end_session(tx, &hash).map_err(RegisterError::from))
    }

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
            let record = administration(unit.core.deployment, "api_key_made")
                .text("key", id)
                .text("scopes", row.scopes);
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

    /// All API keys.
    pub fn api_keys(&self, call: &Call) -> Result<Vec<ApiKeyView>, RegisterError> {
        authorise(&call.actor, Action::ManagePeople)?;
        let rows = self.core.store.read(|tx| staff::page_keys(tx, ROWS_MAX).map_err(RegisterError::from))?;
        let view = |row: staff::KeyRow| ApiKeyView {
            scopes: scopes(&row.scopes),
            id: row.id,
            label: row.label,
            reseller: row.reseller,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// An API key in force, for the server to check a secret against.
    pub fn key_in_force(&self, id: ApiKeyId) -> Result<Option<KeyInForce>, RegisterError> {
        let row = self.core.store.read(move |tx| staff::find_key(tx, id).map_err(RegisterError::from))?;
        Ok(row.filter(|r| r.revoked_at.is_none()).map(|row| KeyInForce {
            hash: row.hash,
            actor: Actor::ApiKey { id: row.id, scopes: scopes(&row.scopes), reseller: row.reseller },
        }))
    }
}

fn view(row: staff::StaffRow) -> StaffView {
    StaffView {
        id: row.id,
        login: row.login,
        name: row.name,
        role: row.role,
        disabled_at: row.disabled_at,
        created_at: row.created_at,
    }
}

fn scopes(text: &str) -> Vec<Scope> {
    text.split(' ').filter_map(|word| word.parse().ok()).collect()
}

fn hash(token: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(token).into()
}

pub(crate) fn administration(deployment: [u8; 16], what: &str) -> Record {
    Record::new(RecordType::AdministrationChanged, deployment, Retention::DecisionEvidence).text("what", what)
}
