//! Coming in: by a one-time link, or with password and one-time code.

use super::sessions::NewSession;
use super::{MINUTE_US, TotpSecret, administration, hash, password};
use crate::access::Action;
use crate::call::Call;
use crate::salt::Salt;
use crate::{Register, RegisterError, keys};
use tenantry_model::id::StaffId;
use tenantry_model::staff::Actor;
use tenantry_store::StoreExt;
use tenantry_store::repo::staff;

/// Minutes a one-time link works.
const LINK_MINUTES: i64 = 15;
/// Failed log-ins after which further ones are not looked at for a while.
const FAILURES_MAX: i64 = 5;
/// Minutes a log-in is locked after too many failures.
const LOCK_MINUTES: i64 = 15;

impl Register {
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
}
