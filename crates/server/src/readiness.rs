//! What must work before requests are sent to this process: the store answers and takes changes, the gate is fresh, the ledger is sound.

use crate::http::health::ReadyCheck;
use std::sync::Arc;
use tenantry_register::Register;
use tenantry_register::gate::STALE_AFTER_US;

/// All checks.
pub fn checks(register: &Register) -> Vec<Arc<dyn ReadyCheck>> {
    let register = || register.clone();
    vec![Arc::new(Store(register())), Arc::new(Gate(register())), Arc::new(Ledger(register()))]
}

struct Store(Register);

impl ReadyCheck for Store {
    fn name(&self) -> &'static str {
        "store"
    }

    fn check(&self) -> Result<(), String> {
        self.0.checkpoint_note().map_err(|error| error.to_string())?;
        self.0.takes_changes().map_err(|error| error.to_string())
    }
}

struct Gate(Register);

impl ReadyCheck for Gate {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn check(&self) -> Result<(), String> {
        let age_ms = self.0.gate_followed_ago_ms();
        if age_ms <= STALE_AFTER_US / 1_000 {
            return Ok(());
        }
        Err(format!("it followed the store {age_ms} ms ago, so it answers deny"))
    }
}

struct Ledger(Register);

impl ReadyCheck for Ledger {
    fn name(&self) -> &'static str {
        "ledger"
    }

    fn check(&self) -> Result<(), String> {
        self.0.ledger_trouble().map_or(Ok(()), Err)
    }
}
