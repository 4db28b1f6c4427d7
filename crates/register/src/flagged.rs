//! Reported accesses that came through a network that hides its user.
//!
//! The address of such an access becomes a fact about the customer, in the unit that records the access, because something rests on
//! it now: a red flag, which names it, a case, which shows it, a token, by which another account is found. Assessing takes time and a
//! batch must not, so the account is noted as due for a look, and the job that minds the clocks assesses it. All other addresses stay
//! where they are: sealed with the record of the access.
//!
//! An account is flagged once in a while, not with each access: whoever always comes through a VPN would fill the queue.

use crate::RegisterError;
use crate::accounts::NewAccess;
use crate::core::Core;
use crate::decisions::in_force;
use crate::unit::Unit;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::event::EventType;
use tenantry_model::fact::{Fact, FactValue, Source, Strength};
use tenantry_model::id::{AccountId, FactId, PartyId};
use tenantry_model::time::{DAY_US, Timestamp};
use tenantry_policy::input::Signal;
use tenantry_store::repo::{account, party, signal};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// Days after an account was flagged in which none of its accesses is flagged again.
const QUIET_DAYS: i64 = 90;
/// Accounts that are remembered as quiet. When there are more, all are forgotten and asked for again.
const REMEMBERED_MAX: usize = 100_000;

/// Accounts none of whose accesses is to be flagged, each until when. What the database knows, close at hand.
#[derive(Debug, Default)]
pub(crate) struct QuietAccounts(Mutex<HashMap<AccountId, Timestamp>>);

impl QuietAccounts {
    fn holds(&self, account: AccountId, now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&account).is_some_and(|until| now < *until)
    }

    fn add(&self, account: AccountId, until: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.insert(account, until);
    }
}

/// An access that is to become a fact.
#[derive(Debug, Clone)]
pub(crate) struct AccessFlag {
    account: AccountId,
    customer: PartyId,
    subject: [u8; 16],
    access: NewAccess,
}

enum Look {
    Flag(AccessFlag),
    QuietUntil(Timestamp),
    NotLive,
}

impl Core {
    /// Of these accesses those that are to be flagged: of each account the latest through a network that hides its user. Where no such
    /// access is among them, and where the account was flagged lately, nothing is read.
    pub(crate) fn accesses_to_flag(
        self: &Arc<Self>,
        accesses: &[(AccountId, NewAccess)],
    ) -> Result<Vec<AccessFlag>, RegisterError> {
        let (world, now) = (self.world(), self.clock.now());
        let mut hidden = BTreeMap::<AccountId, NewAccess>::new();
        for (account, access) in accesses {
            let through = access.ip.is_some_and(|ip| world.signals.hide(ip.expose()));
            if !through || self.quiet.holds(*account, now) {
                continue;
            }
            let latest = hidden.entry(*account).or_insert(*access);
            if latest.at < access.at {
                *latest = *access;
            }
        }
        if hidden.is_empty() {
            return Ok(Vec::new());
        }
        let vault = Arc::clone(&self.vault);
        let looks = self.store.read(move |tx| {
            let look = |(account, access): (&AccountId, &NewAccess)| {
                Ok::<_, RegisterError>((*account, look(tx, &vault, *account, *access, now)?))
            };
            hidden.iter().map(look).collect::<Result<Vec<_>, _>>()
        })?;
        let mut flags = Vec::new();
        for (account, look) in looks {
            match look {
                Look::Flag(flag) => flags.push(flag),
                Look::QuietUntil(until) => self.quiet.add(account, until),
                Look::NotLive => {}
            }
        }
        Ok(flags)
    }

    /// Remembers that these were flagged, after that became durable.
    pub(crate) fn flagged(&self, flags: &[AccessFlag]) {
        let until = quiet_after(self.clock.now());
        for flag in flags {
            self.quiet.add(flag.account, until);
        }
    }
}

fn look(
    tx: &mut dyn Tx,
    vault: &Vault,
    id: AccountId,
    access: NewAccess,
    now: Timestamp,
) -> Result<Look, RegisterError> {
    use AccountState as S;
    let Some(row) = account::find(tx, id)? else { return Ok(Look::NotLive) };
    if !matches!(row.state, S::Applied | S::InReview | S::Open | S::Restricted) {
        return Ok(Look::NotLive);
    }
    if let Some(flagged_at) = signal::flagged_at(tx, id)?
        && now < quiet_after(flagged_at)
    {
        return Ok(Look::QuietUntil(quiet_after(flagged_at)));
    }
    // Whoever signed up through such a network was flagged for that.
    if now < quiet_after(row.created_at)
        && let Some(decision) = in_force(tx, vault, row.decision)?
        && decision.inputs()?.signals.iter().any(|signal| matches!(signal, Signal::AnonymousNetwork { .. }))
    {
        return Ok(Look::QuietUntil(quiet_after(row.created_at)));
    }
    let roles = account::roles(tx, id)?;
    let Some((customer, _)) = roles.into_iter().find(|(_, role)| *role == AccountRole::Customer) else {
        return Ok(Look::NotLive);
    };
    let subject = party::find(tx, customer)?.ok_or(RegisterError::NotFound { what: "party" })?.subject;
    Ok(Look::Flag(AccessFlag { account: id, customer, subject, access }))
}

const fn quiet_after(flagged_at: Timestamp) -> Timestamp {
    flagged_at.plus_micros(QUIET_DAYS * DAY_US)
}

impl Unit<'_> {
    /// Writes the facts of flagged accesses and has their accounts assessed. An account that somebody else flagged meanwhile is left.
    pub(crate) fn flag_accesses(&mut self, flags: &[AccessFlag]) -> Result<(), RegisterError> {
        let since = self.now.plus_micros(-QUIET_DAYS * DAY_US);
        for AccessFlag { account, customer, subject, access } in flags {
            let Some(ip) = access.ip else { continue };
            let fact = Fact {
                id: FactId::new(self.now, &*self.core.entropy),
                party: *customer,
                value: FactValue::AccessFrom { ip, access: access.access, jurisdiction: None },
                source: Source::Observed,
                strength: Strength::Consistent,
                evidence: None,
                stated_at: access.at,
                recorded_at: self.now,
            };
            if !signal::flag(self.tx, *account, fact.id, self.now, since)? {
                continue;
            }
            self.write_statements(*customer, subject, &[fact], &[], &[])?;
            let mut concerned: Vec<AccountId> =
                account::accounts_of(self.tx, *customer)?.into_iter().map(|(account, _)| account).collect();
            concerned.dedup();
            for account in concerned {
                account::look_at_once(self.tx, account, self.now)?;
            }
            let told = serde_json::json!({ "party": customer });
            self.emit(EventType::PartyFactsAdded, customer, &told)?;
        }
        Ok(())
    }
}
