//! Who works here: added, listed, and without access once they have left.

use super::administration;
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use tenantry_model::id::StaffId;
use tenantry_model::staff::Role;
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::staff;

/// Most staff listed.
const ROWS_MAX: u32 = 1_000;

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
