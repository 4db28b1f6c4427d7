//! What can go wrong between the register and its database.
//!
//! Unless a variant says otherwise, an error means that nothing of the unit was recorded. No message carries a value of a
//! column or a parameter, because those may be personal data; a statement is shown by its name.

/// An error of the store. Only [`OutcomeUnknown`](StoreError::OutcomeUnknown) leaves open whether the unit was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A unique or primary key already has this value. The unit was rolled back.
    #[error(
        "`{statement}` met a key that is already taken ({constraint}); look the record up before adding it"
    )]
    Conflict {
        /// The statement's name.
        statement: &'static str,
        /// The constraint as the database names it; spelling differs between databases.
        constraint: String,
    },
    /// A foreign key, a check or a not-null constraint refused the row. The unit was rolled back.
    #[error("`{statement}` breaks a {rule} constraint ({constraint})")]
    Constraint {
        /// The statement's name.
        statement: &'static str,
        /// The kind of constraint.
        rule: ConstraintRule,
        /// The constraint as the database names it; may be empty.
        constraint: String,
    },
    /// A column did not hold what the code reads from it.
    #[error("column {column} of `{statement}` should be {expected} but is {found}")]
    Column {
        /// The statement's name.
        statement: &'static str,
        /// The position, from 0.
        column: usize,
        /// What the code asked for.
        expected: &'static str,
        /// What was there.
        found: &'static str,
    },
    /// A parameter does not fit the statement.
    #[error("parameter ${position} of `{statement}` {reason}")]
    Parameter {
        /// The statement's name.
        statement: &'static str,
        /// The position, from 1 as in the text.
        position: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A look-up that must find at most one row found more.
    #[error("`{statement}` found more than one row where at most one can be")]
    TooManyRows {
        /// The statement's name.
        statement: &'static str,
    },
    /// A unit of the read lane tried to change something.
    #[error("`{statement}` changes records but ran in a read unit")]
    ReadOnly {
        /// The statement's name.
        statement: &'static str,
    },
    /// The database refused the statement for a reason without a variant of its own.
    #[error("`{statement}` was refused by the database: {reason}")]
    Refused {
        /// The statement's name.
        statement: &'static str,
        /// The database's error class and, where it cannot hold a value, its words.
        reason: String,
    },
    /// The closure carried on after a statement had failed; such a unit never commits.
    #[error("the unit went on after `{statement}` had failed, so it was rolled back")]
    UnitFailed {
        /// The statement that failed first.
        statement: &'static str,
    },
    /// Two units touched the same rows at the same time. The write lane runs the unit again by itself.
    #[error("`{statement}` collided with another unit")]
    Collision {
        /// The statement's name.
        statement: &'static str,
    },
    /// The unit kept colliding with others until its runs were used up. Nothing was recorded; try again.
    #[error("the unit collided with others {runs} times and was given up; nothing was recorded, try again")]
    Contention {
        /// How often it ran.
        runs: u32,
    },
    /// The closure panicked. The unit was rolled back.
    #[error("the unit panicked and was rolled back; this is a defect, please report it")]
    UnitPanicked,
    /// A unit, or the callback of one, called a blocking method of the store; it would wait for itself.
    #[error("a unit of work cannot start and await another one")]
    Nested,
    /// The queue is full. Nothing was recorded; try again in a moment.
    #[error("{units_max} units are already waiting for the store; try again in a moment")]
    Busy {
        /// The length of the queue.
        units_max: usize,
    },
    /// The disk is full. The embedded store stops; a server goes on as soon as there is space.
    #[error("the disk of the store is full; free some space and start again")]
    DiskFull,
    /// The store stopped earlier, or stopped because of this unit, and refuses everything until it is opened again.
    #[error("the store has stopped: {reason}")]
    Stopped {
        /// Why it stopped.
        reason: String,
    },
    /// The connection broke while the commit was under way: the unit is either recorded whole or not at all.
    #[error(
        "the connection broke during the commit, so the outcome is unknown; repeat the request with the same idempotency key"
    )]
    OutcomeUnknown,
    /// The database cannot be reached. Nothing of the unit was recorded.
    #[error("the database cannot be reached: {reason}")]
    Unavailable {
        /// What the driver said.
        reason: String,
    },
    /// The database is set up in a way that could lose or leak records.
    #[error("refusing to open the store: `{setting}` must be {wanted} but is `{found}`")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// What it has to be.
        wanted: &'static str,
        /// What was read back.
        found: String,
    },
    /// The store could not be opened.
    #[error("cannot open the store: {reason}")]
    Open {
        /// What went wrong and what to do.
        reason: String,
    },
    /// The database was migrated by a newer version of this program.
    #[error(
        "the database has schema {found} but this program knows only up to {known}; use the newer program"
    )]
    SchemaTooNew {
        /// The newest migration found in the database.
        found: i64,
        /// The newest migration this program carries.
        known: i64,
    },
    /// The database lacks migrations that this program needs.
    #[error("the database has schema {found} but this program needs {known}; run `tenantry migrate`")]
    SchemaTooOld {
        /// The newest migration found in the database, 0 when there is none.
        found: i64,
        /// The newest migration this program carries.
        known: i64,
    },
    /// A migration recorded in the database differs from the one this program carries.
    #[error("migration {number} in the database is not the one this program carries ({difference})")]
    SchemaDiffers {
        /// The migration's number.
        number: i64,
        /// What differs: its name, its text, or that it is missing.
        difference: &'static str,
    },
    /// A migration failed. No migration of this run was applied.
    #[error("migration {number} (`{name}`) failed, nothing was applied: {reason}")]
    Migration {
        /// The migration's number.
        number: i64,
        /// The migration's name.
        name: &'static str,
        /// What the database said about the text.
        reason: String,
    },
}

/// The kinds of constraint besides unique keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintRule {
    /// A row refers to another that is not there, or is still referred to.
    ForeignKey,
    /// A `CHECK` expression is false.
    Check,
    /// A required column is null.
    NotNull,
}

impl std::fmt::Display for ConstraintRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ForeignKey => "foreign key",
            Self::Check => "check",
            Self::NotNull => "not-null",
        })
    }
}
