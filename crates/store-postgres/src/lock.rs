//! How the lanes keep out of each other's way: who leads the ledger, and three modes of one table lock.
//!
//! **The leader.** A sequencer holds an advisory lock of its *session* while it settles a batch, taken in a statement of its own
//! *before* the transaction begins. Asking for it inside would take the snapshot of the serialisable transaction before the wait
//! ends, and the leader would not see what the leader before it committed. Lock and transaction belong to one session: when it
//! is lost, the server rolls the transaction back and gives the lock to the next one, so whoever is not the leader cannot commit.
//! A leader that falls silent loses its session after a minute, inside its transaction and outside it.
//!
//! **The table lock** keeps changes of the schema, and units that want to be alone, apart from everybody else. `LOCK TABLE` takes
//! no snapshot, so a transaction that starts with it sees everything committed by whoever held the lock before.
//!
//! | mode | taken by | keeps out |
//! |---|---|---|
//! | `ROW SHARE` | write units; the leader | units that run alone, migrations |
//! | `EXCLUSIVE` | a unit that has collided repeatedly; migrations | everybody but readers |
//!
//! The table is `schema_migration`: it is there from the first migration on, small, and otherwise left alone. Nobody who holds a
//! table lock ever asks for the leader's, so they cannot wait for each other in a circle.

/// Who serves a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// One of several that work side by side.
    Writer,
    /// The one that appends to the ledger, of all programs that share the database.
    Sequencer,
}

/// What a changing transaction keeps out while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Nothing but those that want to be alone.
    Shared,
    /// Everything that changes something.
    Alone,
}

impl Lock {
    /// The statements that begin a transaction under this lock.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Self::Shared => {
                "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE schema_migration IN ROW SHARE MODE"
            }
            Self::Alone => {
                "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE schema_migration IN EXCLUSIVE MODE"
            }
        }
    }
}

/// Waits until this session leads the ledger of this database. The number spells `sequence`.
pub(crate) const LEAD: &str =
    "SELECT pg_advisory_lock(8315177036036334437), set_config('idle_session_timeout', '60s', false)";

/// Lets the next session lead. A call of its own behind the commit: in one with it, an error here would read as a refused commit.
pub(crate) const STEP_DOWN: &str =
    "SELECT pg_advisory_unlock(8315177036036334437), set_config('idle_session_timeout', '0', false)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_is_about_the_same_lock() {
        let number = i64::from_be_bytes(*b"sequence").to_string();
        assert!([LEAD, STEP_DOWN].iter().all(|text| text.contains(&number)), "{number}");
    }
}
