//! Who may act, and whom messages go to: API keys, staff, endpoints. There are few, and all their records are about the deployment.

use super::rows::{ROWS_PER_STEP, Seen};
use super::standing::{Record, records};
use crate::RegisterError;
use crate::approvals::Pending;
use crate::core::Core;
use crate::people::PASSWORD_SET;
use crate::record::RecordType;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use tenantry_store::Tx;
use tenantry_store::repo::{approval, outbox, staff};

/// Most members of staff.
const STAFF_MAX: u32 = 10_000;

pub(super) fn people(tx: &mut dyn Tx, core: &Core) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    let records = records(tx, core, &core.deployment, RecordType::AdministrationChanged)?;
    let about = |what: &str, name: &str, id: &str| {
        records.iter().rev().find(|record| record.says("what", what) && record.says(name, id))
    };
    let made = records.iter().filter(|r| r.says("what", "api_key_made")).filter_map(|r| r.text("key"));
    let mut keys: BTreeSet<String> = made.map(str::to_owned).collect();
    let mut before = None;
    loop {
        let page = staff::page_keys(tx, before, ROWS_PER_STEP)?;
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        for row in page {
            seen.rows += 1;
            let id = row.id.to_string();
            keys.remove(&id);
            let reseller = row.reseller.map(|reseller| reseller.to_string());
            let made = about("api_key_made", "key", &id).is_some_and(|made| {
                made.says("scopes", &row.scopes)
                    && made.text("reseller") == reseller.as_deref()
                    && made.body.get("hash").is_none_or(|hash| hash == row.hash)
                    && made.at == row.created_at
            });
            let revoked = about("api_key_revoked", "key", &id).map(|revoked| revoked.at);
            if !made || revoked != row.revoked_at {
                seen.wrong.push(("row", format!("{id}: the key is not what its records say")));
            }
        }
    }
    seen.wrong.extend(keys.iter().map(|id| ("row", format!("{id}: the key was made and is not there"))));
    let mut left: BTreeSet<String> = records
        .iter()
        .filter(|r| r.says("what", "staff_added"))
        .filter_map(|r| r.text("staff"))
        .map(str::to_owned)
        .collect();
    for row in staff::page(tx, STAFF_MAX)? {
        seen.rows += 1;
        left.remove(&row.id.to_string());
        let id = row.id.to_string();
        let of = |whats: &[&str]| {
            let about =
                |record: &&Record| record.says("staff", &id) && whats.iter().any(|w| record.says("what", w));
            records.iter().rev().find(about)
        };
        let role = of(&["staff_added", "staff_invited"]).and_then(|added| added.text("role"));
        // Who is invited has no access until a second person has let them in.
        let newest = of(&["staff_added", "staff_invited", "staff_disabled"]);
        let disabled_at = newest.filter(|newest| !newest.says("what", "staff_added")).map(|newest| newest.at);
        if role != Some(row.role.as_str()) || disabled_at != row.disabled_at {
            seen.wrong.push(("row", format!("{id}: role or access is not what the records say")));
        }
        let added = about("staff_invited", "staff", &id).or_else(|| about("staff_added", "staff", &id));
        if added.map(|added| added.at) != Some(row.created_at) {
            seen.wrong.push(("row", format!("{id}: they came at another time than the records say")));
        }
        // Without a record that somebody set them, they are somebody else's.
        let own = row.password.as_ref().is_none_or(|hash| {
            let digest = core.vault.token(PASSWORD_SET, hash.as_bytes());
            // Records from before say that they were set, and not which.
            of(&["credentials_set"])
                .is_some_and(|set| set.body.get("password").is_none_or(|said| said == digest))
        });
        if !own {
            seen.wrong.push(("row", format!("{id}: credentials that nobody set")));
        }
    }
    seen.wrong.extend(left.iter().map(|id| ("row", format!("{id}: somebody was let in and is not there"))));
    for row in staff::grants(tx, STAFF_MAX)? {
        seen.rows += 1;
        let (staff, request) = row;
        let asked = approval::find(tx, request)?.map(|row| Pending::read(&row)).transpose()?;
        let about = match &asked {
            Some(Pending::AddStaff { staff, .. } | Pending::LoginLink { staff, .. }) => Some(*staff),
            _ => None,
        };
        if about != Some(staff) {
            seen.wrong.push(("row", format!("{staff}: a link rests on a request about somebody else")));
        }
    }
    sessions(tx, core, &mut seen)?;
    Ok(seen)
}

/// Sessions of the console: one that nobody recorded a log-in for was put there.
fn sessions(tx: &mut dyn Tx, core: &Core, seen: &mut Seen) -> Result<(), RegisterError> {
    let (mut after, mut of_staff) = (None, BTreeMap::new());
    loop {
        let page = staff::page_sessions(tx, after, ROWS_PER_STEP)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for row in page {
            seen.rows += 1;
            let of_staff = match of_staff.entry(row.staff) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let records = records(tx, core, &row.staff.bytes(), RecordType::StaffCameOrWent);
                    new.insert(records.or_else(none_when_erased)?)
                }
            };
            let came = |record: &Record| {
                record.says("what", "logged_in")
                    && record.says("session", &row.id.to_string())
                    && record.says("by", row.entered_by.as_str())
            };
            if !of_staff.iter().any(came) {
                seen.wrong.push(("row", format!("{}: no record says that this session began", row.id)));
            }
        }
    }
}

/// Whose records are erased has no access, and so no session.
fn none_when_erased(error: RegisterError) -> Result<Vec<Record>, RegisterError> {
    match error {
        RegisterError::Erased => Ok(Vec::new()),
        other => Err(other),
    }
}

/// Whether everything goes where somebody said it should: an endpoint that nobody added would be told what happens.
pub(super) fn endpoints(tx: &mut dyn Tx, core: &Core) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    let records = records(tx, core, &core.deployment, RecordType::AdministrationChanged)?;
    let about = |what: &str, id: &str| {
        records.iter().rev().find(|record| record.says("what", what) && record.says("endpoint", id))
    };
    let added =
        records.iter().filter(|r| r.says("what", "endpoint_added")).filter_map(|r| r.text("endpoint"));
    let mut left: BTreeSet<String> = added.map(str::to_owned).collect();
    for row in outbox::endpoints(tx)? {
        seen.rows += 1;
        let id = row.id.to_string();
        left.remove(&id);
        let same = about("endpoint_added", &id).is_some_and(|added| {
            added.says("url", &row.url) && added.says("types", &row.types) && added.at == row.created_at
        });
        if !same || about("endpoint_disabled", &id).map(|off| off.at) != row.disabled_at {
            seen.wrong.push(("message", format!("{id}: the endpoint is not what its records say")));
        }
    }
    seen.wrong.extend(left.iter().map(|id| ("message", format!("{id}: an endpoint was added and is gone"))));
    Ok(seen)
}
