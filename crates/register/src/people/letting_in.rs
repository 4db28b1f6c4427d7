//! Letting somebody in: a new member of staff, or a one-time link for one there is.
//!
//! Whoever can make up colleagues, or take the place of one, is two people, and no other second person would be worth anything.
//! So an administrator only asks; a different person approves the exact person and role, and only then the administrator who
//! asked is given the link, once. Whoever holds the machine needs nobody: they hold the database, and somebody must be first.

use super::{MINUTE_US, administration, hash};
use crate::access::{Action, authorise};
use crate::approvals::{ContentHash, Pending, sealed_reason};
use crate::call::Call;
use crate::salt::Salt;
use crate::unit::Unit;
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tenantry_model::id::{ApprovalId, StaffId};
use tenantry_model::random::draw;
use tenantry_model::staff::{Actor, Role};
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::approval::{self, ApprovalRow};
use tenantry_store::repo::staff;
use tenantry_vault::Vault;

/// Minutes a one-time link works.
const LINK_MINUTES: i64 = 15;
/// Requests listed.
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

/// Somebody invited, and the request that a second person has to approve.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Invited {
    /// Who.
    pub staff: StaffId,
    /// The request.
    pub approval: ApprovalId,
}

/// How far a request to let somebody in has come, for the one who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LettingIn {
    /// It waits for a second person.
    Waiting(ApprovalId),
    /// It was approved, and the caller, who made it, may have the link.
    Approved,
}

impl Register {
    /// Adds a member of staff at once: for whoever holds the machine. Everybody else invites them.
    pub fn add_staff(&self, call: &Call, new: NewStaff) -> Result<StaffId, RegisterError> {
        let new = printable(new)?;
        self.core.change(call, Action::AdmitPeople, &new.clone(), move |unit| {
            let row = unit.new_staff(&new, None)?;
            let record = administration(unit.core.deployment, "staff_added")
                .text("staff", row.id)
                .text("role", row.role);
            unit.record(record)?;
            Ok(row.id)
        })
    }

    /// Makes a one-time log-in link at once and answers its token, which is nowhere stored: for whoever holds the machine.
    pub fn login_link(&self, call: &Call, id: StaffId) -> Result<[u8; 32], RegisterError> {
        let salt = self
            .core
            .change(call, Action::AdmitPeople, &("link", id), move |unit| unit.make_link(id, None))?;
        Ok(salt.secret(&self.core.vault))
    }

    /// Invites a member of staff. They have no access before a second person approves.
    ///
    /// # Errors
    /// [`RegisterError::Duplicate`] when somebody has this log-in, [`RegisterError::SecondPerson`] when the caller is no person.
    pub fn invite_staff(&self, call: &Call, new: NewStaff) -> Result<Invited, RegisterError> {
        let new = printable(new)?;
        self.core.change(call, Action::InvitePeople, &("invite", new.clone()), move |unit| {
            let row = unit.new_staff(&new, Some(unit.now))?;
            let record = administration(unit.core.deployment, "staff_invited")
                .text("staff", row.id)
                .text("role", row.role);
            unit.record(record)?;
            let content = person(&unit.core.vault, &row);
            let pending = Pending::AddStaff { staff: row.id, role: row.role, content };
            Ok(Invited { staff: row.id, approval: unit.ask_to_let_in(row.id, &pending)? })
        })
    }

    /// Asks for a one-time link for a member of staff; once a second person has approved, [`Register::approved_link`] makes it.
    pub fn request_login_link(&self, call: &Call, id: StaffId) -> Result<ApprovalId, RegisterError> {
        self.core.change(call, Action::InvitePeople, &("link", id), move |unit| {
            let row = unit.active_staff(id)?;
            unit.ask_to_let_in(id, &Pending::LoginLink { staff: id, role: row.role })
        })
    }

