//! Changes of roles, holds, erasures, keys and packs.

use super::{Request, ask, opened};
use crate::fixtures::{Desk, PACK, job};
use crate::world::{machine, staff};
use serde_json::json;
use tenantry_model::account::Ending;
use tenantry_model::id::{AccountId, ErasureId, HoldId};
use tenantry_model::staff::{Job, Role};
use tenantry_register::holds::NewHold;
use tenantry_register::rotation::Rotation;

pub(super) fn change_roles(desk: &Desk, number: u16) -> Request {
    let applied = opened(desk, number);
    let by = machine(None);
    let version = desk.register.account(&by, applied.account).unwrap().summary.version;
    let (account, party) = (applied.account, applied.parties["me"]);
    let send = |role: &'static str| {
        let change = json!({ "end": [{ "party": party, "role": role }] });
        ask(move |r, c| r.change_roles(c, account, version, serde_json::from_value(change.clone()).unwrap()))
    };
    Request { by, same: send("payer"), other: send("user") }
}

fn new_hold(account: AccountId, kind: &str, reference: &str) -> NewHold {
    serde_json::from_value(
        json!({ "kind": kind, "silence": "silent", "authority": "Office of the General Counsel",
        "reference": reference, "accounts": [account] }),
    )
    .unwrap()
}

pub(super) fn place_hold(desk: &Desk, number: u16) -> Request {
    let account = opened(desk, number).account;
    let send =
        |reference: &'static str| ask(move |r, c| r.place_hold(c, new_hold(account, "internal", reference)));
    Request { by: staff(Role::Legal, 1), same: send("matter 12"), other: send("matter 13") }
}

/// Two holds in force of a kind that can be renewed.
pub(super) fn held(desk: &Desk, number: u16) -> [HoldId; 2] {
    let account = opened(desk, number).account;
    let by = staff(Role::Legal, 1);
    ["first", "second"].map(|reference| {
        desk.register.place_hold(&by, new_hold(account, "preservation_request", reference)).unwrap().id
    })
}

pub(super) fn renew_hold(desk: &Desk, number: u16) -> Request {
    let [same, other] = held(desk, number).map(|id| ask(move |r, c| r.renew_hold(c, id)));
    Request { by: staff(Role::Legal, 1), same, other }
}

pub(super) fn request_hold_release(desk: &Desk, number: u16) -> Request {
    let [same, other] = held(desk, number).map(|id| ask(move |r, c| r.request_hold_release(c, id)));
    Request { by: staff(Role::Legal, 1), same, other }
}

pub(super) fn request_rotation(_: &Desk, number: u16) -> Request {
    let send = |rotation: Rotation| ask(move |r, c| r.request_rotation(c, rotation.clone()));
    let epoch = Rotation::Epoch { epoch: 600 + u32::from(number), class: 1 };
    Request { by: staff(Role::Administrator, 1), same: send(epoch), other: send(Rotation::Root) }
}

pub(super) fn propose_pack(_: &Desk, number: u16) -> Request {
    let send = |number: u16| {
        let text = format!("{PACK}\n# {number}\n");
        ask(move |r, c| r.propose_pack(c, text.clone()))
    };
    Request { by: staff(Role::ComplianceOfficer, 1), same: send(number), other: send(number + 1) }
}

pub(super) fn request_erasure(desk: &Desk, number: u16) -> Request {
    let (account, by) = (opened(desk, number).account, staff(Role::ComplianceOfficer, 1));
    let version = desk.register.account(&by, account).unwrap().summary.version;
    desk.register.close_account(&by, account, version, Ending::Ordinary).unwrap();
    desk.clock.advance_days(2 * 366);
    let batch = desk.register.schedule_erasures(&job(Job::Retention)).unwrap()[0];
    let send = |batch| ask(move |r, c| r.request_erasure(c, batch));
    Request { by, same: send(batch), other: send(ErasureId::from_bytes([7; 16])) }
}
