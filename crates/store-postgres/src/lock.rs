//! How the lanes keep out of each other's way: three modes of one table lock, taken before the snapshot.
//!
//! `LOCK TABLE` takes no snapshot, unlike a query for an advisory lock. A `SERIALIZABLE` transaction that starts with it therefore
//! sees everything that was committed by whoever held the lock before.
//!
//! | mode | taken by | keeps out |
//! |---|---|---|
//! | `ROW SHARE` | write units | units that run alone |
//! | `SHARE ROW EXCLUSIVE` | the sequencer | other sequencers, migrations, units that run alone |
//! | `EXCLUSIVE` | a unit that has collided repeatedly; migrations | everybody but readers |
//!
//! The table is `schema_migration`: it is there from the first migration on, small, and otherwise left alone.

/// What a changing transaction keeps out while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Nothing but those that want to be alone.
    Shared,
    /// Other sequencers.
    Sequencer,
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
            Self::Sequencer => {
                "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE schema_migration IN SHARE ROW EXCLUSIVE MODE"
            }
            Self::Alone => {
                "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE schema_migration IN EXCLUSIVE MODE"
            }
        }
    }
}