    /// Makes the one-time link that the caller asked for and a second person approved, once. Answers its token, which is nowhere
    /// stored.
    ///
    /// # Errors
    /// [`RegisterError::SecondPerson`] as long as nobody approved, or when somebody else asked; [`RegisterError::ApprovalVoid`] when
    /// it was refused, is too old or was used.
    pub fn approved_link(&self, call: &Call, id: StaffId) -> Result<[u8; 32], RegisterError> {
        let salt = self.core.change(call, Action::InvitePeople, &("approved link", id), move |unit| {
            let request = unit.use_grant(id)?;
            unit.make_link(id, Some(request))
        })?;
        Ok(salt.secret(&self.core.vault))
    }

    /// Whom somebody is about to let in: what waits, and what the caller may carry out.
    pub fn letting_in(&self, call: &Call) -> Result<BTreeMap<StaffId, LettingIn>, RegisterError> {
        authorise(&call.actor, Action::InvitePeople)?;
        let (actor, now) = (call.actor.clone(), self.core.clock.now());
        self.core.store.read(move |tx| {
            let mut found = BTreeMap::new();
            for (id, request) in staff::grants(tx, ROWS_MAX)? {
                let Some(row) = approval::find(tx, request)? else { continue };
                match usable(&row, &actor, now) {
                    Ok(()) => drop(found.insert(id, LettingIn::Approved)),
                    Err(_) if row.state == "waiting" => drop(found.insert(id, LettingIn::Waiting(request))),
                    Err(_) => {}
                }
            }
            Ok(found)
        })
    }
}

