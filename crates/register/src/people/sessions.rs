//! Sessions of the console: begun by a log-in, ended by hand, by idleness or by their age.

use super::staff::{StaffView, view};
use super::{MINUTE_US, hash};
use crate::{Register, RegisterError};
use tenantry_model::id::{SessionId, StaffId};
use tenantry_model::random::draw;
use tenantry_model::staff::{Actor, Entrance};
use tenantry_model::time::Timestamp;
use tenantry_store::repo::staff;
use tenantry_store::{StoreExt, Tx};

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
    /// How it was begun.
    pub entered_by: Entrance,
}

/// What a session is made of, drawn before the transaction in which it begins.
pub(super) struct Drawn {
    id: SessionId,
    token: [u8; 32],
    form_token: [u8; 32],
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl Drawn {
    /// Begins the session, in the transaction of what it rests on.
    pub(super) fn begin(
        &self,
        tx: &mut dyn Tx,
        staff: StaffId,
        entered_by: Entrance,
    ) -> Result<NewSession, RegisterError> {
        let (created_at, expires_at) = (self.created_at, self.expires_at);
        let row = staff::SessionRow {
            id: self.id,
            staff,
            form_token: self.form_token,
            created_at,
            seen_at: created_at,
            expires_at,
            entered_by,
        };
        staff::add_session(tx, &hash(&self.token), &row)?;
        Ok(NewSession { token: self.token, staff, expires_at })
    }
}

impl Register {
    pub(super) fn new_session(&self, now: Timestamp) -> Drawn {
        let hours = i64::from(self.core.rules.load().sessions.absolute_hours);
        Drawn {
            id: SessionId::new(now, &*self.core.entropy),
            token: draw(&*self.core.entropy),
            form_token: draw(&*self.core.entropy),
            created_at: now,
            expires_at: now.plus_micros(hours * 60 * MINUTE_US),
        }
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
        let (form_token, entered_by) = (session.form_token, session.entered_by);
        Ok(Some(Session { actor, staff: view(row), form_token, entered_by }))
    }

    /// Ends a session.
    pub fn log_out(&self, token: &[u8; 32]) -> Result<(), RegisterError> {
        let hash = hash(token);
        self.core.store.write(move |tx| staff::end_session(tx, &hash).map_err(RegisterError::from))
    }
}
