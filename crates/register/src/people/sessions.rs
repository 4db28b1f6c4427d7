//! Sessions of the console: begun by a log-in, ended by hand, by idleness or by their age.
//!
//! Who came in, how, when and from where is a record, and so is leaving by hand (REC-07). Records about a member of staff stand
//! under their pseudonym and hold the address of their machine sealed, as personal data. That somebody is still there is none: the
//! last use of a session is noted in its row alone, and a session that idled or aged away just counts no more.

use super::staff::{StaffView, view};
use super::{MINUTE_US, hash};
use crate::access::Action;
use crate::call::Call;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError};
use std::net::IpAddr;
use tenantry_model::id::{SessionId, StaffId};
use tenantry_model::personal::Personal;
use tenantry_model::random::draw;
use tenantry_model::staff::{Actor, Entrance};
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
    /// How it was begun.
    pub entered_by: Entrance,
}

/// Where somebody comes from, as the edge saw it.
#[derive(Debug, Clone)]
pub struct ComesFrom(Option<Personal<IpAddr>>);

impl ComesFrom {
    /// From this address.
    pub const fn address(address: IpAddr) -> Self {
        Self(Some(Personal::new(address)))
    }

    /// Whoever sits at the machine itself, or was not seen to come.
    pub const fn nowhere() -> Self {
        Self(None)
    }
}

/// What a session is made of, drawn before the transaction in which it begins.
#[derive(Clone, Copy)]
pub(super) struct Drawn {
    id: SessionId,
    token: [u8; 32],
    form_token: [u8; 32],
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl Drawn {
    /// The session for the browser, once it has begun.
    pub(super) const fn for_browser(&self, staff: StaffId) -> NewSession {
        NewSession { token: self.token, staff, expires_at: self.expires_at }
    }
}

impl Unit<'_> {
    /// Begins a session, with its record, in the unit of what it rests on.
    pub(super) fn begin_session(
        &mut self,
        drawn: &Drawn,
        staff: StaffId,
        entered_by: Entrance,
        from: &ComesFrom,
    ) -> Result<(), RegisterError> {
        let (created_at, expires_at) = (drawn.created_at, drawn.expires_at);
        let row = staff::SessionRow {
            id: drawn.id,
            staff,
            form_token: drawn.form_token,
            created_at,
            seen_at: created_at,
            expires_at,
            entered_by,
        };
        staff::add_session(self.tx, &hash(&drawn.token), &row)?;
        let record = came_or_went("logged_in", staff, from).text("session", drawn.id).text("by", entered_by);
        self.record(record).map(drop)
    }
}

/// The record of somebody who came, left or was locked out, under the pseudonym of whose log-in it is.
pub(super) fn came_or_went(what: &str, staff: StaffId, from: &ComesFrom) -> Record {
    let record = Record::new(RecordType::StaffCameOrWent, staff.bytes(), Retention::PersonalData);
    let record = record.text("what", what).text("staff", staff);
    match &from.0 {
        Some(address) => record.text("from", address.expose()),
        None => record,
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

    /// Ends a session. Nothing happens when there is none.
    pub fn log_out(&self, token: &[u8; 32], from: &ComesFrom) -> Result<(), RegisterError> {
        let hash = hash(token);
        let found = self.core.store.read(move |tx| {
            let Some(session) = staff::find_session(tx, &hash)? else { return Ok(None) };
            Ok::<_, RegisterError>(staff::find(tx, session.staff)?.map(|row| (session.id, row)))
        })?;
        let Some((session, row)) = found else { return Ok(()) };
        let (call, from) = (call_of(&row), from.clone());
        let ended = self.core.change(&call, Action::ComeAndGo, &("log out", session), move |unit| {
            if !staff::end_session(unit.tx, &hash)? {
                return Err(RegisterError::Changed { what: "session" });
            }
            unit.record(came_or_went("logged_out", row.id, &from).text("session", session)).map(drop)
        });
        match ended {
            Err(RegisterError::Changed { .. }) => Ok(()),
            ended => ended,
        }
    }
}

/// The call of somebody who comes or goes.
pub(super) fn call_of(row: &staff::StaffRow) -> Call {
    Call::by(Actor::Staff { id: row.id, role: row.role })
}
