//! Who works here: added, listed, and without access once they have left.

use super::administration;
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::{Register, RegisterError};
use serde::Serialize;
use tenantry_model::id::StaffId;
use tenantry_model::staff::Role;
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::staff;

/// Most staff listed.
const ROWS_MAX: u32 = 1_000;

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

impl Register {
    /// Takes a member of staff's access away and ends their sessions.
    pub fn disable_staff(&self, call: &Call, id: StaffId) -> Result<(), RegisterError> {
        self.core.change(call, Action::ManagePeople, &("disable", id), move |unit| {
            let mut row =
                staff::find(unit.tx, id)?.ok_or(RegisterError::NotFound { what: "member of staff" })?;
            row.disabled_at = Some(unit.now);
            if !staff::change(unit.tx, &row)? {
                return Err(RegisterError::Changed { what: "member of staff" });
            }
            let ended = staff::end_sessions_of(unit.tx, id)?;
            staff::end_grant(unit.tx, id)?;
            let record = administration(unit.core.deployment, "staff_disabled")
                .text("staff", id)
                .text("sessions_ended", ended);
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
}

pub(super) fn view(row: staff::StaffRow) -> StaffView {
    StaffView {
        id: row.id,
        login: row.login,
        name: row.name,
        role: row.role,
        disabled_at: row.disabled_at,
        created_at: row.created_at,
    }
}
