//! Coming in: by a one-time link, or with password and one-time code.

use super::sessions::NewSession;
use super::{MINUTE_US, TotpSecret, administration, hash, password};
use crate::access::Action;
use crate::call::Call;
use crate::{Register, RegisterError, keys};
use tenantry_model::staff::{Actor, Entrance};
use tenantry_store::StoreExt;
use tenantry_store::repo::staff;

/// Failed log-ins after which further ones are not looked at for a while.
const FAILURES_MAX: i64 = 5;
/// Minutes a log-in is locked after too many failures.
const LOCK_MINUTES: i64 = 15;

/// What the digest of a password's hash is made for.
pub(crate) const PASSWORD_SET: &str = "password-set";

impl Register {
    /// Begins a session with a one-time link. `None` when the link is unknown, used or too old. The session says that it was begun
    /// so: outside a demo it is good for setting password and authenticator, and for nothing else.
    pub fn log_in_by_link(&self, token: &[u8; 32]) -> Result<Option<NewSession>, RegisterError> {
        let hash = hash(token);
        let now = self.core.clock.now();
        let new = self.new_session(now);
        self.core.store.write(move |tx| {
            let Some((id, expires_at)) = staff::take_link(tx, &hash)? else { return Ok(None) };
            let active = staff::find(tx, id)?.is_some_and(|row| row.disabled_at.is_none());
            if !active || now >= expires_at {
                return Ok(None);
            }
            new.begin(tx, id, Entrance::Link).map(Some)
        })
    }

    /// Sets password and one-time-code secret of the member of staff who calls. Every session they have ends: what was set is what
    /// they come in with from now on.
    pub fn set_password(&self, call: &Call, password: &str, totp: &TotpSecret) -> Result<(), RegisterError> {
        let Actor::Staff { id, .. } = call.actor else { return Err(RegisterError::SecondPerson) };
        let hashed = {
            let _turn = self.core.turns.take()?;
            password::hash(password, &*self.core.entropy)?
        };
        let totp = totp.clone();
        self.core.change(call, Action::OwnCredentials, &("set_password", id), move |unit| {
            let mut row =
                staff::find(unit.tx, id)?.ok_or(RegisterError::NotFound { what: "member of staff" })?;
            row.password = Some(hashed.clone());
            row.totp = Some(unit.seal_bytes(&id.bytes(), &id.bytes(), totp.bytes())?);
            if !staff::change(unit.tx, &row)? {
                return Err(RegisterError::Changed { what: "member of staff" });
            }
            staff::end_sessions_of(unit.tx, id)?;
            // Keyed, so that nothing can be tried against it; another hash put into the row by hand is not this one.
            let digest = unit.core.vault.token(PASSWORD_SET, hashed.as_bytes());
            let record = administration(unit.core.deployment, "credentials_set").text("staff", id);
            unit.record(record.bytes("password", &digest)).map(|_| ())
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
        let row = found.filter(|r| r.disabled_at.is_none() && r.locked_until <= now);
        // The same work for whoever cannot come in, so that time does not tell who exists.
        let password_right = {
            let _turn = self.core.turns.take()?;
            match row.as_ref().and_then(|row| row.password.as_deref()) {
                Some(hash) => password::check(password, hash),
                None => password::check_nothing(password),
            }
        };
        let Some(row) = row else { return Ok(None) };
        let step = match &row.totp {
            Some(sealed) => {
                let secret = keys::open_row_now(&self.core, row.id.bytes(), row.id.bytes(), sealed.clone())?;
                TotpSecret::from_bytes(&secret)
                    .and_then(|s| s.step_of(code, now))
                    .filter(|s| *s > row.totp_step)
            }
            None => None,
        };
        let new = self.new_session(now);
        let locked_until = now.plus_micros(LOCK_MINUTES * MINUTE_US);
        // What was read may be old: of several attempts at one time each must see the others, so the statements look again.
        self.core.store.write(move |tx| match step.filter(|_| password_right) {
            Some(step) if staff::succeed(tx, &row, step, now)? => {
                new.begin(tx, row.id, Entrance::Credentials).map(Some)
            }
            Some(_) => Ok(None),
            None => {
                staff::fail(tx, row.id, FAILURES_MAX, locked_until, now)?;
                Ok(None)
            }
        })
    }
}
