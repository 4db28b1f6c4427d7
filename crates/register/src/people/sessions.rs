//! Sessions of the console: begun by a log-in, ended by hand, by idleness or by their age.

use super::staff::{StaffView, view};
use super::{MINUTE_US, hash};
use crate::{Register, RegisterError};
use tenantry_model::id::{SessionId, StaffId};
use tenantry_model::random::draw;
use tenantry_model::staff::Actor;
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::staff;

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

impl Register {
    pub(super) fn begin_session(&self, id: StaffId) -> Result<NewSession, RegisterError> {
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
}
