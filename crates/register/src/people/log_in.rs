//! Coming in: by a one-time link, or with password and one-time code.
//!
//! Coming in is a record and so is a lock-out; a single failure is only counted, because anybody can send one. So strangers can add
//! to the ledger no faster than a lock lasts: one record for each log-in they lock.

use super::sessions::{ComesFrom, NewSession, call_of, came_or_went};
use super::{MINUTE_US, TotpSecret, administration, hash, password};
use crate::access::Action;
use crate::call::Call;
use crate::{Register, RegisterError, keys};
use tenantry_model::id::StaffId;
use tenantry_model::staff::{Actor, Entrance, Job};
use tenantry_model::time::Timestamp;
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
    pub fn log_in_by_link(
        &self,
        token: &[u8; 32],
        from: &ComesFrom,
    ) -> Result<Option<NewSession>, RegisterError> {
        let hash = hash(token);
        let now = self.core.clock.now();
        let found = self.core.store.read(move |tx| {
            let Some((id, expires_at)) = staff::find_link(tx, &hash)? else { return Ok(None) };
            Ok::<_, RegisterError>(Some((staff::find(tx, id)?, expires_at)))
        })?;
        let Some((row, expires_at)) = found else { return Ok(None) };
        let row = row.filter(|row| row.disabled_at.is_none() && now < expires_at);
        let Some(row) = row else {
            // It is of no use to anybody any more.
            self.core.store.write(move |tx| staff::take_link(tx, &hash).map_err(RegisterError::from))?;
            return Ok(None);
        };
        let (new, id, from) = (self.new_session(now), row.id, from.clone());
        let came = self.core.change(&call_of(&row), Action::ComeAndGo, &("link", id), move |unit| {
            // What was read may be old: the link works once, and access may be gone.
            let taken = staff::take_link(unit.tx, &hash)?.is_some();
            let active = staff::find(unit.tx, id)?.is_some_and(|row| row.disabled_at.is_none());
            if !taken || !active {
                return Err(NOT_IN);
            }
            unit.begin_session(&new, id, Entrance::Link, &from)
        });
        came_in(came, || new.for_browser(id))
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
            let ended = staff::end_sessions_of(unit.tx, id)?;
            // Keyed, so that nothing can be tried against it; another hash put into the row by hand is not this one.
            let digest = unit.core.vault.token(PASSWORD_SET, hashed.as_bytes());
            let record = administration(unit.core.deployment, "credentials_set")
                .text("staff", id)
                .text("sessions_ended", ended);
            unit.record(record.bytes("password", &digest)).map(|_| ())
        })
    }

    /// Begins a session with password and one-time code. `None` for any reason not to: they are not told apart.
    pub fn log_in(
        &self,
        login: &str,
        password: &str,
        code: &str,
        from: &ComesFrom,
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
        let Some(step) = step.filter(|_| password_right) else {
            self.count_failure(row.id, now, from)?;
            return Ok(None);
        };
        let (new, id, from) = (self.new_session(now), row.id, from.clone());
        let came = self.core.change(&call_of(&row), Action::ComeAndGo, &("log in", id), move |unit| {
            // What was read may be old: of several attempts at one time each must see the others, so the statement looks again.
            if !staff::succeed(unit.tx, &row, step, now)? {
                return Err(NOT_IN);
            }
            unit.begin_session(&new, id, Entrance::Credentials, &from)
        });
        came_in(came, || new.for_browser(id))
    }

    /// Counts one failure. The one that makes too many locks the log-in, and that is a record.
    fn count_failure(&self, id: StaffId, now: Timestamp, from: &ComesFrom) -> Result<(), RegisterError> {
        let counted = self
            .core
            .store
            .write(move |tx| staff::fail(tx, id, FAILURES_MAX, now).map_err(RegisterError::from))?;
        if counted {
            return Ok(());
        }
        let (call, from) = (Call::by(Actor::System { job: Job::LogIns }), from.clone());
        let locked = self.core.change(&call, Action::ComeAndGo, &("lock", id), move |unit| {
            let until = now.plus_micros(LOCK_MINUTES * MINUTE_US);
            if !staff::lock(unit.tx, id, FAILURES_MAX, until, now)? {
                return Err(NOT_IN);
            }
            unit.record(came_or_went("locked_out", id, &from).text("until", until)).map(drop)
        });
        came_in(locked, || ()).map(drop)
    }
}

/// Overtaken by another attempt: nothing was written.
const NOT_IN: RegisterError = RegisterError::Changed { what: "log-in" };

fn came_in<T>(came: Result<(), RegisterError>, then: impl FnOnce() -> T) -> Result<Option<T>, RegisterError> {
    match came {
        Ok(()) => Ok(Some(then())),
        Err(RegisterError::Changed { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