impl Unit<'_> {
    /// Whether the person whose admission is to be approved is the one who was invited, and not let in yet.
    pub(crate) fn is_invited(
        &mut self,
        id: StaffId,
        role: Role,
        content: ContentHash,
    ) -> Result<bool, RegisterError> {
        let row = staff::find(self.tx, id)?;
        Ok(row.is_some_and(|row| {
            row.role == role && row.disabled_at.is_some() && person(&self.core.vault, &row) == content
        }))
    }

    /// Whether the person who is to be given a link has access, in this role.
    pub(crate) fn is_active(&mut self, id: StaffId, role: Role) -> Result<bool, RegisterError> {
        let row = staff::find(self.tx, id)?;
        Ok(row.is_some_and(|row| row.role == role && row.disabled_at.is_none()))
    }

    /// Lets in who was invited.
    pub(crate) fn admit(&mut self, id: StaffId) -> Result<(), RegisterError> {
        let missing = RegisterError::NotFound { what: "member of staff" };
        let mut row = staff::find(self.tx, id)?.ok_or(missing)?;
        row.disabled_at = None;
        if !staff::change(self.tx, &row)? {
            return Err(RegisterError::Changed { what: "member of staff" });
        }
        let record =
            administration(self.core.deployment, "staff_added").text("staff", id).text("role", row.role);
        self.record(record).map(drop)
    }

    /// Takes an invitation back: its log-in is free again.
    pub(crate) fn return_invitation(&mut self, id: StaffId) -> Result<(), RegisterError> {
        staff::end_grant(self.tx, id)?;
        staff::remove_invited(self.tx, id)?;
        Ok(())
    }

    /// Takes the request for a link back.
    pub(crate) fn return_link(&mut self, id: StaffId) -> Result<(), RegisterError> {
        Ok(staff::end_grant(self.tx, id)?)
    }

    fn new_staff(
        &mut self,
        new: &NewStaff,
        disabled_at: Option<Timestamp>,
    ) -> Result<staff::StaffRow, RegisterError> {
        if staff::find_by_login(self.tx, &new.login)?.is_some() {
            return Err(RegisterError::Duplicate { what: "member of staff", field: "login" });
        }
        let row = staff::StaffRow {
            id: StaffId::new(self.now, &*self.core.entropy),
            login: new.login.clone(),
            name: new.name.clone(),
            role: new.role,
            password: None,
            totp: None,
            totp_step: 0,
            failures: 0,
            locked_until: Timestamp::from_micros(0),
            disabled_at,
            created_at: self.now,
            version: 1,
        };
        staff::add(self.tx, &row)?;
        Ok(row)
    }

    fn active_staff(&mut self, id: StaffId) -> Result<staff::StaffRow, RegisterError> {
        let row = staff::find(self.tx, id)?.filter(|row| row.disabled_at.is_none());
        row.ok_or(RegisterError::NotFound { what: "member of staff with access" })
    }

    fn ask_to_let_in(&mut self, id: StaffId, pending: &Pending) -> Result<ApprovalId, RegisterError> {
        let subject: [u8; 16] = draw(&*self.core.entropy);
        let reason = self.call.reason.as_ref().map(|r| r.expose().to_owned()).unwrap_or_default();
        let request = self.request_approval(pending, subject, &reason)?;
        staff::put_grant(self.tx, id, request)?;
        Ok(request)
    }

    /// Refuses unless the caller asked for this link and a second person approved it; afterwards it is used.
    fn use_grant(&mut self, id: StaffId) -> Result<ApprovalId, RegisterError> {
        let request = staff::find_grant(self.tx, id)?.ok_or(RegisterError::ApprovalVoid)?;
        let row = approval::find(self.tx, request)?.ok_or(RegisterError::ApprovalVoid)?;
        usable(&row, &self.call.actor, self.now)?;
        let pending = Pending::read(&row)?;
        let (Pending::AddStaff { staff, .. } | Pending::LoginLink { staff, .. }) = &pending else {
            return Err(RegisterError::ApprovalVoid);
        };
        if *staff != id {
            return Err(RegisterError::ApprovalVoid);
        }
        staff::end_grant(self.tx, id)?;
        let (subject, _) = sealed_reason(&row)?;
        self.rest_on_approval(&pending, &subject)?;
        Ok(request)
    }

    fn make_link(&mut self, id: StaffId, request: Option<ApprovalId>) -> Result<Salt, RegisterError> {
        self.active_staff(id)?;
        let salt = Salt::draw(&*self.core.entropy);
        let hash = hash(&salt.secret(&self.core.vault));
        staff::add_link(self.tx, &hash, id, self.now.plus_micros(LINK_MINUTES * MINUTE_US))?;
        let mut record = administration(self.core.deployment, "login_link_made").text("staff", id);
        if let Some(request) = request {
            record = record.text("approval", request);
        }
        self.record(record)?;
        Ok(salt)
    }
}

/// Whether a request lets this actor make now what it asked for.
pub(super) fn usable(row: &ApprovalRow, actor: &Actor, now: Timestamp) -> Result<(), RegisterError> {
    let own = matches!(actor, Actor::Staff { id, .. } if *id == row.requested_by);
    match row.state.as_str() {
        "approved" if !own => Err(RegisterError::SecondPerson),
        "approved" if row.expires_at > now => Ok(()),
        "waiting" => Err(RegisterError::SecondPerson),
        _ => Err(RegisterError::ApprovalVoid),
    }
}

/// Keyed digest of who somebody is said to be: what the second person looks at, without it standing in the request.
fn person(vault: &Vault, row: &staff::StaffRow) -> ContentHash {
    let said = serde_json::to_vec(&(&row.login, &row.name, row.version)).unwrap_or_default();
    ContentHash::from_bytes(vault.token("new-staff", &said))
}

fn printable(new: NewStaff) -> Result<NewStaff, RegisterError> {
    let new = NewStaff { login: new.login.trim().to_lowercase(), ..new };
    let printable =
        |text: &str| !text.is_empty() && text.chars().count() <= 120 && !text.contains(char::is_control);
    if printable(&new.login) && printable(&new.name) {
        return Ok(new);
    }
    Err(RegisterError::invalid("/login", "log-in and name have 1 to 120 printable characters"))
}
